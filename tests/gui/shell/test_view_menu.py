"""The View menu: colours and language."""

import pytest
from PySide6.QtWidgets import QWidget

from core.system.language import Language
from gui.shell.view_menu import THEMES, ViewMenu
from gui.state.settings import Mouse, Theme


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def menu(parent):
    return ViewMenu(parent)


def entry(menu, choice):
    actions = [*menu.actions(), *menu.languages.values()]
    return next(action for action in actions if action.data() is choice)


@pytest.mark.parametrize("theme", list(THEMES))
def test_colours_are_chosen_and_one_is_marked(menu, qtbot, theme):
    with qtbot.waitSignal(menu.theme_chosen) as chosen:
        entry(menu, theme).trigger()
    assert chosen.args == [theme]
    menu.show_theme(theme)
    assert [one for one in Theme if entry(menu, one).isChecked()] == [theme]


def test_languages_are_named_in_their_own_words(menu, qtbot):
    assert [action.text() for action in menu.languages.values()] == [language.own_name for language in Language]
    assert menu.languages[Language.ENGLISH].isChecked()
    with qtbot.waitSignal(menu.language_chosen) as chosen:
        menu.languages[Language.GERMAN].trigger()
    assert chosen.args == [Language.GERMAN]


def test_the_language_that_is_spoken_is_marked(german, parent):
    assert ViewMenu(parent).languages[Language.GERMAN].isChecked()


def test_the_mouse_is_chosen_and_one_way_is_marked(menu, qtbot):
    menu.show_mouse(Mouse.STANDARD)
    with qtbot.waitSignal(menu.mouse_chosen) as chosen:
        menu.mouses[Mouse.PACS].trigger()
    assert chosen.args == [Mouse.PACS]
    assert [mouse for mouse in Mouse if menu.mouses[mouse].isChecked()] == [Mouse.PACS]
    assert "next film" in menu.mouses[Mouse.PACS].toolTip()


def test_full_screen_and_keys_are_named_with_their_keys_and_take_none(menu, qtbot):
    for action, signal, key in (
        (menu.full_screen, menu.full_screen_wanted, "F11"), (menu.keys, menu.keys_wanted, "?"),
    ):  # fmt: skip
        with qtbot.waitSignal(signal):
            action.trigger()
        assert action.text().endswith(f"\t{key}")
        assert action.shortcut().isEmpty()  # or the same key in the Classify tab would be ambiguous
