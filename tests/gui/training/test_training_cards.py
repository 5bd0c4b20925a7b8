"""What the cards say, and when they are there."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.training.events import TrainingResult
from gui.training.training_cards import FinishedCard, InterruptedCard
from tests.gui.person import click
from tests.gui.runs.examples import run

RESULT = TrainingResult(Path("runs/a\u202eb"), True, Path("runs/a\u202eb/best.safetensors"), 2, 3, 0.5, None)


@pytest.fixture
def interrupted(qtbot):
    card = InterruptedCard()
    qtbot.addWidget(card)
    return card


@pytest.fixture
def finished(qtbot):
    card = FinishedCard()
    qtbot.addWidget(card)
    return card


def test_an_interrupted_training_is_there_only_while_nothing_runs(qtbot, interrupted):
    ours = run("ours", metrics=None, is_resumable=True)
    ours = replace(ours, card=replace(ours.card, name="a\u202eb"), recipe=replace(ours.recipe, epochs=20))
    assert interrupted.isHidden()
    interrupted.show_run(ours)
    assert interrupted.sentence.text() == (
        "A training was interrupted: a\\u202Eb, begun 2026-01-01 12:34, after epoch 3 of 20."
    )
    interrupted.set_idle(False)
    assert interrupted.isHidden()
    interrupted.set_idle(True)
    assert not interrupted.isHidden()
    with qtbot.waitSignal(interrupted.resume_wanted) as wanted:
        click(qtbot, interrupted, "resume")
    assert wanted.args == [ours]
    interrupted.show_run(None)
    assert interrupted.isHidden()


def test_a_finished_training_says_with_which_model_films_are_read(finished):
    assert finished.isHidden()
    finished.set_model_in_use(None)
    finished.show_result(RESULT)
    assert "a\\u202Eb is trained. Films are still read with the model" in finished.sentence.text()
    finished.set_model_in_use(RESULT.model)
    assert finished.sentence.text() == "a\\u202Eb is trained, and films are read with it."
    assert not finished.use.isEnabled()
    finished.set_model_in_use(None)
    assert finished.use.isEnabled()


def test_a_model_is_evaluated_only_while_no_other_job_runs(qtbot, finished):
    finished.show_result(RESULT)
    finished.set_idle(False)
    assert not finished.evaluate.isEnabled()
    assert finished.compare.isEnabled()
    finished.set_idle(True)
    with qtbot.waitSignal(finished.evaluation_wanted) as wanted:
        click(qtbot, finished, "evaluate_trained")
    assert wanted.args == [RESULT]
