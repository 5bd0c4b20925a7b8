"""The keys of the reading room: one table for the shortcuts and for the sheet that lists them.

They work in the whole tab but in text fields, where letters are text. They are the same in every language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from core.system.language import marked

TEXT_FIELDS: Final = (QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the reading room.

    sequence: as Qt writes it. name: of what it does. sentence: the same for the reader, marked.
    repeats: whether it goes on while it is held down; a call never does. in_text: whether it also
    works in text fields.
    """

    sequence: str
    name: str
    sentence: str
    repeats: bool = False
    in_text: bool = False


KEYS: Final = (
    Key("Up", "previous", marked("Previous film"), repeats=True),
    Key("Down", "next", marked("Next film"), repeats=True),
    Key("Home", "first", marked("First film")),
    Key("End", "last", marked("Last film")),
    Key("Space", "next_uncalled", marked("Next film without a call")),
    *(Key(str(number), f"class_{number}", marked("Call the class of this number")) for number in range(1, 10)),
    Key("U", "unsure", marked("Call: unsure")),
    Key("A", "agree", marked("Call: agree with the answer on the screen")),
    Key("N", "note", marked("Write a note; Enter saves it")),
    Key("Ctrl+Z", "undo", marked("Take the last call or note back")),
    Key("H", "hold_heat", marked("Show the heat map's outline while the key is held")),
    Key("Shift+H", "pin_heat", marked("Keep the heat map's outline on, or take it off")),
    Key("S", "side_by_side", marked("Film without and with heat map side by side")),
    Key("I", "invert", marked("Invert black and white")),
    Key("R", "rotate", marked("Rotate a quarter turn clockwise")),
    Key("F", "fit", marked("Whole film")),
    Key("Z", "actual_size", marked("One film pixel on one screen pixel")),
    Key("+", "zoom_in", marked("Zoom in"), repeats=True),
    Key("=", "zoom_in", ""),
    Key("-", "zoom_out", marked("Zoom out"), repeats=True),
    Key("W", "reset_window", marked("Reset window: brightness and contrast")),
    Key("D", "details", marked("The answer in digits, with all its cautions")),
    Key("T", "facts", marked("What was read from the file")),
    Key("F11", "full_screen", marked("Full screen"), in_text=True),
    Key("Ctrl+O", "open_film", marked("Open a film"), in_text=True),
    Key("Ctrl+Shift+O", "open_folder", marked("Screen a folder"), in_text=True),
    Key("Ctrl+F", "search", marked("Search the list"), in_text=True),
    Key("Ctrl+L", "list", marked("Show or hide the list"), in_text=True),
    Key("F6", "table", marked("Table of the list, or the film"), in_text=True),
    Key("Esc", "leave", marked("Leave the text field, the table or the full screen"), in_text=True),
    Key("?", "keys", marked("This sheet")),
)


def is_text_field(widget: QWidget | None) -> bool:
    """Whether letters typed into a widget are text."""
    return isinstance(widget, TEXT_FIELDS) and not getattr(widget, "isReadOnly", lambda: False)()


class ReadingKeys(QObject):
    """Shortcuts for KEYS in a widget and everything in it.

    actions: what each name does. A key without an action has no shortcut.
    """

    def __init__(self, area: QWidget, actions: Mapping[str, Callable[[], object]]) -> None:
        super().__init__(area)
        self._plain: list[QShortcut] = []
        for key in KEYS:
            if (action := actions.get(key.name)) is None:
                continue
            shortcut = QShortcut(QKeySequence(key.sequence), area)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(key.repeats)
            shortcut.activated.connect(self._press_button if key.name == "next_uncalled" else action)
            if not key.in_text:
                self._plain.append(shortcut)
        self._next_uncalled = actions.get("next_uncalled")
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    @Slot()
    def _press_button(self) -> None:
        """Press the button that has the keyboard focus, as Space does everywhere; else go on to the next film."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton) and focused.isEnabled():
            focused.click()
        elif self._next_uncalled is not None:
            self._next_uncalled()

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        is_text = is_text_field(now)
        for shortcut in self._plain:
            shortcut.setEnabled(not is_text)
