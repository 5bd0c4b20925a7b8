"""Jobs on models."""

from gui.jobs.evaluation_jobs import export_onnx_job
from tests.factories import drained


def test_the_bundled_model_is_exported_for_other_programs(tmp_path, cancel):
    _, written = drained(export_onnx_job(None, tmp_path / "model.onnx")(cancel))
    assert written == tmp_path / "model.onnx"
    assert written.read_bytes()[:2] == b"\x08\x08"  # version 8 of the format
