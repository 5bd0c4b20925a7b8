"""The controls on top of the Classify tab."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.screening.events import ScreeningResult
from gui.classify.screening_controls import ScreeningControls
from gui.jobs.jobs import JobState
from gui.widgets import messages
from tests.gui.classify.examples import ROWS, refused
from tests.gui.person import click

RESULT = ScreeningResult(Path("r.csv"), True, 5, 3, 1, 1, "", (), ROWS)


@pytest.fixture
def controls(qtbot, monkeypatch):
    made = ScreeningControls()
    qtbot.addWidget(made)
    made.show()
    monkeypatch.setattr(messages, "choose_file", lambda *_: Path("/r.csv"))
    monkeypatch.setattr(messages, "choose_folder", lambda *_: Path("/films"))
    return made


@pytest.mark.parametrize(
    ("button", "signal", "paths"),
    [
        ("open_film", "path_opened", ["/r.csv"]),
        ("open_folder", "path_opened", ["/films"]),
        ("watch_folder", "watch_wanted", ["/films"]),
        ("open_worklist", "worklist_wanted", ["/r.csv", "/films"]),
        ("retry_failed", "retry_wanted", []),
        ("override", "override_wanted", []),
        ("cancel", "cancel_wanted", []),
    ],
)
def test_each_button_asks_and_hands_on(controls, qtbot, button, signal, paths):
    with qtbot.waitSignal(getattr(controls, signal)) as wanted:
        click(qtbot, controls, button)
    assert wanted.args == list(map(Path, paths))


@pytest.mark.parametrize("button", ["open_film", "open_folder", "watch_folder", "open_worklist"])
def test_a_question_without_an_answer_starts_nothing(controls, qtbot, monkeypatch, button):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: None)
    monkeypatch.setattr(messages, "choose_file", lambda *_: Path("/r.csv") if button == "open_worklist" else None)
    wanted = []
    for signal in (controls.path_opened, controls.watch_wanted, controls.worklist_wanted):
        signal.connect(lambda *paths: wanted.append(paths))
    click(qtbot, controls, button)
    assert wanted == []


def enabled(controls):
    return {name for name, button in controls.buttons.items() if button.isEnabled()}


OPENERS = {"open_film", "open_folder", "watch_folder", "open_worklist"}


def test_only_cancel_is_left_while_a_job_runs(controls):
    controls.update_enabled(JobState.RUNNING, RESULT, ROWS[3], None)
    assert enabled(controls) == {"cancel"}
    assert not controls.export.isEnabled()
    assert not controls.drop_area.isEnabled()
    controls.update_enabled(JobState.STOPPING, RESULT, ROWS[3], None)
    assert enabled(controls) == set()


def test_retry_needs_a_failed_film_and_score_anyway_a_refused_one(controls):
    controls.update_enabled(JobState.IDLE, None, None, None)
    assert enabled(controls) == OPENERS
    controls.update_enabled(JobState.IDLE, RESULT, ROWS[0], None)
    assert enabled(controls) == OPENERS | {"retry_failed"}
    lateral = refused("side.png", reason="lateral_view")
    controls.update_enabled(JobState.IDLE, replace(RESULT, failed=0), lateral, None)
    assert enabled(controls) == OPENERS | {"override"}
    controls.update_enabled(JobState.IDLE, RESULT, ROWS[3], None)  # a text is not scored whatever a person wants
    assert "override" not in enabled(controls)
    assert controls.export.isEnabled()
