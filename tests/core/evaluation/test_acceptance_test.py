"""Acceptance of a model at a place."""

import json

import numpy as np
import pytest
from pypdf import PdfReader

from core.evaluation.acceptance_test import judge_acceptance, run_acceptance_test
from core.evaluation.evaluation import Evaluation, Target
from core.metrics.figures import compute_binary_figures
from core.models.model_header import bundled_model_path, read_header
from core.models.operating_point import Goal, Wish, evaluate_band
from core.models.point_selection import select_point
from core.models.predictions import Predictions
from core.models.site_record import read_record
from core.screening.screening import screen
from core.system.errors import JobFailed
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
    assert content["passed"] == result.acceptance.passed
    assert content["n"] == 50
    _, ledger = drained(screen(local_films, tmp_path / "r.csv", model, cancel))
    word = "Accepted here" if result.acceptance.passed else "Not accepted here"
    assert ledger.validation.startswith(word)
    select_point(read_header(model), Wish(Goal.THRESHOLD, 0.987))
    _, ledger = drained(screen(local_films, tmp_path / "r2.csv", model, cancel))
    assert "another operating point" in ledger.validation


def made_evaluation(found, spared, films=100):
    """An evaluation of which so many of 100 films of each class are called rightly."""
    labels = np.repeat([1, 0], films)
    called = np.concatenate([np.arange(films) < found, np.arange(films) >= spared])
    logits = np.where(called, 3.0, -3.0)[:, None].astype(np.float32)
    header = read_header(bundled_model_path())
    groups, probabilities = np.arange(2 * films), np.where(called, 0.9, 0.1)
    figures = compute_binary_figures(labels, probabilities, header.threshold)
    shares = evaluate_band(labels, probabilities, (0.2, 0.8), groups)
    answers = Predictions(labels, logits, groups, ())
    return Evaluation(header, bundled_model_path(), (), answers, "", figures, None, shares, (), 1, ("w",), ())


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
    result = judge_acceptance(made_evaluation(found, spared), Target(), "")
    assert result.acceptance.passed is passed
    assert words in result.acceptance.sentence


def test_acceptance_needs_films_of_its_own(trained, cancel, tmp_path):
    with pytest.raises(JobFailed, match="takes at least 20 of each"):
        drained(run_acceptance_test(trained.result.model, trained.dataset, tmp_path / "out", cancel, Target()))
    assert read_record(read_header(trained.result.model)).acceptance is None
