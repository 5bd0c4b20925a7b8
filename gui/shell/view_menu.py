"""The Display menu: colour scheme and language."""

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
    Theme.DARK: marked("Dark"), Theme.LIGHT: marked("Light"), Theme.SYSTEM: marked("Follow the system"),
}  # fmt: skip


class ViewMenu(QMenu):
    """Signals: theme_chosen(Theme), language_chosen(Language)."""

    theme_chosen = Signal(object)
    language_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("Display"), parent)
        self._themes = self._add_choices(self, {theme: tr(text) for theme, text in THEMES.items()}, self.theme_chosen)
        language_menu = self.addMenu(tr("Language"))
        own_names = {language: language.own_name for language in Language}
        self.languages = self._add_choices(language_menu, own_names, self.language_chosen)
        self.languages[current_language()].setChecked(True)

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
