"""What the person prefers."""

from PySide6.QtGui import QAction

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
