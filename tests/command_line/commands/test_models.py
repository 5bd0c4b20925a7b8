"""Commands on a model: what they print, write and return."""

import io
from argparse import Namespace
from types import SimpleNamespace

import pypdf
import pytest

import main
from command_line.commands import models
from core.models.model_header import bundled_model_path, read_header
from core.models.operating_point import parse_wish
from core.models.point_selection import propose_point
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
    assert "Threshold 0.2500, chosen here" in run(error=0.2)  # the threshold stays
    chosen = read_record(header).point
    assert (chosen.threshold, chosen.band_error) == (0.25, 0.2)
    fitted = propose_point(header, parse_wish("0.25"), 0.2).band
    assert chosen.review_band == (fitted.low, fitted.high)
    assert run(own=True) == own
    assert "best balance" in run(error=0.2)
    assert run(own=True) == own


@pytest.mark.parametrize("others", [["--wish", "0.4"], ["--error", "0.1"], ["--wish", ""]])
def test_to_restore_a_point_and_to_choose_another_is_wrong_usage(others, capsys):
    with pytest.raises(SystemExit) as usage:
        main.main(["operating-point", "bundled", "--own", *others])
    assert usage.value.code == 2
    assert "--own does not go with" in capsys.readouterr().err


@pytest.mark.parametrize("error", ["0", "1", "nan"])
def test_an_error_rate_out_of_range_chooses_nothing(error, capsys):
    assert main.main(["operating-point", "bundled", "--error", error]) == 1
    assert "An error rate is a fraction" in capsys.readouterr().err
    assert read_record(read_header(bundled_model_path())).point is None


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
