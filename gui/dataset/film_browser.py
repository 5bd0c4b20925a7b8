"""Browse the films of a dataset: filter, enlarge and correct them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from core.datasets.events import AuditResult, Finding, FindingKind
from core.datasets.preparation import Action, Correction, Step
from core.system.language import marked, tr, tr_count
from gui.film.film_grid import FilmGrid
from gui.film.film_window import FilmWindow
from gui.widgets.named_widgets import make_button, name_widget

ALL: Final = marked("All")


def _has_visible_films(finding: Finding) -> bool:
    return bool(finding.files) and finding.kind is not FindingKind.UNREADABLE


def _select(box: QComboBox, value: str | None) -> None:
    """Select the item with this value; All, the first, for None or an unknown value."""
    box.setCurrentIndex(0 if value is None else max(0, box.findData(value)))


def _fill(box: QComboBox, values: Iterable[str], title: Callable[[str], str]) -> None:
    """Replace the items below All without a signal; keep the selected value if possible."""
    before = box.currentData()
    box.blockSignals(True)
    box.clear()
    box.addItem(tr(ALL))
    for value in dict.fromkeys(values):
        box.addItem(title(value), value)
    _select(box, before)
    box.blockSignals(False)


class FilmBrowser(QWidget):
    """Shows films that pass three filters; changes no dataset itself.

    Signal: step_wanted(Step) when the user asks for a correction of the selected films.
    """

    step_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._audit: AuditResult | None = None
        self._is_busy = False
        self.grid = FilmGrid()
        self.viewer = FilmWindow(self.grid, self)
        self.grid.enlarged.connect(self.viewer.show_row)
        self.grid.selectionModel().selectionChanged.connect(self._on_selection_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._make_filters())
        layout.addWidget(self.grid, 1)
        layout.addLayout(self._make_corrections())
        self.show_audit(None)

    def _make_filters(self) -> QHBoxLayout:
        self.kind = name_widget(QComboBox(), "filter_class", tr("Show films of class"))
        self.split = name_widget(QComboBox(), "filter_split", tr("Show films of split"))
        self.finding = name_widget(QComboBox(), "filter_finding", tr("Show films of finding"))
        row = QHBoxLayout()
        for title, box in ((tr("Class"), self.kind), (tr("Split"), self.split), (tr("Finding"), self.finding)):
            row.addWidget(QLabel(title))
            row.addWidget(box, 1)
            box.currentIndexChanged.connect(self._on_filter_changed)
        return row

    def _make_corrections(self) -> QHBoxLayout:
        self.shown = name_widget(QLabel(textFormat=Qt.TextFormat.PlainText), "shown", tr("Shown"))
        self.exclude = make_button(tr("Exclude"), "exclude", self._on_exclude)
        self.relabel = name_widget(QPushButton(tr("Relabel")), "relabel", tr("Relabel"))
        self.relabel.setMenu(QMenu(self.relabel))
        move_to = QPushButton(tr("Move patients"))
        self.move_to = name_widget(move_to, "move_to", tr("Move the patients of these films to a split"))
        self.move_to.setMenu(QMenu(self.move_to))
        for split in Split:
            self.move_to.menu().addAction(tr("to {split}", split=tr(split)), partial(self._on_move, split))
        row = QHBoxLayout()
        row.addWidget(self.shown, 1)
        for button in (self.exclude, self.relabel, self.move_to):
            row.addWidget(button)
        return row

    @property
    def _dataset(self) -> Dataset | None:
        """The dataset with the splits that a training would use, if they can be made."""
        return None if self._audit is None else self._audit.planned or self._audit.dataset

    def show_audit(self, audit: AuditResult | None) -> None:
        """Show the films of another dataset, or of the same one after a correction."""
        self._audit = audit
        dataset = self._dataset
        classes: Sequence[str] = () if dataset is None else dataset.classes
        splits = [] if dataset is None else [split.value for split in Split if dataset.of_split(split)]
        findings = [] if audit is None else [finding for finding in audit.findings if _has_visible_films(finding)]
        _fill(self.kind, classes, str)
        _fill(self.split, splits, tr)
        _fill(self.finding, [finding.kind.value for finding in findings], tr)
        self.relabel.menu().clear()
        for name in classes:
            self.relabel.menu().addAction(name.replace("&", "&&"), partial(self._on_relabel, name))
        self._on_filter_changed()

    def show_finding(self, finding: Finding) -> None:
        """Show the films of one finding."""
        for box in (self.kind, self.split):
            _select(box, None)
        _select(self.finding, finding.kind.value)

    def set_busy(self, is_busy: bool) -> None:
        """Disable corrections while a job runs."""
        self._is_busy = is_busy
        self._on_selection_changed()

    def close_viewer(self) -> None:
        """Close the enlarged film and stop reading in the background."""
        self.viewer.close()
        self.grid.table.close()

    @Slot()
    def _on_filter_changed(self) -> None:
        dataset = self._dataset
        films = [] if dataset is None else self._filter_films(dataset)
        self.grid.table.show_films(dataset, films)
        total = 0 if dataset is None else len(dataset.films)
        shown = tr_count(
            "{shown} of {count} film. Press Space or double-click to enlarge.",
            "{shown} of {count} films. Press Space or double-click to enlarge.",
            total,
            shown=len(films),
        )
        self.shown.setText(shown if total else "")
        self._on_selection_changed()

    def _filter_films(self, dataset: Dataset) -> list[Film]:
        """Return the films that pass all filters.

        Films of a finding keep its order, so that copies are next to each other.
        """
        films: Sequence[Film] = dataset.films
        if self.finding.currentIndex() > 0 and self._audit is not None:
            by_path = {film.path: film for film in films}
            kind_of_finding = self.finding.currentData()
            findings = [finding for finding in self._audit.findings if finding.kind.value == kind_of_finding]
            films = [by_path[path] for finding in findings for path in finding.files if path in by_path]
        kind, split = self.kind.currentData(), self.split.currentData()
        return [
            film
            for film in films
            if kind in {None, dataset.classes[film.label]} and split in {None, film.split.value if film.split else ""}
        ]

    @Slot()
    def _on_selection_changed(self) -> None:
        can_correct = not self._is_busy and bool(self.grid.selectedIndexes())
        self.exclude.setEnabled(can_correct)
        self.relabel.setEnabled(can_correct)
        has_splits = self._audit is not None and all(film.split for film in self._audit.dataset.films)
        self.move_to.setEnabled(can_correct and has_splits)
        self.move_to.setToolTip(
            "" if has_splits else tr("This dataset defines no splits; they are assigned by patient.")
        )

    def _request_step(self, label: str, films: Sequence[Film], action: Action, value: str = "") -> None:
        dataset = self._dataset
        if dataset is not None and films:
            corrections = tuple(Correction(dataset.name_of(film.path), action, value) for film in films)
            self.step_wanted.emit(Step(label, corrections))

    @Slot()
    def _on_exclude(self) -> None:
        films = self.grid.selected_films()
        label = tr_count("Exclude {count} film", "Exclude {count} films", len(films))
        self._request_step(label, films, Action.EXCLUDE)

    def _on_relabel(self, name: str) -> None:
        films = self.grid.selected_films()
        label = tr_count("Relabel {count} film as {name}", "Relabel {count} films as {name}", len(films), name=name)
        self._request_step(label, films, Action.RELABEL, name)

    def _on_move(self, split: Split) -> None:
        """Move all films of the selected films' patients, so that no patient is split."""
        dataset = self._dataset
        patients = {film.patient for film in self.grid.selected_films()}
        films = [film for film in dataset.films if film.patient in patients] if dataset else []
        label = tr_count(
            "Move {count} patient to {split}", "Move {count} patients to {split}", len(patients), split=tr(split)
        )
        self._request_step(label, films, Action.MOVE, split.value)
