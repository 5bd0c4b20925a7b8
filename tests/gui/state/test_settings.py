"""What the person prefers."""

import pytest
from PySide6.QtGui import QAction

from core.system.language import Language
from gui.state.settings import Settings, Theme, load_settings, save_settings


def test_settings_that_make_no_sense_are_the_defaults(window):
    save_settings(Settings(Theme.LIGHT, welcomed=True))
    from PySide6.QtCore import QSettings

    QSettings().setValue("theme", "\x00nonsense")
    QSettings().setValue("welcomed", [1, 2])
    assert load_settings() == Settings()


def test_theme_is_kept(qtbot, window):
    next(action for action in window.findChildren(QAction) if action.data() is Theme.LIGHT).trigger()
    assert load_settings().theme is Theme.LIGHT


@pytest.mark.parametrize(
    "settings", [Settings(), Settings(Theme.SYSTEM, welcomed=True), Settings(language=Language.GERMAN)]
)
def test_settings_come_back(own_settings, settings):
    save_settings(settings)
    assert load_settings() == settings


def test_a_language_once_chosen_is_not_forgotten(own_settings):
    save_settings(Settings(language=Language.GERMAN))
    save_settings(Settings(theme=Theme.LIGHT))
    assert load_settings() == Settings(theme=Theme.LIGHT, language=Language.GERMAN)
