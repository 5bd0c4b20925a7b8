"""The worklist: the rows of a screening and the reader's calls on them."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QItemSelection, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.metrics.agreement import Agreement, measure_agreement
from core.screening.events import FilmReading, LedgerRow, Status
from core.screening.reader_calls import WITHDRAWN, Call, CallBook, Opinion, Stance, compare_call, local_timestamp
from core.system.language import tr, tr_count
from gui.classify.filter_bar import FilterBar
from gui.classify.reader_bar import ReaderBar
from gui.classify.worklist_filter import WorklistFilter
from gui.classify.worklist_table import WorklistTable
from gui.classify.worklist_view import WorklistView
from gui.widgets import messages
from gui.widgets.named_widgets import make_paragraph

AGREEMENT_MILLISECONDS: Final = 200


class Worklist(QWidget):
    """The table of rows with its filter, the reader's buttons, and the agreement with the model.

    area: the widget in which the reader's keys work.
    Signal: row_chosen(LedgerRow) when another row is selected, or its answer is hidden or revealed.
    """

    row_chosen = Signal(object)

    def __init__(self, area: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._area = area
        self._book = CallBook((), lambda _: None)
        self._classes: tuple[str, ...] = ()
        self._unseen = ""  # file of a row whose film is not on the panel
        self.table = WorklistTable()
        self._rows = WorklistFilter(self.table)
        self._agreement_timer = QTimer(self, singleShot=True, interval=AGREEMENT_MILLISECONDS)
        self._agreement_timer.timeout.connect(self._show_agreement)
        self._build()
        self._connect()
        self._update()

    def _build(self) -> None:
        self.filters = FilterBar(self._rows, self.table)
        self.reader = ReaderBar(self._area)
        top = QHBoxLayout()
        top.addWidget(self.filters, 1)
        top.addWidget(self.reader.blind)
        self.view = WorklistView(self._rows)
        self.agreement = make_paragraph("", "agreement", tr("Agreement"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.reader)
        layout.addWidget(self.agreement)

    def _connect(self) -> None:
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        reader = self.reader
        reader.called.connect(self.record_call)
        reader.agreed.connect(self._on_agreed)
        reader.disagreed.connect(self._on_disagreed)
        reader.note_wanted.connect(self._on_note)
        reader.undo_wanted.connect(self._on_undo)
        reader.blind_changed.connect(self._on_blind_changed)

    def show_folder(self, folder: Path | None, rows: tuple[LedgerRow, ...], book: CallBook) -> None:
        """Replace the rows by those of another screening; book: the reader's calls on them."""
        self._book = book
        self.filters.reset()
        self.table.show_folder(folder, rows, book)
        self._agreement_timer.start()
        self._update()

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Set the classes that a reader can choose from, negative first."""
        self._classes = classes
        self.reader.show_classes(classes)
        self._update()

    def add(self, row: LedgerRow) -> None:
        """Add a row, or replace the row of the same file."""
        self.table.add(row)
        if self._book.find(row.file):
            self._agreement_timer.start()

    def remove(self, file: str) -> None:
        """Remove the row of a file that changed; the reader's call on it is kept."""
        self.table.remove(file)
        if self._book.find(file):
            self._agreement_timer.start()

    @property
    def book(self) -> CallBook:
        return self._book

    def selected_row(self) -> LedgerRow | None:
        """Return the selected row, None without a selection."""
        return self.view.selected_row()

    def is_answer_visible(self, row: LedgerRow) -> bool:
        """Whether the model's answer on this film may be shown."""
        return not self.table.is_hidden(row)

    def select_file(self, file: str) -> None:
        """Select the row of a file if the filter shows it."""
        self.view.select_file(file)

    def measure_agreement(self) -> Agreement:
        """Return the agreement of model and reader on all films that both gave a class.

        Calls on earlier versions of films do not count.
        """
        called = [row for row in self.table.rows if row.label and self.table.is_called(row)]
        by_reader = [call.reader for row in called if (call := self._book.find(row.file))]
        return measure_agreement(by_reader, [str(row.label) for row in called], self._classes)

    def mark_unseen(self, file: str) -> None:
        """Refuse calls on a row whose film is not on the panel yet; "" allows them all."""
        self._unseen = file
        self._update()

    def close_thumbnails(self) -> None:
        self.table.close()

    @Slot(str)
    def record_call(self, reader: str) -> None:
        """Record the reader's call on the selected film; in blind mode this reveals the answer.

        reader: a class or "unsure".
        """
        row = self.selected_row()
        if row is None or row.status is not Status.SCORED or row.file == self._unseen:
            return
        previous, was_hidden = self._book.find(row.file), self.table.is_hidden(row)
        blind = was_hidden or bool(previous and previous.blind and self.table.is_called(row))
        note = previous.note if previous else ""
        self._record(Call(row.file, reader, blind, note, local_timestamp(), row.film))
        if was_hidden:
            self.row_chosen.emit(row)
        else:
            self.view.select_next(row)

    def _record(self, call: Call) -> None:
        self._book.record(call)
        self._refresh(call.file)

    def _refresh(self, file: str) -> None:
        self.table.refresh(file)
        self._agreement_timer.start()
        self._update()

    @Slot()
    def _on_agreed(self) -> None:
        row = self.selected_row()
        if row is not None and row.label:
            self.record_call(row.label)

    @Slot()
    def _on_disagreed(self) -> None:
        row = self.selected_row()
        if row is None:
            return
        others = [name for name in self._classes if name != row.label]
        if len(others) == 1:
            self.record_call(others[0])

    @Slot()
    def _on_note(self) -> None:
        row = self.selected_row()
        if row is None:
            return
        previous = self._book.find(row.file)
        note = messages.ask_text(self, tr("Note"), previous.note if previous else "")
        if note is not None:
            called = previous or Call(row.file, WITHDRAWN, False, "", "", row.film)
            self._record(replace(called, note=note, called_at=local_timestamp()))

    @Slot()
    def _on_undo(self) -> None:
        if (file := self._book.undo()) is not None:
            self._refresh(file)
            self.select_file(file)
            row = self.selected_row()
            if row is not None:
                self.row_chosen.emit(row)

    @Slot(bool)
    def _on_blind_changed(self, is_blind: bool) -> None:
        self.table.set_blind(is_blind)
        self._rows.invalidate()
        self._update()
        if (row := self.selected_row()) is not None:
            self.row_chosen.emit(row)

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        row = self.selected_row()
        self._update()
        if row is not None:
            self.row_chosen.emit(row)

    @Slot()
    def _show_agreement(self) -> None:
        earlier = sum(self.table.has_stance(row, Stance.EARLIER_FILM) for row in self.table.rows)
        sentence = f"{self.measure_agreement().sentence} {_format_earlier_calls(earlier)}".rstrip()
        self.agreement.setText(sentence if len(self._book) else "")

    def _update(self) -> None:
        row = self.selected_row()
        can_call = row is not None and row.status is Status.SCORED and row.file != self._unseen
        can_compare = can_call and row is not None and self.is_answer_visible(row)
        self.reader.set_enabled(can_call, can_compare, len(self._book) > 0)
        if len(self._classes) > 2:
            self.reader.disagree.setEnabled(False)  # ambiguous with several classes


def _format_earlier_calls(count: int) -> str:
    """Return how many calls are on earlier versions of films, "" for none."""
    if not count:
        return ""
    return tr_count(
        "{count} call (↺) is on an earlier version of its film and does not count until you call it again.",
        "{count} calls (↺) are on earlier versions of their films and do not count until you call them again.",
        count,
    )


def find_opinion(worklist: Worklist, film: FilmReading) -> Opinion | None:
    """Return the reader's opinion on the model's answer on a film, None if it is not in the list."""
    row = worklist.table.find_row(film.path)
    if row is None:
        return None
    # a row of an earlier version of the program does not know its film's code, nor do its calls
    return compare_call(worklist.book.find(row.file), film.film if row.film else "", film.label)
