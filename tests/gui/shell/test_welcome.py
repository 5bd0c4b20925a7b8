"""The first start."""

from PySide6.QtCore import Qt

from core.models.events import SelfTestResult
from core.screening.events import ScreeningResult
from gui.state.settings import Settings, Theme, load_settings
from gui.widgets import messages
from tests.factories import write_few_films


def test_the_welcome_checks_the_model_and_is_shown_once(window, qtbot):
    assert not load_settings().welcomed
    with qtbot.waitSignal(window.job_shown, timeout=60_000) as shown:
        window.show_welcome()
        assert not window.welcome.demo.isEnabled()
    assert isinstance(shown.args[0], SelfTestResult)
    assert "answers as it should" in window.welcome.check.text()
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
