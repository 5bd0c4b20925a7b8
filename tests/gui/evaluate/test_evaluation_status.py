"""Progress of an evaluation, and how it ended."""

from pathlib import Path

import pytest

from core.datasets.entries import FilmLeftOut
from core.jobs.events import Noted, Progressed, Stage
from core.system.errors import Reason
from core.system.product import NOTICE
from gui.evaluate.evaluation_status import EvaluationStatus


@pytest.fixture
def status(qtbot):
    made = EvaluationStatus()
    qtbot.addWidget(made)
    made.show()
    return made


def test_progress_is_said_with_the_time_left_and_the_notice(status):
    status.show_event(Progressed(Stage.TESTING, 12, 40, 130.0))
    assert "2 min" in status.sentence.text()
    assert status.sentence.text().endswith(NOTICE)
    status.show_event(Progressed(Stage.LOADING_NETWORK, 0, None))
    assert "min" not in status.sentence.text().removesuffix(NOTICE)


def test_what_a_job_notes_and_leaves_out_is_said(status):
    status.show_event(Noted("These films were seen before."))
    assert status.sentence.text() == "These films were seen before."
    status.show_event(FilmLeftOut(Path("/films/<b>cut.png"), Reason.DAMAGED, "It is cut off."))
    assert "<b>cut.png" in status.sentence.text()
    assert "It is cut off." in status.sentence.text()
