"""The View menu: colours and language."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

from PySide6.QtCore import Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from core.system.language import Language, current_language, marked, tr
from gui.state.settings import Theme

Choice = TypeVar("Choice", bound=Enum)
THEMES: Final = {
    Theme.DARK: marked("&Dark"), Theme.LIGHT: marked("&Light"), Theme.SYSTEM: marked("&Follow the system"),
}  # fmt: skip


class ViewMenu(QMenu):
    """Signals: theme_chosen(Theme), language_chosen(Language)."""

    theme_chosen = Signal(object)
    language_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("&View"), parent)
        self._themes = self._choices(self, {theme: tr(words) for theme, words in THEMES.items()}, self.theme_chosen)
        languages = self.addMenu(tr("&Language"))
        self.languages = self._choices(languages, {one: one.own_name for one in Language}, self.language_chosen)
        self.languages[current_language()].setChecked(True)

    def _choices(self, menu: QMenu, choices: Mapping[Choice, str], chosen: SignalInstance) -> dict[Choice, QAction]:
        group = QActionGroup(self)
        actions = {}
        for choice, words in choices.items():
            actions[choice] = group.addAction(menu.addAction(words))
            actions[choice].setCheckable(True)
            actions[choice].setData(choice)
        group.triggered.connect(lambda action: chosen.emit(action.data()))
        return actions

    @Slot(object)
    def show_theme(self, theme: Theme) -> None:
        """Mark the colours that the window has."""
        self._themes[theme].setChecked(True)
