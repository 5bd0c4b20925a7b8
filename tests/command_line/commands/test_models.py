"""Commands on a model: what they print, write and return."""

import io
from argparse import Namespace
from types import SimpleNamespace

import pypdf

from command_line.commands import models
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import read_record
from core.system.exit_status import DONE


def test_a_card_is_printed_or_written_as_pdf(cancel, tmp_path, capsys):
    assert models.run_card(Namespace(model="bundled", pdf=None), cancel) == DONE
    assert "Intended use" in capsys.readouterr().out
    assert (
        models.run_card(Namespace(model=str(bundled_model_path()), pdf=tmp_path / "card.pdf", overwrite=False), cancel)
        == DONE
    )
    assert capsys.readouterr().out == ""
    pages = pypdf.PdfReader(io.BytesIO((tmp_path / "card.pdf").read_bytes())).pages
    assert "Intended use" in "".join(page.extract_text() for page in pages)


def test_an_operating_point_is_shown_chosen_and_restored(cancel, capsys):
    def run(wish=None, error=None, own=False):
        options = Namespace(model="bundled", wish=wish, error=error, own=own)
        assert models.run_operating_point(options, cancel) == DONE
        return capsys.readouterr().out

    header = read_header(bundled_model_path())
    own = run()
    assert f"Threshold {header.threshold:.4f}, the model's own" in own
    assert read_record(header).point is None  # showing it chooses nothing
    assert "Threshold 0.2500, chosen here" in run(wish="threshold 0.25")
    assert read_record(header).point.threshold == 0.25
    assert "best balance" in run(error=0.2)  # an error rate alone keeps the balanced threshold
    assert read_record(header).point.band_error == 0.2
    assert run(own=True) == own


def test_a_self_test_prints_the_answers(fake, cancel, capsys):
    fake(
        "core.inference.self_test.run_self_test",
        SimpleNamespace(
            model="m 1234",
            answers=(0.12345, 0.9),
            expected=(),
            seconds=1.26,
            engine="Films are scored by ONNX Runtime.",
        ),
    )
    assert models.run_self_test(Namespace(), cancel) == DONE
    printed = capsys.readouterr().out
    assert "Self-test passed: m 1234 gives 0.1235, 0.9000, as expected (1.3 s).\n" in printed
    assert "Films are scored by ONNX Runtime.\n" in printed
