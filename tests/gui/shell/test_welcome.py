"""The first start."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from core.models.events import SelfTestResult
from core.screening.events import ScreeningResult
from core.system.language import Language
from core.system.product import NOTICE
from gui.shell.welcome import Welcome
from gui.state.settings import Settings, Theme, load_settings
from gui.widgets import messages
from tests.factories import write_few_films


def test_the_welcome_checks_the_model_and_is_shown_once(window, qtbot):
    assert not load_settings().welcomed
    with qtbot.waitSignal(window.job_shown, timeout=60_000) as shown:
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
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        window.show_welcome()
    with qtbot.waitSignal(window.job_shown, timeout=60_000) as shown:
        qtbot.mouseClick(window.welcome.folder, Qt.MouseButton.LeftButton)
    assert isinstance(shown.args[0], ScreeningResult)
    assert window.tabs.currentWidget() is window.classify_tab


@pytest.fixture
def welcome(qtbot):
    made = Welcome(Theme.DARK)
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_says_what_the_program_is_and_is_not(welcome):
    text = " ".join(label.text() for label in welcome.findChildren(QLabel))
    assert NOTICE in text
    assert "never changed" in text
    assert "children aged 1 to 5" in text


def test_jobs_can_be_started_when_the_model_was_checked(welcome, qtbot):
    waiting = (welcome.demo, welcome.folder, welcome.languages)
    assert not any(widget.isEnabled() for widget in waiting)
    assert welcome.begin.isEnabled()
    welcome.show_check("The model answers as it should.")
    assert all(widget.isEnabled() for widget in waiting)
    assert welcome.check.text() == "The model answers as it should."


@pytest.mark.parametrize("name", ["demo", "folder"])
def test_each_way_to_begin_closes_it(welcome, qtbot, name):
    welcome.set_ready(True)
    with qtbot.waitSignal(getattr(welcome, f"{name}_wanted")):
        qtbot.mouseClick(getattr(welcome, name), Qt.MouseButton.LeftButton)
    assert not welcome.isVisible()


def test_colours_and_language_are_chosen_where_they_can_be_seen(welcome, qtbot):
    welcome.set_ready(True)
    with qtbot.waitSignal(welcome.theme_chosen) as chosen:
        qtbot.keyClick(welcome.themes, Qt.Key.Key_Down)
    assert chosen.args == [Theme.LIGHT]
    with qtbot.waitSignal(welcome.language_chosen) as chosen:
        qtbot.keyClick(welcome.languages, Qt.Key.Key_Down)
    assert chosen.args == [list(Language)[1]]
