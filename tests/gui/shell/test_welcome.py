"""The first start."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from core.models.events import SelfTestResult
from core.screening.events import ScreeningResult
from core.system.errors import JobFailed, Reason
from core.system.language import Language
from core.system.product import NOTICE
from gui.jobs.jobs import JobState
from gui.jobs.worker import JobError
from gui.shell import main_window
from gui.shell.welcome import Welcome
from gui.state.settings import Settings, Theme, load_settings
from gui.widgets import messages
from tests.factories import write_few_films
from tests.gui.fake_jobs import ending_with, ignore


def test_the_welcome_checks_the_model_and_is_shown_once(window, qtbot):
    assert not load_settings().welcomed
    with qtbot.waitSignal(window.jobs.ended, timeout=60_000) as shown:
        window.show_welcome()
        assert not window.welcome.demo.isEnabled()
    assert isinstance(shown.args[0], SelfTestResult)
    assert "works correctly" in window.welcome.check.text()
    window.welcome.themes.setCurrentIndex(1)
    assert load_settings().theme is Theme.LIGHT
    qtbot.mouseClick(window.welcome.begin, Qt.MouseButton.LeftButton)
    assert window.welcome is None
    assert load_settings() == Settings(Theme.LIGHT, welcomed=True)


def test_the_welcome_opens_a_folder(window, qtbot, tmp_path, monkeypatch):
    films = write_few_films(tmp_path / "films")
    monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
    with qtbot.waitSignal(window.jobs.ended, timeout=60_000):
        window.show_welcome()
    with qtbot.waitSignal(window.jobs.ended, timeout=60_000) as shown:
        qtbot.mouseClick(window.welcome.folder, Qt.MouseButton.LeftButton)
    assert isinstance(shown.args[0], ScreeningResult)
    assert window.tabs.currentWidget() is window.classify_tab


@pytest.fixture
def welcome(qtbot):
    welcome = Welcome(Theme.LIGHT)
    qtbot.addWidget(welcome)
    welcome.show()
    return welcome


def test_it_says_what_the_program_is_for(welcome):
    text = " ".join(label.text() for label in welcome.findChildren(QLabel))
    assert NOTICE in text
    assert "never changed" in text
    assert "films of few hospitals" in text


def test_nothing_that_starts_a_job_is_offered_before_the_check_has_ended(welcome):
    widgets = (welcome.demo, welcome.folder, welcome.languages)
    assert not any(widget.isEnabled() for widget in widgets)
    assert welcome.begin.isEnabled()
    welcome.show_state(JobState.IDLE)
    assert all(widget.isEnabled() for widget in widgets)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (SelfTestResult("<b>resnet", (), (), 1.25), "<b>resnet works correctly (1.2 s)."),
        (JobError("<b>resnet is damaged."), "<b>resnet is damaged."),
    ],
)
def test_the_outcome_of_the_check_is_plain_text(welcome, outcome, sentence):
    welcome.show_check(outcome)
    assert welcome.check.text() == sentence
    assert welcome.check.textFormat() is Qt.TextFormat.PlainText


def failing(_cancel):
    raise JobFailed(Reason.DATASET_INVALID, "The share is gone.")
    yield


def test_the_failure_of_another_job_is_not_taken_for_the_check(window, qtbot, errors):
    with qtbot.waitSignal(window.jobs.ended):
        window.jobs.start(failing, ignore)
        window.show_welcome()
    assert errors == ["The share is gone."]
    assert window.welcome.check.text().startswith("Another job is running")
    assert window.welcome.demo.isEnabled()


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        (ending_with(SelfTestResult("resnet", (), (), 1)), "resnet works correctly (1.0 s)."),
        (failing, "The share is gone."),
    ],
)
def test_a_welcome_opened_again_during_the_check_has_its_outcome(window, qtbot, errors, monkeypatch, job, sentence):
    monkeypatch.setattr(main_window, "self_test_job", lambda: job)
    with qtbot.waitSignal(window.jobs.ended):
        window.show_welcome()
        qtbot.mouseClick(window.welcome.begin, Qt.MouseButton.LeftButton)
        window.show_welcome()
        assert window.welcome.check.text() == "Checking the bundled model…"
    assert window.welcome.check.text() == sentence
    assert window.welcome.languages.isEnabled()
    assert errors == []


def test_colours_and_language_are_chosen_from_what_is_in_use(qtbot, welcome):
    assert welcome.themes.currentData() is Theme.LIGHT
    assert welcome.languages.currentData() is Language.ENGLISH
    with qtbot.waitSignal(welcome.theme_chosen) as chosen:
        qtbot.keyClick(welcome.themes, Qt.Key.Key_Down)
    assert chosen.args == [Theme.SYSTEM]
    welcome.show_state(JobState.IDLE)
    with qtbot.waitSignal(welcome.language_chosen) as chosen:
        qtbot.keyClick(welcome.languages, Qt.Key.Key_Down)
    assert chosen.args == [Language.GERMAN]


@pytest.mark.parametrize(("button", "signal"), [("demo", "demo_wanted"), ("folder", "folder_wanted")])
def test_a_first_step_closes_the_dialog_before_it_is_asked_for(qtbot, welcome, button, signal):
    welcome.show_state(JobState.IDLE)
    was_open = []
    getattr(welcome, signal).connect(lambda: was_open.append(welcome.isVisible()))
    with qtbot.waitSignal(welcome.accepted):
        qtbot.mouseClick(getattr(welcome, button), Qt.MouseButton.LeftButton)
    assert was_open == [False]


def test_looking_around_only_closes(qtbot, welcome):
    with qtbot.assertNotEmitted(welcome.demo_wanted), qtbot.assertNotEmitted(welcome.folder_wanted):
        qtbot.mouseClick(welcome.begin, Qt.MouseButton.LeftButton)
    assert not welcome.isVisible()
