"""The View menu: colours and language."""

import pytest
from PySide6.QtWidgets import QWidget

from core.system.language import Language
from gui.shell.view_menu import THEMES, ViewMenu
from gui.state.settings import Theme


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
