"""The reading room: the list at left, the film or the table at right, the bar for calls below."""

from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import CallBook
from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.reading.call_bar import CallBar
from gui.reading.call_recorder import CallRecorder
from gui.reading.film_pane import FilmPane
from gui.reading.open_list import OpenList
from gui.reading.reading_desk import ReadingDesk
from gui.worklist.list_strip import ListStrip
from gui.worklist.table_view import TableView

AHEAD, BEHIND = 3, 1  # films that are read in advance
AGREEMENT_MILLISECONDS = 200
ALREADY_SEEN = marked("Answers of this list have been on the screen: calls on these films do not count as blind.")


class ReadingRoom(QWidget):
    """Shows the open list and its chosen film; records the reader's calls.

    opened: the list, None before there is one.
    Signals: override_wanted(LedgerRow) for the refused film on the screen; said(str) for a short
    notice; film_changed() when another film, or another state of it, is on the screen.
    """

    override_wanted = Signal(object)
    said = Signal(str)
    film_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.opened: OpenList | None = None
        self.strip = ListStrip()
        self.pane = FilmPane()
        self.table = TableView(self.strip.rows, self.strip.view.selectionModel())
        self.calls = CallBar()
        self.desk = ReadingDesk(self.pane, self)
        self.recorder = CallRecorder(self.desk, self)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.pane)
        self.stack.addWidget(self.table)
        self._agreement_timer = QTimer(self, singleShot=True, interval=AGREEMENT_MILLISECONDS)
        self._lay_out()
        self._connect()
        self.show_list(None)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        right.addWidget(self.calls)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.strip)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        self.strip.row_chosen.connect(self._on_row_chosen)
        self.strip.table_wanted.connect(self.show_table)
        self.table.film_wanted.connect(partial(self.show_table, False))
        self.pane.override_wanted.connect(self._on_override_wanted)
        self.pane.next_wanted.connect(self.strip.move_by)
        self.desk.changed.connect(self._update)
        self.calls.called.connect(self.recorder.call)
        self.calls.agreed.connect(self.recorder.agree)
        self.calls.undo_wanted.connect(self.recorder.undo)
        self.calls.note_written.connect(self.recorder.note)
        self.calls.left.connect(self.pane.setFocus)
        self.recorder.recorded.connect(self._on_recorded)
        self.recorder.noted.connect(self._refresh)
        self.recorder.undone.connect(self._on_undone)
        self.recorder.replaced.connect(self.said)
        self._agreement_timer.timeout.connect(self._show_agreement)

    def show_list(self, opened: OpenList | None) -> None:
        """Show another list and its first film, none of a list that is being screened; None shows no list."""
        self.calls.show_film(None, "", "")  # saves a note that is being written, on its own list
        self.opened = opened
        self.show_table(False)
        self.recorder.show_list(opened)
        self.desk.show_list(opened)
        self.calls.show_progress("", "")
        if opened is None:
            self.strip.show_list(None, (), CallBook((), lambda _: None), is_blind=False)
            self.calls.show_classes(())
            return
        rows = tuple(opened.rows.values())
        self.strip.show_list(opened.folder, rows, opened.book, opened.is_blind, opened.output.name)
        self.calls.show_classes(opened.classes)
        self._note_seen(rows)
        self._agreement_timer.start()
        self.pane.setFocus()  # keys are for films, not for the search field
        if opened.is_film:
            self.strip.select_file(rows[0].file)  # also a file that is no film, which lists hide
        elif opened.result is not None:
            self.strip.move_to_end(last=False)

    def show_model(self) -> None:
        """Take over what is known of the open list's model by now."""
        if self.opened is not None:
            self.calls.show_classes(self.opened.classes)
            self.desk.renew_model()
            self._update()

    def show_rows(self, rows: tuple[LedgerRow, ...]) -> None:
        """Add rows to the list, or replace those of the same files."""
        if self.opened is None:
            return
        for row in rows:
            before = self.opened.rows.get(row.file)
            if before != row or before.film != row.film:
                self.opened.rows[row.file] = row
                self.strip.add(row)
        self._note_seen(rows)
        self._agreement_timer.start()

    def show_end(self) -> None:
        """Show the first film if the reader has chosen none until the screening ended."""
        if self.desk.shown.row is None:
            self.strip.move_to_end(last=False)
        self.desk.show_answer()

    def withdraw(self, row: LedgerRow) -> None:
        """Take a row that no longer holds from the list, as its file changed."""
        self.desk.withdraw(row)
        self.strip.remove(row.file)

    def set_blind(self, is_blind: bool) -> None:
        """Hide answers until their films are called, or show them all."""
        if self.opened is None or self.opened.is_blind == is_blind:
            return
        self.opened.is_blind = is_blind
        rows = tuple(self.opened.rows.values())
        self._note_seen(rows)
        self.strip.set_blind(is_blind)
        if is_blind and any(self.opened.seen.has_seen(row.film) for row in rows if row.status is Status.SCORED):
            self.said.emit(tr(ALREADY_SEEN))
        self.desk.show_answer()

    def _note_seen(self, rows: tuple[LedgerRow, ...]) -> None:
        """Note that the list itself shows these answers, unless it is read blind."""
        if self.opened is not None and not self.opened.is_blind:
            self.opened.seen.add([row.film for row in rows if row.status is Status.SCORED])

    @Slot(bool)
    def show_table(self, is_table: bool) -> None:
        """Show the table of the list in place of the film, or the film."""
        if is_table is not self.is_table_shown:
            self.stack.setCurrentWidget(self.table if is_table else self.pane)
            self.strip.header.check_table(is_table)
            self._update()

    @property
    def is_table_shown(self) -> bool:
        return self.stack.currentWidget() is self.table

    def move_to_uncalled(self) -> None:
        """Show the next film without a call, or say that there is none."""
        if not self.strip.move_to_uncalled() and self.opened is not None:
            self.said.emit(tr("No other film that is shown in the list is without a call."))

    def close_films(self) -> None:
        """Save a note that is being written; stop reading in the background."""
        self.calls.show_film(None, "", "")
        self.desk.close()
        self.strip.close_thumbnails()

    @Slot(object)
    def _on_row_chosen(self, row: LedgerRow) -> None:
        number, count = self.strip.position_of(row)
        place = tr("{number:,} of {count:,}", number=number, count=count)
        caption = f"{escape_name(self.strip.display_name(row))} · {place}"
        self.desk.choose(row, caption, self.strip.neighbours(AHEAD, BEHIND))

    @Slot()
    def _on_override_wanted(self) -> None:
        if self.desk.can_override:
            self.override_wanted.emit(self.desk.shown.row)

    @Slot(object)
    def _on_recorded(self, row: LedgerRow) -> None:
        self._refresh(row.file)
        if self.opened is not None and self.opened.is_blind:  # the answer is shown now, on the same film
            self.desk.show_answer()
        else:
            self.strip.move_by(1)

    @Slot(str)
    def _on_undone(self, file: str) -> None:
        self._refresh(file)
        self.strip.select_file(file)
        self.desk.show_answer()

    @Slot(str)
    def _refresh(self, file: str) -> None:
        self.strip.refresh(file)
        self._agreement_timer.start()
        self._update()

    @Slot()
    def _show_agreement(self) -> None:
        if self.opened is not None:
            self.calls.show_progress(*self.opened.describe_calls())

    @Slot()
    def _update(self) -> None:
        desk, opened = self.desk, self.opened
        row = desk.shown.row
        call = opened.book.find(row.file) if opened is not None and row is not None else None
        is_called = opened is not None and row is not None and opened.book.is_called(row)
        self.calls.show_film(row, call.note if call else "", call.reader if call and is_called else "")
        can_undo = opened is not None and opened.book.can_undo
        self.calls.update_enabled(desk.can_call, desk.can_note, desk.is_answer_visible, can_undo)
        self.film_changed.emit()
