"""`evaluate` and `accept`: what they pass on, print and return."""

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import pytest

from command_line.commands import evaluation
from core.datasets.entries import FilmLeftOut
from core.datasets.preparation import (
    AS_IT_IS,
)
from core.evaluation.evaluation import Target
from core.system.errors import Reason
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT

UNREADABLE = FilmLeftOut(Path("a.png"), Reason.DAMAGED, "Cut off.")


def evaluated(left_out=()):
    figures = SimpleNamespace(n=24)
    return SimpleNamespace(
        point="Threshold 0.5.", figures=figures, frequencies="", use_sentence="Once.", left_out=left_out
    )


@pytest.mark.parametrize(
    ("result", "status"), [(evaluated(), DONE), (evaluated((UNREADABLE,)), SOME_LEFT_OUT), (None, INTERRUPTED)]
)
def test_an_evaluation_prints_its_figures_and_where_the_report_is(
    fake, cancel, tmp_path, capsys, monkeypatch, result, status
):
    monkeypatch.setattr("core.metrics.figure_labels.format_summary", lambda figures: [f"{figures.n} films"])
    calls = fake("core.evaluation.evaluate.evaluate", result)
    options = Namespace(
        model="m.safetensors",
        dataset=Path("d"),
        output=tmp_path,
        preparation=None,
        prevalence=0.02,
        unseen=True,
        overwrite=False,
    )
    assert evaluation.run_evaluate(options, cancel) == status
    assert calls == [(Path("m.safetensors"), Path("d"), tmp_path, cancel, AS_IT_IS, 0.02, True, False)]
    lines = capsys.readouterr().out.splitlines()
    if result is None:
        assert lines == ["The job runs."]
    else:
        assert lines[1:4] == ["Threshold 0.5.", "24 films", "Once."]
        assert lines[4].startswith(f"Report: {tmp_path / 'report.html'}")


@pytest.mark.parametrize(("left_out", "status"), [((), DONE), ((UNREADABLE,), SOME_LEFT_OUT)])
def test_an_acceptance_test_passes_its_target_on(fake, cancel, tmp_path, capsys, left_out, status):
    result = SimpleNamespace(acceptance=SimpleNamespace(sentence="Not accepted."), evaluation=evaluated(left_out))
    calls = fake("core.evaluation.acceptance_test.run_acceptance_test", result)
    options = Namespace(
        model="bundled", dataset=Path("d"), output=tmp_path, preparation=None, sensitivity=0.9, specificity=0.6,
        signed_by="Dr. Roe", overwrite=False,
    )  # fmt: skip
    assert evaluation.run_accept(options, cancel) == status
    assert calls == [(None, Path("d"), tmp_path, cancel, Target(0.9, 0.6), "Dr. Roe", AS_IT_IS, False)]
    assert "Not accepted.\n" in capsys.readouterr().out


def test_a_cancelled_acceptance_test_is_interrupted(fake, cancel, tmp_path):
    fake("core.evaluation.acceptance_test.run_acceptance_test", None)
    options = Namespace(
        model="bundled", dataset=Path("d"), output=tmp_path, preparation=None, sensitivity=0.9, specificity=0.6,
        signed_by="", overwrite=False,
    )  # fmt: skip
    assert evaluation.run_accept(options, cancel) == INTERRUPTED
