"""The bar below the film: buttons for the reader's calls, a note, and how far the list is called."""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget

from core.screening.events import LedgerRow
from core.screening.reader_calls import UNSURE
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.widgets.named_widgets import format_tip, make_button, name_widget

HEIGHT_PX: Final = 44
MAX_CLASSES: Final = 9
CLASS_PX: Final = 150  # most that the button of a class takes; a longer name is elided
NOTE_PX: Final = 90  # least for the note


class CallBar(QWidget):
    """Emits the reader's wishes; records nothing.

    Signals: called(str class or "unsure"); agreed(); undo_wanted(); note_written(LedgerRow, str) with
    the film that was on the screen when the note was begun; left() when the note is done.
    """

    called = Signal(str)
    agreed = Signal()
    undo_wanted = Signal()
    note_written = Signal(object, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)
        self._classes: list[QPushButton] = []
        self._row: LedgerRow | None = None
        self._progress = ""
        self.unsure = make_button(tr("Unsure (U)"), "unsure", partial(self.called.emit, UNSURE))
        self.agree = make_button(tr("Agree (A)"), "agree", self.agreed.emit)
        self.undo = make_button(tr("Undo"), "undo_call", self.undo_wanted.emit)
        self.undo.setToolTip(tr("Take the last call or note back (Ctrl+Z)"))
        self.note = name_widget(
            QLineEdit(placeholderText=tr("Note (N)"), maxLength=500), "note", tr("Note on this film")
        )
        self.note.setMinimumWidth(NOTE_PX)
        self.note.editingFinished.connect(self._save_note)
        self.note.returnPressed.connect(self._on_return)
        self.progress = name_widget(
            QLabel(textFormat=Qt.TextFormat.PlainText), "call_progress", tr("Calls on this list")
        )
        self.progress.setProperty("role", "quiet")
        self.progress.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.progress.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(6, 0, 8, 0)
        self._layout.setSpacing(6)
        for button in (self.unsure, self.agree, self.undo):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard focus where it is
            self._layout.addWidget(button)
        self._layout.addWidget(self.note, 2)
        self._layout.addWidget(self.progress, 3)

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Show a button for each class of the model, at most nine."""
        for old in self._classes:
            self._layout.removeWidget(old)
            old.setObjectName("")  # until it is deleted, the new one is found by it
            old.deleteLater()
        self._classes = []
        for number, label in enumerate(classes[:MAX_CLASSES], start=1):
            button, name = make_button("", f"class_{number}", partial(self.called.emit, label)), escape_name(label)
            button.setProperty("label", label)
            button.setEnabled(False)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            room = CLASS_PX - self.fontMetrics().horizontalAdvance(f"{number}  ")
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            button.setText(f"{number}  {shown.replace('&', '&&')}")
            button.setToolTip(format_tip(name) if shown != name else "")
            button.setAccessibleName(f"{name} ({number})")
            self._layout.insertWidget(number - 1, button)
            self._classes.append(button)

    def press_class(self, number: int) -> None:
        """Call the class of this number, from 1 on, if it can be called now."""
        if number <= len(self._classes):
            self._classes[number - 1].click()

    def show_film(self, row: LedgerRow | None, note: str, reader: str) -> None:
        """Show note and call of the film on the screen; None while there is none.

        A note that is being written stays with its film.
        """
        if self._row is not None and (row is None or row.file != self._row.file):
            self._save_note()
        if row is None or self._row is None or row.file != self._row.file or not self.note.hasFocus():
            self.note.setText(note)
        self._row = row
        for button in self._classes:
            button.setProperty("called", button.property("label") == reader)
        self.unsure.setProperty("called", reader == UNSURE)
        for button in (*self._classes, self.unsure):
            button.style().polish(button)

    def show_progress(self, sentence: str, details: str) -> None:
        """Show how many films are called; details: the whole agreement, in the tooltip."""
        self._progress = sentence
        self.progress.setToolTip(format_tip(details))
        self._elide_progress()

    def update_enabled(self, can_call: bool, can_note: bool, can_agree: bool, can_undo: bool) -> None:
        """Enable what can be done with the film on the screen."""
        for button in (*self._classes, self.unsure):
            button.setEnabled(can_call)
        self.agree.setEnabled(can_agree)
        self.note.setEnabled(can_note)
        self.undo.setEnabled(can_undo)

    def _save_note(self) -> None:
        if self._row is not None:
            self.note_written.emit(self._row, self.note.text())

    @Slot()
    def _on_return(self) -> None:
        """Leave the note; its text is saved by then."""
        self._save_note()
        self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide_progress()

    @Slot()
    def _elide_progress(self) -> None:
        room = self.progress.width()
        self.progress.setText(self.fontMetrics().elidedText(self._progress, Qt.TextElideMode.ElideRight, room))
