"""The third room: one film or a folder, with the answer and where it comes from."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, QSortFilterProxyModel, Qt, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QSlider,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.events import FilmAnswered, FilmReading, Progressed, ScreeningResult, ScreeningStarted, Status
from core.files import readable_name, write_atomically
from core.forecast import in_words
from core.notice import NOTICE
from core.places import data_folder
from gui import jobs, messages
from gui.drop_area import DropArea
from gui.film_view import FilmView
from gui.naming import button, named
from gui.session import Session
from gui.tables import SORT_ROLE, LedgerTable
from gui.thumbnails import Thumbnails

THUMBNAIL_PX = 48
FILMS = "Films (*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.dcm);;All files (*)"


class ClassifyTab(QWidget):
    """Starts screenings and single readings with the session's model."""

    def __init__(self, session: Session, work: jobs.Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._folder: Path | None = None
        self._output: Path | None = None
        self._table = LedgerTable()
        self._thumbnails = Thumbnails(THUMBNAIL_PX, self)
        self._thumbnails.ready.connect(self._on_thumbnail)
        self._build()
        work.state_changed.connect(self._on_state_changed)
        session.model_changed.connect(self._on_model_changed)
        self._on_model_changed(None)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.drop_area = DropArea("Drop a film or a folder of films")
        self.drop_area.dropped.connect(self.open)
        self.open_film = button("Open film…", "open_film", self._on_open_film)
        self.open_folder = button("Screen folder…", "open_folder", self._on_open_folder)
        self.cancel = button("Cancel", "cancel", self._work.cancel)
        self.export = button("Export CSV…", "export", self._on_export)
        self.choose_model = button("Choose model…", "choose_model", self._on_choose_model)
        self.bundled = button("Bundled model", "bundled", self._on_bundled)
        self.model = named(QLabel(textFormat=Qt.TextFormat.PlainText), "model")
        buttons = QHBoxLayout()
        for widget in (self.open_film, self.open_folder, self.cancel, self.export, self.choose_model, self.bundled):
            buttons.addWidget(widget)
        buttons.addStretch()
        buttons.addWidget(self.model)
        self.progress = named(QProgressBar(), "progress", "Progress of the screening")
        self.status = named(QLabel(NOTICE, textFormat=Qt.TextFormat.PlainText, wordWrap=True), "status")
        sorted_table = QSortFilterProxyModel(self)
        sorted_table.setSourceModel(self._table)
        sorted_table.setSortRole(SORT_ROLE)
        self.table = named(QTableView(sortingEnabled=True), "table", "Worklist")
        self.table.setModel(sorted_table)
        self.table.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(THUMBNAIL_PX + 4)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
        self.table.activated.connect(self._on_activated)
        split = QSplitter()
        split.addWidget(self.table)
        split.addWidget(self._reading_panel())
        split.setSizes([600, 600])
        layout = QVBoxLayout(self)
        layout.addWidget(self.drop_area)
        layout.addLayout(buttons)
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        layout.addWidget(split, 1)

    def _reading_panel(self) -> QWidget:
        """Verdict, film and heat map of one film."""
        self.verdict = named(QLabel("No film is open.", textFormat=Qt.TextFormat.PlainText), "verdict")
        self.verdict.setProperty("role", "verdict")
        self.details = named(QLabel(NOTICE, textFormat=Qt.TextFormat.PlainText, wordWrap=True), "details")
        self.film_view = FilmView()
        self.opacity = named(QSlider(Qt.Orientation.Horizontal), "opacity", "Heat map opacity")
        self.opacity.setRange(0, 100)
        self.opacity.valueChanged.connect(self.film_view.set_heat_opacity)
        self.opacity.setValue(45)
        fit = button("Fit", "fit", self.film_view.fit)
        row = QHBoxLayout()
        row.addWidget(QLabel("Heat map"))
        row.addWidget(self.opacity)
        row.addWidget(fit)
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.addWidget(self.verdict)
        column.addWidget(self.details)
        column.addWidget(self.film_view, 1)
        column.addLayout(row)
        return panel

    @Slot(object)
    def open(self, path: Path) -> None:
        """Read one film, or screen a folder."""
        if self._work.state is not jobs.JobState.IDLE:
            return
        if not path.is_dir():
            self._work.start(jobs.reading(path, self._session.model), self.show_event)
            return
        name = f"{datetime.now():%Y-%m-%d-%H%M%S}-screening.csv"
        self._folder, self._output = path, None
        self._table.clear()
        self._thumbnails.forget()
        job = jobs.screening(path, data_folder() / "screenings" / name, self._session.model)
        self._work.start(job, self.show_event)

    def close_thumbnails(self) -> None:
        self._thumbnails.close()

    def show_event(self, event: object) -> None:
        """Show one event of a screening or reading."""
        match event:
            case Progressed(stage):
                self.status.setText(f"{stage}…")
                self.progress.setRange(0, 0)
            case ScreeningStarted(found, resumed):
                self.progress.setRange(0, max(1, found))
                self.progress.setValue(len(resumed))
            case FilmAnswered(row, done, total, seconds_left):
                self._table.add(row)
                if row.status is Status.SCORED and self._folder is not None:
                    self._thumbnails.want(self._folder / row.file)
                self.progress.setValue(done)
                self.status.setText(f"{done} of {total} files · {in_words(seconds_left or 0)} left · {NOTICE}")

    def show_screening(self, result: ScreeningResult) -> None:
        self._output = result.output
        self.progress.setRange(0, 1)
        self.progress.setValue(1)
        ended = "" if result.completed else "Stopped early. "
        self.status.setText(
            f"{ended}{result.found} files found: {result.scored} scored, {result.refused} refused, {result.failed} "
            f"failed. {result.validation} {NOTICE}"
        )
        self._on_state_changed(self._work.state)

    def show_reading(self, reading: FilmReading) -> None:
        self.progress.setRange(0, 1)
        self.verdict.setText(f"{reading.label} · {reading.probability:.1%}")
        threshold = f"threshold {reading.threshold:.3f} · " if reading.threshold is not None else ""
        self.details.setText(
            f"{readable_name(reading.path.name)} · decision: {reading.decision} · {threshold}{reading.model}\n"
            f"{reading.validation} {NOTICE}"
        )
        self.film_view.show_film(reading.pixels, reading.heat)
        self.status.setText(NOTICE)

    @Slot(object, object)
    def _on_thumbnail(self, path: Path, image: object) -> None:
        if self._folder is not None:
            self._table.set_image(path, self._folder, image)  # type: ignore[arg-type]

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        place = self.table.model().mapToSource(index)  # type: ignore[attr-defined]
        if self._folder is not None and self._table.status_of(place) == Status.SCORED:
            self.open(self._folder / self._table.file_of(place))

    @Slot()
    def _on_open_film(self) -> None:
        if path := messages.choose_file(self, "Film", FILMS):
            self.open(path)

    @Slot()
    def _on_open_folder(self) -> None:
        if path := messages.choose_folder(self, "Folder of films"):
            self.open(path)

    @Slot()
    def _on_choose_model(self) -> None:
        if path := messages.choose_file(self, "Model", "Models (*.safetensors)"):
            self._session.use_model(path)

    @Slot()
    def _on_bundled(self) -> None:
        self._session.use_model(None)

    @Slot()
    def _on_export(self) -> None:
        target = messages.choose_new_file(self, "Export CSV", "results.csv", "CSV (*.csv)")
        if target and self._output:
            content = self._output.read_bytes()
            write_atomically(target, lambda stream: stream.write(content))

    @Slot(object)
    def _on_model_changed(self, model: Path | None) -> None:
        self.model.setText(f"Model: {'bundled' if model is None else model.parent.name}")

    @Slot(object)
    def _on_state_changed(self, state: jobs.JobState) -> None:
        idle = state is jobs.JobState.IDLE
        for widget in (self.open_film, self.open_folder, self.choose_model, self.bundled, self.drop_area):
            widget.setEnabled(idle)
        self.cancel.setEnabled(state in {jobs.JobState.RUNNING, jobs.JobState.PAUSED})
        self.export.setEnabled(idle and self._output is not None)
        if idle and self.progress.maximum() == 0:
            self.progress.setRange(0, 1)
