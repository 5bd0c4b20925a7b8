"""What the person prefers."""

import pytest
from PySide6.QtGui import QAction

from core.system.language import Language
from gui.state.settings import (
    FolderKind,
    Mouse,
    Settings,
    Theme,
    WindowPlace,
    load_folder,
    load_settings,
    save_folder,
    save_settings,
)


def test_settings_that_make_no_sense_are_the_defaults(window):
    save_settings(Settings(Theme.LIGHT, welcomed=True))
    from PySide6.QtCore import QSettings

    QSettings().setValue("theme", "\x00nonsense")
    QSettings().setValue("welcomed", [1, 2])
    QSettings().setValue("mouse", "hamster")
    QSettings().setValue("window", "12 x 8")
    assert load_settings() == Settings()


def test_theme_is_kept(qtbot, window):
    next(action for action in window.findChildren(QAction) if action.data() is Theme.LIGHT).trigger()
    assert load_settings().theme is Theme.LIGHT


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(Theme.SYSTEM, welcomed=True),
        Settings(language=Language.GERMAN),
        Settings(mouse=Mouse.PACS, tab="runs_tab", window=WindowPlace(-1300, 20, 1200, 700, True)),
    ],
)
def test_settings_come_back(own_settings, settings):
    save_settings(settings)
    assert load_settings() == settings


def test_a_language_once_chosen_is_not_forgotten(own_settings):
    save_settings(Settings(language=Language.GERMAN))
    save_settings(Settings(theme=Theme.LIGHT))
    assert load_settings() == Settings(theme=Theme.LIGHT, language=Language.GERMAN)


def test_the_last_folder_of_each_kind_is_kept_while_it_exists(own_settings, tmp_path):
    films, exports = tmp_path / "films", tmp_path / "exports"
    for folder in (films, exports):
        folder.mkdir()
    save_folder(FolderKind.FILMS, films)
    save_folder(FolderKind.EXPORTS, exports)
    assert [load_folder(kind) for kind in FolderKind] == [films, None, exports]
    exports.rmdir()
    assert load_folder(FolderKind.EXPORTS) is None
