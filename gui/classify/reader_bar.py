"""Buttons and keys with which a reader calls films: classes, agree, disagree, unsure, note, undo. Keeps nothing."""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from core.screening.reader_calls import UNSURE
from core.system.language import tr
from gui.widgets.named_widgets import button, named

MOST_CLASSES: Final = 9


class ReaderBar(QWidget):
    """Signals: called(class or "unsure"); agreed(); disagreed(); note_wanted(); undo_wanted(); blind_changed(bool).

    Keys work wherever the focus is in `area`: 1 to 9 the classes, A agree, D disagree, U unsure, N note, Ctrl+Z undo.
    blind: the box for reading blind; who holds the bar gives it its place.
    """

    called = Signal(str)
    agreed = Signal()
    disagreed = Signal()
    note_wanted = Signal()
    undo_wanted = Signal()
    blind_changed = Signal(bool)

    def __init__(self, area: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._area = area
        self._classes: list[QPushButton] = []
        self._class_keys: list[QShortcut] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.agree = button(tr("Agree (A)"), "agree", self.agreed.emit)
        self.disagree = button(tr("Disagree (D)"), "disagree", self.disagreed.emit)
        self.unsure = button(tr("Unsure (U)"), "unsure", partial(self.called.emit, UNSURE))
        self.note = button(tr("Note (N)"), "note_film", self.note_wanted.emit)
        self.undo = button(tr("Undo"), "undo_call", self.undo_wanted.emit)
        self.blind = named(QCheckBox(tr("Blind first")), "blind", tr("Blind"))
        self.blind.setToolTip(tr("Your call is kept before the model's answer is shown."))
        self.blind.toggled.connect(self.blind_changed)
        for widget in (self.agree, self.disagree, self.unsure, self.note, self.undo):
            self._row.addWidget(widget)
        self._row.addStretch()
        self._shortcuts = [
            self._shortcut(key, pressed)
            for key, pressed in (
                ("A", self.agree), ("D", self.disagree), ("U", self.unsure), ("N", self.note), ("Ctrl+Z", self.undo),
            )
        ]  # fmt: skip

    def _shortcut(self, key: str, pressed: QPushButton) -> QShortcut:
        made = QShortcut(QKeySequence(key), self._area)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(pressed.click)
        return made

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """A button for each class of the model."""
        for old in self._classes:
            self._row.removeWidget(old)
            old.deleteLater()
        for key in self._class_keys:
            key.deleteLater()
        self._classes, self._class_keys = [], []
        for number, name in enumerate(classes[:MOST_CLASSES], start=1):
            made = button(f"{name.replace('&', '&&')} ({number})", f"class_{number}", partial(self.called.emit, name))
            self._class_keys.append(self._shortcut(str(number), made))
            self._row.insertWidget(number - 1, made)
            self._classes.append(made)

    def set_enabled(self, can_call: bool, can_compare: bool, can_undo: bool) -> None:
        """can_call: a scored film is chosen. can_compare: its answer may be seen, so one can agree with it."""
        for widget in (*self._classes, self.unsure, self.note):
            widget.setEnabled(can_call)
        for widget in (self.agree, self.disagree):
            widget.setEnabled(can_call and can_compare)
        self.undo.setEnabled(can_undo)
