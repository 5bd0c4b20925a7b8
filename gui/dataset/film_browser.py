"""The films of a dataset: filtered, enlarged, corrected. Decides nothing; says what the person wants as a Step."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from core.datasets.dataset import Dataset, Film, Split
from core.datasets.events import AuditResult, Finding, FindingKind
from core.datasets.preparation import Action, Correction, Step
from core.system.language import marked, tr, tr_count
from gui.film.film_grid import FilmGrid
from gui.film.film_window import FilmWindow
from gui.widgets.named_widgets import button, named

ALL: Final = marked("All")


def _is_seen(finding: Finding) -> bool:
    """True for a finding whose films can be shown."""
    return bool(finding.files) and finding.kind is not FindingKind.UNREADABLE


def _choose(box: QComboBox, value: str | None) -> None:
    """Filter by this value; by none, which stands first, where it is None or no longer to be had."""
    box.setCurrentIndex(0 if value is None else max(0, box.findData(value)))


class FilmBrowser(QWidget):
    """Signal: step_wanted(Step)."""

    step_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._audit: AuditResult | None = None
        self.grid = FilmGrid()
        self.viewer = FilmWindow(self.grid, self)
        self.grid.enlarged.connect(self.viewer.show_row)
        self.grid.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.kind, self.split, self.finding = (
            named(QComboBox(), name, accessible)
            for name, accessible in (
                ("filter_class", tr("Show films of class")),
                ("filter_split", tr("Show films of split")),
                ("filter_finding", tr("Show films of finding")),
            )
        )
        filters = QHBoxLayout()
        for text, box in ((tr("Class"), self.kind), (tr("Split"), self.split), (tr("Finding"), self.finding)):
            filters.addWidget(QLabel(text))
            filters.addWidget(box, 1)
            box.currentIndexChanged.connect(self._on_filter_changed)
        self.shown = named(QLabel(textFormat=Qt.TextFormat.PlainText), "shown", tr("Shown"))
        self.exclude = button(tr("Exclude"), "exclude", self._on_exclude)
        self.relabel = named(QPushButton(tr("Relabel")), "relabel", tr("Relabel"))
        self.relabel.setMenu(QMenu(self.relabel))
        move_to = QPushButton(tr("Move patients"))
        self.move_to = named(move_to, "move_to", tr("Move the patients of these films to a split"))
        self.move_to.setMenu(QMenu(self.move_to))
        for split in Split:
            self.move_to.menu().addAction(tr("to {split}", split=tr(split)), partial(self._on_move, split))
        row = QHBoxLayout()
        row.addWidget(self.shown, 1)
        for widget in (self.exclude, self.relabel, self.move_to):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(filters)
        layout.addWidget(self.grid, 1)
        layout.addLayout(row)
        self.show_audit(None)

    @property
    def _dataset(self) -> Dataset | None:
        """With the splits that a training would use, where they can be made."""
        return None if self._audit is None else self._audit.planned or self._audit.dataset

    def show_audit(self, audit: AuditResult | None) -> None:
        """Show the films of another dataset, or of the same one after a correction."""
        self._audit = audit
        dataset = self._dataset
        for box, names in (
            (self.kind, [] if dataset is None else dataset.classes),
            (self.split, [] if dataset is None else [split.value for split in Split if dataset.of_split(split)]),
            (
                self.finding,
                [] if audit is None else [finding.kind.value for finding in audit.findings if _is_seen(finding)],
            ),
        ):
            before = box.currentData()
            box.blockSignals(True)
            box.clear()
            box.addItem(tr(ALL))
            for name in dict.fromkeys(names):
                box.addItem(name if box is self.kind else tr(name), name)
            _choose(box, before)
            box.blockSignals(False)
        self.relabel.menu().clear()
        for name in [] if dataset is None else dataset.classes:
            self.relabel.menu().addAction(name.replace("&", "&&"), partial(self._on_relabel, name))
        self._on_filter_changed()

    def show_finding(self, finding: Finding) -> None:
        """Show the films of one finding."""
        for box in (self.kind, self.split):
            _choose(box, None)
        _choose(self.finding, finding.kind.value)

    def set_busy(self, is_busy: bool) -> None:
        """Forbid corrections while a job runs."""
        self._is_busy = is_busy
        self._on_selection_changed()

    def close_viewer(self) -> None:
        """End reading in the background."""
        self.viewer.close()
        self.grid.table.close()

    @Slot()
    def _on_filter_changed(self) -> None:
        dataset = self._dataset
        films = [] if dataset is None else self._filtered(dataset)
        self.grid.table.show_films(dataset, films)
        total = 0 if dataset is None else len(dataset.films)
        shown = tr_count(
            "{shown} of {count} film. Space or double click enlarges.",
            "{shown} of {count} films. Space or double click enlarges.",
            total,
            shown=len(films),
        )
        self.shown.setText(shown if total else "")
        self._on_selection_changed()

    def _filtered(self, dataset: Dataset) -> list[Film]:
        """Films that pass all three filters; those of a finding stay in its order, so that copies stand together."""
        films: Sequence[Film] = dataset.films
        if self.finding.currentIndex() > 0 and self._audit is not None:
            by_path = {film.path: film for film in films}
            found = [one for one in self._audit.findings if one.kind.value == self.finding.currentData()]
            films = [by_path[path] for finding in found for path in finding.files if path in by_path]
        kind, split = self.kind.currentData(), self.split.currentData()
        return [
            film
            for film in films
            if kind in {None, dataset.classes[film.label]} and split in {None, film.split.value if film.split else ""}
        ]

    _is_busy = False

    @Slot()
    def _on_selection_changed(self) -> None:
        can = not self._is_busy and bool(self.grid.selectedIndexes())
        self.exclude.setEnabled(can)
        self.relabel.setEnabled(can)
        given = self._audit is not None and all(film.split for film in self._audit.dataset.films)
        self.move_to.setEnabled(can and given)
        self.move_to.setToolTip("" if given else tr("This dataset gives no splits; they are made by patient."))

    def _want(self, what: str, films: Sequence[Film], action: Action, value: str = "") -> None:
        dataset = self._dataset
        if dataset is not None and films:
            corrections = tuple(Correction(dataset.name_of(film.path), action, value) for film in films)
            self.step_wanted.emit(Step(what, corrections))

    @Slot()
    def _on_exclude(self) -> None:
        films = self.grid.chosen()
        what = tr_count("Exclude {count} film", "Exclude {count} films", len(films))
        self._want(what, films, Action.EXCLUDE)

    def _on_relabel(self, name: str) -> None:
        films = self.grid.chosen()
        what = tr_count("Relabel {count} film as {name}", "Relabel {count} films as {name}", len(films), name=name)
        self._want(what, films, Action.RELABEL, name)

    def _on_move(self, split: Split) -> None:
        """Move all films of the chosen films' patients, so that no patient is parted by it."""
        dataset = self._dataset
        patients = {film.patient for film in self.grid.chosen()}
        films = [film for film in dataset.films if film.patient in patients] if dataset else []
        what = tr_count(
            "Move {count} patient to {split}", "Move {count} patients to {split}", len(patients), split=tr(split)
        )
        self._want(what, films, Action.MOVE, split.value)
