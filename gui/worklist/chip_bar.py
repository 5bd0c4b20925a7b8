"""Filters as chips with live counts, and the search field."""

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from core.models.decision import Decision
from core.screening.reader_calls import Stance
from core.system.language import marked, tr, tr_count
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.named_widgets import name_widget
from gui.worklist.chip import Chip
from gui.worklist.row_kinds import ANSWER_KINDS, DECISION_KINDS, RowKind
from gui.worklist.row_text import DECISION_MARKS, STANCE_MARKS
from gui.worklist.worklist_filter import WorklistFilter

COUNT_MILLISECONDS: Final = 100
SPACING_PX: Final = 3
POINT_SHARE: Final = 0.92  # of the window's font
WORDS: Final = {
    RowKind.ALL: marked("All"),
    RowKind.LIKELY: DECISION_MARKS[Decision.LIKELY],
    RowKind.REVIEW: DECISION_MARKS[Decision.REVIEW],
    RowKind.UNLIKELY: DECISION_MARKS[Decision.UNLIKELY],
    RowKind.DISAGREEMENTS: STANCE_MARKS[Stance.DISAGREES].strip(),
    RowKind.NOT_CALLED: marked("uncalled"),
    RowKind.REFUSED: marked("refused"),
    RowKind.FAILED: marked("failed"),
    RowKind.NO_FILMS: marked("no films"),
}
ALWAYS: Final = frozenset({RowKind.ALL, RowKind.LIKELY, RowKind.REVIEW, RowKind.UNLIKELY, RowKind.NOT_CALLED})


def _describe_count(kind: RowKind, count: int) -> str:
    """Return a chip in words."""
    match kind:
        case RowKind.ALL:
            return tr_count("All: {count:,} film", "All: {count:,} films", count)
        case RowKind.LIKELY:
            return tr_count("Likely: {count:,} film", "Likely: {count:,} films", count)
        case RowKind.REVIEW:
            return tr_count("To review: {count:,} film", "To review: {count:,} films", count)
        case RowKind.UNLIKELY:
            return tr_count("Unlikely: {count:,} film", "Unlikely: {count:,} films", count)
        case RowKind.NOT_CALLED:
            return tr_count("Not yet called: {count:,} film", "Not yet called: {count:,} films", count)
        case RowKind.DISAGREEMENTS:
            return tr_count(
                "Reader and model disagree: {count:,} film", "Reader and model disagree: {count:,} films", count
            )
        case RowKind.REFUSED:
            return tr_count("Refused: {count:,} film", "Refused: {count:,} films", count)
        case RowKind.FAILED:
            return tr_count("Failed: {count:,} film", "Failed: {count:,} films", count)
        case RowKind.NO_FILMS:
            return tr_count("{count:,} file is no film", "{count:,} files are no films", count)


class SearchField(QLineEdit):
    """Text to look for. Signal: left() when the person goes on to the list: Enter, Down, or Escape when it is empty."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, clearButtonEnabled=True)
        self.setPlaceholderText(tr("Search"))
        self.setToolTip(tr("Search file, note, reason (Ctrl+F)"))
        name_widget(self, "search", tr("Search file, note, reason"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down}:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class ChipBar(QWidget):
    """Sets which rows are shown. Counts are those of the whole list, and follow it ten times a second.

    Signal: left() when the person goes on from the search to the list.
    """

    left = Signal()

    def __init__(self, rows: WorklistFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows, self._table = rows, rows.table
        self.search = SearchField()
        self.search.textChanged.connect(self._on_search)
        self.search.left.connect(self.left)
        self.chips = {kind: self._make_chip(kind) for kind in RowKind}
        flow = FlowLayout()
        flow.setSpacing(SPACING_PX)
        for kind in WORDS:
            flow.addWidget(self.chips[kind])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addLayout(flow)
        self._timer = QTimer(self, singleShot=True, interval=COUNT_MILLISECONDS)
        self._timer.timeout.connect(self.show_counts)
        for changed in (self._table.row_added, self._table.row_replaced, self._table.row_leaving):
            changed.connect(self._on_row_changed)
        self._table.call_changed.connect(self._on_row_changed)
        self._table.all_changed.connect(self.show_counts)
        self._table.tints_changed.connect(self._show_tints)
        self._show_tints()
        self.show_counts()

    def reset(self, kind: RowKind = RowKind.ALL) -> None:
        """Show all films, or all of a kind, without a search."""
        self.clear_search()
        self._choose(kind)

    def clear_search(self) -> None:
        """Empty the search field; the rows stay as they are."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)

    @Slot()
    def show_counts(self) -> None:
        """Show the present counts now."""
        self._timer.stop()
        for kind, chip in self.chips.items():
            count = self._table.counts.count(kind)
            chip.show_count(tr("{count:,}", count=count))
            sentence = _describe_count(kind, count)
            chip.setAccessibleName(sentence)
            chip.setToolTip(sentence)
            is_hidden = self._table.is_blind and kind in ANSWER_KINDS
            is_wanted = count > 0 or kind in ALWAYS or kind is self._rows.kind
            chip.setVisible(is_wanted and not is_hidden)
            chip.setChecked(kind is self._rows.kind)

    def _make_chip(self, kind: RowKind) -> Chip:
        chip = name_widget(Chip(tr(WORDS[kind])), f"chip_{kind.value}", tr(WORDS[kind]))
        font = QFont(chip.font())
        font.setPointSizeF(font.pointSizeF() * POINT_SHARE)
        chip.setFont(font)
        chip.clicked.connect(partial(self._choose, kind))
        return chip

    def _choose(self, kind: RowKind, _is_checked: bool = True) -> None:
        self._rows.show_only(kind, self.search.text())
        self.show_counts()

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._rows.show_only(self._rows.kind, text)

    @Slot(str)
    def _on_row_changed(self, _file: str) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _show_tints(self) -> None:
        for decision, kind in DECISION_KINDS.items():
            self.chips[kind].set_tint(self._table.tint(decision))
