"""Acceptance of a model at a place."""

import json

import pytest
from pypdf import PdfReader

from core.datasets.preparation import AS_IT_IS
from core.evaluation.acceptance_test import judge_acceptance, run_acceptance_test
from core.evaluation.evaluation import Target
from core.models.model_header import read_header
from core.models.operating_point import Goal, Wish
from core.models.point_selection import select_point
from core.models.site_record import read_record
from core.screening.screening import screen
from core.system.errors import JobFailed
from tests.core.evaluation.evaluations import build_evaluation
from tests.factories import drained


def test_acceptance_writes_one_page_and_marks_the_model(model, local_films, tmp_path, cancel):
    _, result = drained(
        run_acceptance_test(model, local_films, tmp_path / "out", cancel, Target(0.6, 0.6), "Dr <b>X</b> & Co")
    )
    reader = PdfReader(tmp_path / "out" / "acceptance.pdf")
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert "Dr <b>X</b> & Co" in text
    assert result.acceptance.sentence[:12] in text
    content = json.loads((tmp_path / "out" / "acceptance.json").read_text())
    again = (model, local_films, tmp_path / "out", cancel, Target(0.6, 0.6), "Dr Y", AS_IT_IS)
    with pytest.raises(JobFailed, match="holds a finished acceptance test"):
        drained(run_acceptance_test(*again))
    (tmp_path / "out" / "acceptance.json").unlink()  # as if killed just before it was written
    for overwrite in (False, True):
        drained(run_acceptance_test(*again, overwrite))
        assert json.loads((tmp_path / "out" / "acceptance.json").read_text())["signed_by"] == "Dr Y"
    assert content["passed"] == result.acceptance.passed
    assert content["n"] == 50
    _, ledger = drained(screen(local_films, tmp_path / "r.csv", model, cancel))
    word = "Accepted here" if result.acceptance.passed else "Not accepted here"
    assert ledger.validation.startswith(word)
    select_point(read_header(model), Wish(Goal.THRESHOLD, 0.987))
    _, ledger = drained(screen(local_films, tmp_path / "r2.csv", model, cancel))
    assert "another operating point" in ledger.validation


@pytest.mark.parametrize(
    ("found", "spared", "passed", "words"),
    [
        (95, 90, True, "Go"),
        (88, 95, False, "not shown to reach 0.85"),
        (70, 95, False, "shown to lie below 0.85"),
        (95, 60, False, "shown to lie below 0.75"),
    ],
)
def test_go_needs_the_interval_not_the_value(found, spared, passed, words):
    result = judge_acceptance(build_evaluation(found, spared), Target(), "")
    assert result.acceptance.passed is passed
    assert words in result.acceptance.sentence


def test_acceptance_needs_films_of_its_own(trained, cancel, tmp_path):
    with pytest.raises(JobFailed, match="at least 20 of each"):
        drained(run_acceptance_test(trained.result.model, trained.dataset, tmp_path / "out", cancel, Target()))
    assert read_record(read_header(trained.result.model)).acceptance is None
