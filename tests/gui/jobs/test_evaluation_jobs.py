"""Jobs on models."""

from core.models.events import OnnxExport
from core.models.model_header import bundled_model_path, read_header
from gui.jobs.evaluation_jobs import export_onnx_job
from tests.factories import drained


def test_the_bundled_model_is_exported_for_other_programs(tmp_path, cancel):
    _, exported = drained(export_onnx_job(None, tmp_path / "model.onnx")(cancel))
    assert isinstance(exported, OnnxExport)
    assert exported.model == read_header(bundled_model_path()).name
    assert exported.difference < 1e-5
    assert (tmp_path / "model.onnx").read_bytes()[:2] == b"\x08\x08"  # version 8 of the format
