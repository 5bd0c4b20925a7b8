"""The first room: choose a dataset, see what it holds and what is wrong with it."""

import random
import tempfile
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.audit import count_rows
from core.dataset import Film
from core.events import AuditResult, Progressed, Severity
from core.files import readable_name
from gui import jobs, messages
from gui.drop_area import DropArea
from gui.naming import button, named
from gui.session import Session
from gui.tables import RowsTable
from gui.thumbnails import Thumbnails

THUMBNAIL_PX = 112
SHOWN_FILMS = 60
MARKS = {Severity.BLOCKING: "✖", Severity.WARNING: "▲", Severity.INFORMATION: "●"}
EMPTY = "Drop a folder with a folder for each class, or a CSV with the columns file and label"


class DatasetTab(QWidget):
    """Starts audits; the result goes into the session."""

    def __init__(self, session: Session, work: jobs.Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._source: Path | None = None
        self._demo: tempfile.TemporaryDirectory[str] | None = None
        self._items: dict[Path, QListWidgetItem] = {}
        self._thumbnails = Thumbnails(THUMBNAIL_PX, self)
        self._thumbnails.ready.connect(self._on_thumbnail)
        self._build()
        work.state_changed.connect(self._on_state_changed)

    def _build(self) -> None:
        self.drop_area = DropArea(EMPTY)
        self.drop_area.dropped.connect(self.open)
        self.open_folder = button("Open folder…", "open_folder", self._on_open_folder)
        self.open_list = button("Open label list…", "open_list", self._on_open_list)
        self.try_demo = button("Try the demo (synthetic films)", "try_demo", self.start_demo)
        self.cancel = button("Cancel", "cancel", self._work.cancel)
        buttons = QHBoxLayout()
        for widget in (self.open_folder, self.open_list, self.try_demo, self.cancel):
            buttons.addWidget(widget)
        buttons.addStretch()
        self.summary = QLabel("No dataset is open.", textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.summary.setObjectName("summary")
        self._counts = RowsTable(["Class", "Split", "Films", "Patients"])
        self._findings = RowsTable(["", "Finding", "What it means", "What to do"])
        self._left_out = RowsTable(["Unreadable file", "Reason", "Why"])
        self.films = named(QListWidget(), "films", "Films")
        self.films.setViewMode(QListWidget.ViewMode.IconMode)
        self.films.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.films.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.films.setGridSize(QSize(THUMBNAIL_PX + 24, THUMBNAIL_PX + 34))
        self.films.setMovement(QListWidget.Movement.Static)
        tables = QVBoxLayout()
        for table, name, share in (
            (self._counts, "counts", 3),
            (self._findings, "findings", 3),
            (self._left_out, "left_out", 2),
        ):
            tables.addWidget(_view(table, name), share)
        body = QHBoxLayout()
        body.addLayout(tables, 5)
        body.addWidget(self.films, 5)
        layout = QVBoxLayout(self)
        layout.addWidget(self.drop_area)
        layout.addLayout(buttons)
        layout.addWidget(self.summary)
        layout.addLayout(body, 1)
        self.cancel.setEnabled(False)

    @Slot(object)
    def open(self, source: Path) -> None:
        """Read and check the dataset at `source`."""
        if self._work.state is jobs.JobState.IDLE:
            self._source = source
            self._work.start(jobs.auditing(source), self.show_event)

    @Slot()
    def start_demo(self) -> None:
        """Make synthetic films in a temporary folder and open them."""
        if self._work.state is jobs.JobState.IDLE:
            self._demo = tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-")
            self._source = Path(self._demo.name) / "phantoms"
            self._work.start(jobs.demonstrating(Path(self._demo.name)), self.show_event)

    @property
    def demo_worklist(self) -> Path | None:
        """The demo's folder of unlabelled films, if the demo was made."""
        return Path(self._demo.name) / "worklist" if self._demo else None

    def close_thumbnails(self) -> None:
        self._thumbnails.close()

    def show_event(self, event: object) -> None:
        """Show how far reading and checking are."""
        if isinstance(event, Progressed):
            done = f" {event.done} of {event.total}" if event.total else ""
            self.summary.setText(f"{event.stage}…{done}")

    def show_audit(self, result: AuditResult) -> None:
        """Show a finished audit and make it the session's dataset."""
        if not result.completed or self._source is None:
            self.summary.setText("Reading was stopped; no dataset is open.")
            return
        dataset = result.dataset
        synthetic = (
            "Synthetic films, not patients. " if self._demo and self._source.is_relative_to(self._demo.name) else ""
        )
        self.summary.setText(
            f"{synthetic}{readable_name(str(self._source))}: {len(dataset.films)} films "
            f"of {dataset.patients()} patients, "
            f"{len(result.left_out)} unreadable."
        )
        self._counts.set_rows(count_rows(dataset))
        self._findings.set_rows(
            [
                (f"{MARKS[found.severity]} {found.severity}", found.title, found.sentence, found.advice)
                for found in result.findings
            ]
        )
        self._left_out.set_rows(
            [(readable_name(film.path.name), film.reason, film.sentence) for film in result.left_out]
        )
        self._show_films(dataset.films, dataset.classes)
        self._session.open_dataset(self._source, result)

    def _show_films(self, films: tuple[Film, ...], classes: tuple[str, ...]) -> None:
        """Thumbnails of a fair draw over the whole set, the same at each opening."""
        self._thumbnails.forget()
        self.films.clear()
        self._items.clear()
        for film in random.Random(0).sample(films, min(SHOWN_FILMS, len(films))):
            item = QListWidgetItem(classes[film.label])
            item.setSizeHint(self.films.gridSize())
            self.films.addItem(item)
            self._items[film.path] = item
            self._thumbnails.want(film.path)

    @Slot(object, object)
    def _on_thumbnail(self, path: Path, image: QImage) -> None:
        if path in self._items:
            self._items[path].setIcon(QIcon(QPixmap.fromImage(image)))

    @Slot()
    def _on_open_folder(self) -> None:
        if folder := messages.choose_folder(self, "Folder with a folder for each class"):
            self.open(folder)

    @Slot()
    def _on_open_list(self) -> None:
        if file := messages.choose_file(self, "Label list", "Label lists (*.csv *.tsv)"):
            self.open(file)

    @Slot(object)
    def _on_state_changed(self, state: jobs.JobState) -> None:
        idle = state is jobs.JobState.IDLE
        for widget in (self.open_folder, self.open_list, self.try_demo, self.drop_area):
            widget.setEnabled(idle)
        self.cancel.setEnabled(state in {jobs.JobState.RUNNING, jobs.JobState.PAUSED})


def _view(table: RowsTable, name: str) -> QTableView:
    """A quiet, read-only view of a table."""
    view = named(QTableView(), name)
    view.setModel(table)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.verticalHeader().hide()
    view.setWordWrap(True)
    view.setShowGrid(False)
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    view.horizontalHeader().setStretchLastSection(True)
    return view
