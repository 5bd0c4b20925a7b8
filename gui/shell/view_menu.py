"""The Display menu: colour scheme, language, mouse, full screen, keys."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

from PySide6.QtCore import Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from core.system.language import Language, current_language, marked, tr
from gui.state.settings import Mouse, Theme

Choice = TypeVar("Choice", bound=Enum)
THEMES: Final = {
    Theme.DARK: marked("Dark"), Theme.LIGHT: marked("Light"), Theme.SYSTEM: marked("Follow the system"),
}  # fmt: skip
MOUSES: Final = {Mouse.STANDARD: marked("Standard"), Mouse.PACS: marked("As in PACS")}


class ViewMenu(QMenu):
    """What the window looks like and how it is handled.

    Signals: theme_chosen(Theme), language_chosen(Language), mouse_chosen(Mouse); full_screen_wanted();
    keys_wanted(), for the sheet of keys. The keys beside the last two entries are those of the films:
    they are shown here, and belong to the Classify tab.
    """

    theme_chosen = Signal(object)
    language_chosen = Signal(object)
    mouse_chosen = Signal(object)
    full_screen_wanted = Signal()
    keys_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("Display"), parent)
        self._themes = self._add_choices(self, {theme: tr(text) for theme, text in THEMES.items()}, self.theme_chosen)
        self.addSeparator()
        language_menu = self.addMenu(tr("Language"))
        own_names = {language: language.own_name for language in Language}
        self.languages = self._add_choices(language_menu, own_names, self.language_chosen)
        self.languages[current_language()].setChecked(True)
        mouse_menu = self.addMenu(tr("Mouse"))
        mouse_menu.setToolTipsVisible(True)
        self.mouses = self._add_choices(
            mouse_menu, {mouse: tr(text) for mouse, text in MOUSES.items()}, self.mouse_chosen
        )
        self.mouses[Mouse.PACS].setToolTip(
            tr("Left button: grey levels; middle: move; right: enlarge; wheel: next film")
        )
        self.addSeparator()
        self.full_screen = self.addAction(_with_key(tr("Full screen"), "F11"))
        self.full_screen.triggered.connect(self.full_screen_wanted)
        self.keys = self.addAction(_with_key(tr("Keys…"), "?"))
        self.keys.triggered.connect(self.keys_wanted)

    def _add_choices(self, menu: QMenu, choices: Mapping[Choice, str], chosen: SignalInstance) -> dict[Choice, QAction]:
        group = QActionGroup(self)
        actions = {}
        for choice, text in choices.items():
            actions[choice] = group.addAction(menu.addAction(text))
            actions[choice].setCheckable(True)
            actions[choice].setData(choice)
        group.triggered.connect(lambda action: chosen.emit(action.data()))
        return actions

    @Slot(object)
    def show_theme(self, theme: Theme) -> None:
        """Check the entry of the colour scheme in use."""
        self._themes[theme].setChecked(True)

    @Slot(object)
    def show_mouse(self, mouse: Mouse) -> None:
        """Check the entry of what the mouse does now."""
        self.mouses[mouse].setChecked(True)


def _with_key(text: str, key: str) -> str:
    """Return the text of a menu entry with a key beside it that another widget handles."""
    return f"{text}\t{key}"
