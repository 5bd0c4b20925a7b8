"""Buttons and keys for the reader's calls: classes, agree, disagree, unsure, note, undo."""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from core.screening.reader_calls import UNSURE
from core.system.language import tr
from gui.widgets.named_widgets import make_button, name_widget

MAX_CLASSES: Final = 9


class ReaderBar(QWidget):
    """Turns buttons and keys into calls; records nothing.

    Keys work wherever the focus is in `area`: 1 to 9 for the classes, A agree, D disagree,
    U unsure, N note, Ctrl+Z undo.
    blind: the check box for blind reading; the owner of the bar places it.
    Signals: called(str class or "unsure"); agreed(); disagreed(); note_wanted(); undo_wanted();
    blind_changed(bool).
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
        self.agree = make_button(tr("Agree (A)"), "agree", self.agreed.emit)
        self.disagree = make_button(tr("Disagree (D)"), "disagree", self.disagreed.emit)
        self.unsure = make_button(tr("Unsure (U)"), "unsure", partial(self.called.emit, UNSURE))
        self.note = make_button(tr("Note (N)"), "note_film", self.note_wanted.emit)
        self.undo = make_button(tr("Undo"), "undo_call", self.undo_wanted.emit)
        self.blind = name_widget(QCheckBox(tr("Blind first")), "blind", tr("Blind"))
        self.blind.setToolTip(tr("Your call is saved before the model's answer is shown."))
        self.blind.toggled.connect(self.blind_changed)
        for widget in (self.agree, self.disagree, self.unsure, self.note, self.undo):
            self._row.addWidget(widget)
        self._row.addStretch()
        self._shortcuts = [
            self._make_shortcut(key, clicked)
            for key, clicked in (
                ("A", self.agree), ("D", self.disagree), ("U", self.unsure), ("N", self.note), ("Ctrl+Z", self.undo),
            )
        ]  # fmt: skip

    def _make_shortcut(self, key: str, clicked: QPushButton) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self._area)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(clicked.click)
        return shortcut

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Show a button for each class of the model, at most nine."""
        for old in self._classes:
            self._row.removeWidget(old)
            old.deleteLater()
        for key in self._class_keys:
            key.deleteLater()
        self._classes, self._class_keys = [], []
        for number, name in enumerate(classes[:MAX_CLASSES], start=1):
            text = f"{name.replace('&', '&&')} ({number})"
            button = make_button(text, f"class_{number}", partial(self.called.emit, name))
            self._class_keys.append(self._make_shortcut(str(number), button))
            self._row.insertWidget(number - 1, button)
            self._classes.append(button)

    def set_enabled(self, can_call: bool, can_compare: bool, can_undo: bool) -> None:
        """Enable the buttons.

        can_call: a scored film is selected. can_compare: its answer is visible, so the reader can
        agree or disagree with it.
        """
        for widget in (*self._classes, self.unsure, self.note):
            widget.setEnabled(can_call)
        for widget in (self.agree, self.disagree):
            widget.setEnabled(can_call and can_compare)
        self.undo.setEnabled(can_undo)
