"""The worklist: rows of a screening, filtered and searched, called by the reader with the keyboard. Runs no job."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QItemSelection, QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from core.metrics.agreement import Agreement, measure_agreement
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import Call, CallBook, local_timestamp
from core.system.language import tr
from gui.classify.reader_bar import ReaderBar
from gui.classify.worklist_table import (
    DECISION,
    LABEL,
    NOTE,
    PROBABILITY,
    READER,
    STATUS,
    THUMBNAIL_PX,
    Kind,
    WorklistFilter,
    WorklistTable,
    format_decision,
)
from gui.widgets import messages
from gui.widgets.named_widgets import named, paragraph

AGREEMENT_MILLISECONDS: Final = 200
CELL_MARGIN_PX: Final = 10
LEAST_PX: Final = {DECISION: 92, PROBABILITY: 84, LABEL: 94, READER: 96, NOTE: 64, STATUS: 128}  # of columns


class Worklist(QWidget):
    """Signal: row_chosen(LedgerRow) when another row is chosen or its answer may be seen now.

    area: where the reader's keys work.
    """

    row_chosen = Signal(object)

    def __init__(self, area: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._area = area
        self._book = CallBook((), lambda _: None)
        self._classes: tuple[str, ...] = ()
        self._is_fitted = False
        self.table = WorklistTable()
        self._shown = WorklistFilter(self.table)
        self._agreement_timer = QTimer(self, singleShot=True, interval=AGREEMENT_MILLISECONDS)
        self._agreement_timer.timeout.connect(self._show_agreement)
        self._build()
        self._connect()
        self._update()

    def _build(self) -> None:
        self.kind = named(QComboBox(), "kind", tr("Show rows of"))
        self.kind.addItems([tr(kind.value) for kind in Kind])
        search = QLineEdit(placeholderText=tr("Search file, note, reason"), clearButtonEnabled=True)
        self.search = named(search, "search", tr("Search"))
        self.count = named(QLabel(textFormat=Qt.TextFormat.PlainText), "rows_shown", tr("Rows shown"))
        filters = QHBoxLayout()
        filters.addWidget(self.kind)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.count)
        self.reader = ReaderBar(self._area)
        filters.addWidget(self.reader.blind)
        self.view = named(QTableView(sortingEnabled=True), "table", tr("Worklist"))
        self.view.setModel(self._shown)
        self.view.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setTabKeyNavigation(False)
        self.view.setWordWrap(False)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(THUMBNAIL_PX + 4)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        self.view.sortByColumn(PROBABILITY, Qt.SortOrder.DescendingOrder)
        self.agreement = paragraph("", "agreement", tr("Agreement"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(filters)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.reader)
        layout.addWidget(self.agreement)

    def showEvent(self, event: QShowEvent) -> None:
        """Once the theme's letters are known, give columns the room that they need."""
        if not self._is_fitted:
            header, self._is_fitted = self.view.horizontalHeader(), True
            for column, least in LEAST_PX.items():
                header.resizeSection(column, max(least, self._needed_px(column)))
        super().showEvent(event)

    def _needed_px(self, column: int) -> int:
        """How wide a column has to be for its heading, and for the decisions where they stand."""
        heading = self.view.horizontalHeader().sectionSizeHint(column)
        if column != DECISION:
            return heading
        letters = self.view.fontMetrics()
        return max(heading, *(letters.horizontalAdvance(format_decision(each)) + CELL_MARGIN_PX for each in Decision))

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._on_filter_changed)
        self.search.textChanged.connect(self._on_filter_changed)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._shown.rowsInserted.connect(self._on_rows_changed)
        self._shown.rowsRemoved.connect(self._on_rows_changed)
        self._shown.modelReset.connect(self._on_rows_changed)
        reader = self.reader
        reader.called.connect(self.call)
        reader.agreed.connect(self._on_agreed)
        reader.disagreed.connect(self._on_disagreed)
        reader.note_wanted.connect(self._on_note)
        reader.undo_wanted.connect(self._on_undo)
        reader.blind_changed.connect(self._on_blind_changed)

    def show_folder(self, folder: Path | None, rows: tuple[LedgerRow, ...], book: CallBook) -> None:
        """Begin anew with the rows of a screening and the calls on them."""
        self._book = book
        self.table.show_folder(folder, rows, book)
        self._agreement_timer.start()
        self._update()

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """The classes that a reader can name, negative first."""
        self._classes = classes
        self.reader.show_classes(classes)
        self._update()

    def add(self, row: LedgerRow) -> None:
        """Add a row, or replace that of the same file."""
        self.table.add(row)
        if self._book.of(row.file):
            self._agreement_timer.start()

    @property
    def book(self) -> CallBook:
        return self._book

    def chosen(self) -> LedgerRow | None:
        """The row that is chosen."""
        rows = self.view.selectionModel().selectedRows()
        return self.table.row(self._shown.mapToSource(rows[0]).row()) if rows else None

    def may_see(self, row: LedgerRow) -> bool:
        """True where the model's answer on this film may be shown."""
        return not self.table.is_hidden(row)

    def choose_file(self, file: str) -> None:
        """Choose the row of a file, where it is shown."""
        place = self.table.place_of(file)
        if place is not None and (index := self._shown.mapFromSource(self.table.index(place, 0))).isValid():
            self.view.setCurrentIndex(index)

    def measured_agreement(self) -> Agreement:
        """The agreement of model and reader on all films that both gave a class."""
        answers = {row.file: row.label for row in self.table.rows if row.label}
        calls = [call for call in self._book.calls() if call.file in answers]
        return measure_agreement(
            [call.reader for call in calls], [str(answers[call.file]) for call in calls], self._classes
        )

    def close_thumbnails(self) -> None:
        self.table.close()

    @Slot(str)
    def call(self, reader: str) -> None:
        """Keep the reader's word on the chosen film; in blind mode its answer may be seen from now on."""
        row = self.chosen()
        if row is None or row.status is not Status.SCORED:
            return
        before, was_hidden = self._book.of(row.file), self.table.is_hidden(row)
        blind = was_hidden or bool(before and before.blind and before.reader)
        self._say(Call(row.file, reader, blind, before.note if before else "", local_timestamp()))
        if was_hidden:
            self.row_chosen.emit(row)
        else:
            self._go_on(row)

    def _say(self, call: Call) -> None:
        self._book.say(call)
        self._refresh(call.file)

    def _refresh(self, file: str) -> None:
        self.table.refresh(file)
        self._agreement_timer.start()
        self._update()

    def _go_on(self, row: LedgerRow) -> None:
        """Choose the next row, if there is one; a filter may have taken the called one away already."""
        current = self.view.currentIndex()
        still_there = current.isValid() and self.table.row(self._shown.mapToSource(current).row()) is row
        place = current.row() + 1 if still_there else max(0, current.row())
        if place < self._shown.rowCount():
            self.view.setCurrentIndex(self._shown.index(place, 0))

    @Slot()
    def _on_agreed(self) -> None:
        row = self.chosen()
        if row is not None and row.label:
            self.call(row.label)

    @Slot()
    def _on_disagreed(self) -> None:
        row = self.chosen()
        others = [name for name in self._classes if row is not None and name != row.label]
        if len(others) == 1:
            self.call(others[0])

    @Slot()
    def _on_note(self) -> None:
        row = self.chosen()
        if row is None:
            return
        before = self._book.of(row.file)
        note = messages.ask_text(self, tr("Note"), before.note if before else "")
        if note is not None:
            reader, blind = (before.reader, before.blind) if before else ("", False)
            self._say(Call(row.file, reader, blind, note, local_timestamp()))

    @Slot()
    def _on_undo(self) -> None:
        if (file := self._book.undo()) is not None:
            self._refresh(file)
            self.choose_file(file)
            row = self.chosen()
            if row is not None:
                self.row_chosen.emit(row)

    @Slot(bool)
    def _on_blind_changed(self, is_blind: bool) -> None:
        self.table.set_blind(is_blind)
        self._shown.invalidate()
        self._update()
        if (row := self.chosen()) is not None:
            self.row_chosen.emit(row)

    @Slot()
    def _on_filter_changed(self) -> None:
        self._shown.set_kind(list(Kind)[self.kind.currentIndex()])
        self._shown.set_text(self.search.text())
        self._on_rows_changed()

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _chosen: QItemSelection, _before: QItemSelection) -> None:
        row = self.chosen()
        self._update()
        if row is not None:
            self.row_chosen.emit(row)

    @Slot()
    @Slot(QModelIndex, int, int)
    def _on_rows_changed(self, *_where: object) -> None:
        shown, count = self._shown.rowCount(), self.table.rowCount()
        self.count.setText(tr("{shown:,} of {count:,}", shown=shown, count=count))

    @Slot()
    def _show_agreement(self) -> None:
        self.agreement.setText(self.measured_agreement().sentence if len(self._book) else "")

    def _update(self) -> None:
        row = self.chosen()
        can_call = row is not None and row.status is Status.SCORED
        can_compare = can_call and row is not None and self.may_see(row)
        self.reader.set_enabled(can_call, can_compare, len(self._book) > 0)
        if len(self._classes) > 2:
            self.reader.disagree.setEnabled(False)  # with several classes one says which
