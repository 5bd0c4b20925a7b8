"""The strip that says what runs, and stops it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from core.jobs.events import Progressed, Stage
from core.training.events import BatchEnded
from gui.jobs.jobs import JobState
from gui.shell.job_strip import READY, STRIP_PX, JobStrip
from gui.widgets import messages
from tests.gui.fake_jobs import ending_with, ignore, lasting

TRAINED = BatchEnded(3, 21, 12, 40, 0.5, 33.0, 130.0, may_end_early=False)
NAME = "Training <b>resnet50-best"


@pytest.fixture
def asked(monkeypatch):
    """Names of the jobs that a person was asked about, who wants to keep them."""
    names = []
    monkeypatch.setattr(messages, "ask_stop", lambda _parent, name: names.append(name))
    return names


@pytest.fixture
def start_button(qtbot, work):
    """A window with a button that starts a training and is disabled meanwhile, as in a tab."""
    room = QWidget()
    button = QPushButton("Start")
    button.clicked.connect(lambda: work.start(Training(), ignore, NAME))
    work.state_changed.connect(lambda state: button.setEnabled(state is JobState.IDLE))
    layout = QVBoxLayout(room)
    layout.addWidget(button)
    layout.addWidget(JobStrip(work))
    qtbot.addWidget(room, before_close_func=lambda _room: work.stop_now(20_000))
    with qtbot.waitActive(room):
        room.show()
        room.activateWindow()
    button.setFocus()
    yield button
    del room  # which held the button until now


@pytest.fixture
def strip(start_button):
    return start_button.window().findChild(JobStrip)


class Training:
    """A job that shows one event and lasts until it is cancelled."""

    def __init__(self, event=TRAINED):
        self.event = event

    def __call__(self, cancel):
        yield self.event
        cancel.wait(20)
        yield self.event


def begin(qtbot, work, event=TRAINED):
    with qtbot.waitSignal(work.event_arrived):
        work.start(Training(event), ignore, NAME)


def stop(qtbot, strip):
    qtbot.mouseClick(strip.stop, Qt.MouseButton.LeftButton)


def end(qtbot, work):
    with qtbot.waitSignal(work.ended):
        work.cancel()


def test_it_is_always_there_and_says_that_nothing_runs(strip):
    assert strip.height() == STRIP_PX
    assert strip.sentence.text() == READY
    assert not any(part.isVisible() for part in (strip.stop, strip.pause, strip.bar, strip.offer))


def test_it_says_what_runs_and_how_far(qtbot, strip, work):
    begin(qtbot, work)
    assert strip.sentence.text() == NAME
    assert strip.sentence.textFormat() is Qt.TextFormat.PlainText
    assert strip.far.text() == "epoch 3 of 21 · about 2 min left"
    assert (strip.bar.value(), strip.bar.maximum()) == (92, 840)
    assert strip.height() == STRIP_PX
    end(qtbot, work)
    assert (strip.sentence.text(), strip.far.text(), strip.bar.isVisible()) == (READY, "", False)


def test_a_job_that_fails_leaves_nothing_behind(qtbot, strip, work):
    def failing(_cancel):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        raise ValueError

    with qtbot.waitSignal(work.ended):
        work.start(failing, ignore, NAME)
    assert (strip.sentence.text(), strip.far.text(), strip.stop.isVisible()) == (READY, "", False)


def test_only_a_training_can_be_paused(qtbot, strip, work):
    begin(qtbot, work, Progressed(Stage.COMPARING, 1, 2))
    assert not strip.pause.isVisible()
    end(qtbot, work)
    begin(qtbot, work)
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    assert work.state is JobState.PAUSED
    assert (strip.sentence.text(), strip.pause.text()) == (f"Paused: {NAME}", "Resume")
    qtbot.mouseClick(strip.pause, Qt.MouseButton.LeftButton)
    assert work.state is JobState.RUNNING
    assert strip.pause.text() == "Pause"
    end(qtbot, work)


def test_stop_asks_by_name_before_work_is_lost(qtbot, strip, work, asked, monkeypatch):
    begin(qtbot, work)
    stop(qtbot, strip)
    assert asked == [NAME]
    assert work.state is JobState.RUNNING
    monkeypatch.setattr(messages, "ask_stop", lambda _parent, _name: True)
    with qtbot.waitSignal(work.ended):
        stop(qtbot, strip)
        assert strip.sentence.text() == "Stopping after this batch…"
        assert not strip.stop.isEnabled()


def test_stop_asks_nothing_where_nothing_is_lost(qtbot, strip, work, asked):
    begin(qtbot, work, Progressed(Stage.READING_RUNS, 0, None))
    with qtbot.waitSignal(work.ended):
        stop(qtbot, strip)
    assert asked == []


def test_the_answer_is_for_the_job_that_was_asked_about(qtbot, strip, work, monkeypatch):
    def answer_late(_parent, _name):
        end(qtbot, work)
        work.start(lasting, ignore, "The next job")
        return True

    monkeypatch.setattr(messages, "ask_stop", answer_late)
    begin(qtbot, work)
    stop(qtbot, strip)
    assert (work.state, work.name) == (JobState.RUNNING, "The next job")
    end(qtbot, work)


def test_space_again_on_the_button_that_started_a_training_does_not_stop_it(qtbot, start_button, strip, work, asked):
    with qtbot.waitSignal(work.event_arrived):
        qtbot.keyClick(start_button, Qt.Key.Key_Space)
    focused = start_button.window().focusWidget()
    assert focused not in {strip.stop, strip.pause}
    qtbot.keyClick(focused or start_button.window(), Qt.Key.Key_Space)
    assert (asked, work.state) == ([], JobState.RUNNING)
    end(qtbot, work)


def test_a_button_disabled_while_a_job_runs_does_not_hand_its_focus_to_stop(qtbot, start_button, strip, work):
    begin(qtbot, work)
    start_button.setEnabled(True)
    start_button.setFocus()
    start_button.setEnabled(False)
    assert start_button.window().focusWidget() not in {strip.stop, strip.pause}
    end(qtbot, work)


def test_stop_is_reached_with_tab(qtbot, start_button, strip, work):
    begin(qtbot, work)
    start_button.setEnabled(True)
    start_button.setFocus()
    for expected in (strip.pause, strip.stop):
        qtbot.keyClick(start_button.window().focusWidget(), Qt.Key.Key_Tab)
        assert expected.hasFocus()
    end(qtbot, work)


def test_interrupted_work_is_offered_while_nothing_runs(qtbot, strip, work):
    strip.show_offer("A training was interrupted.")
    assert strip.sentence.text() == "A training was interrupted."
    assert strip.offer.accessibleName() == "A training was interrupted. Show"
    with qtbot.waitSignal(strip.offer_taken):
        qtbot.mouseClick(strip.offer, Qt.MouseButton.LeftButton)
    begin(qtbot, work)
    assert not strip.offer.isVisible()
    end(qtbot, work)
    assert strip.offer.isVisible()
    strip.show_offer("")
    assert strip.sentence.text() == READY


def test_a_message_stays_until_a_job_begins_or_ends(qtbot, strip, work):
    strip.show_message("The language changes at the next start.")
    assert strip.sentence.text() == "The language changes at the next start."
    with qtbot.waitSignal(work.ended):
        work.start(ending_with(None), ignore, NAME)
    assert strip.sentence.text() == READY
    assert strip.sentence.width() == strip.sentence.sizeHint().width()  # not cut at the width of the name
