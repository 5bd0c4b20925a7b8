"""An evaluation on the screen: figures, plots, and the films behind every number."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from core.datasets.dataset import Dataset
from core.evaluation.evaluation import Evaluation
from core.metrics.curves import reliability_bins
from core.metrics.figures import DEFINITIONS, BinaryFigures, ClassFigures, figure_title
from core.metrics.intervals import Figure
from core.system.language import marked, tr, tr_count
from gui.evaluate.bar_plots import ReliabilityPlot, ScoresPlot
from gui.evaluate.confusion_table import ConfusionTable
from gui.evaluate.threshold_plots import ThresholdPlots
from gui.film.film_grid import FilmGrid
from gui.film.film_window import FilmWindow
from gui.widgets.figure_list import FigureList, FigureRow, format_figure_line
from gui.widgets.named_widgets import named, paragraph, row_of
from gui.widgets.theme import Colours

ORDER: Final = (
    "sensitivity", "specificity", "accuracy", "balanced_accuracy", "f1", "macro_f1", "ppv", "npv", "roc_auc",
    "macro_auc", "pr_auc", "brier", "ece",
)  # fmt: skip
NOTHING: Final = marked("Nothing was evaluated yet.")
BY_BAYES: Final = marked("The same where the finding is so frequent, by Bayes' theorem.")


def figure_rows(evaluation: Evaluation) -> list[FigureRow]:
    """Every figure of an evaluation, the most asked-for first, then predictive values at the stated prevalence."""
    figures, given = evaluation.figures, evaluation.at_prevalence
    rows = [
        _row(figure_title(name), getattr(figures, name), _films_of(evaluation, name), DEFINITIONS[name])
        for name in ORDER
        if hasattr(figures, name)
    ]
    if given:
        for name, figure in (("ppv", given.ppv), ("npv", given.npv)):
            title = tr(
                "{figure} at {percent:g} % prevalence", figure=figure_title(name), percent=100 * given.prevalence
            )
            rows.append(_row(title, figure, figures.n, BY_BAYES))
    for one in figures.each if isinstance(figures, ClassFigures) else ():
        for name in ("sensitivity", "specificity", "roc_auc"):
            title = f"{one.name}: {figure_title(name)}"
            rows.append(_row(title, getattr(one, name), figures.n, DEFINITIONS[name]))
    return rows


def _row(title: str, figure: Figure | None, films: int, definition: str) -> FigureRow:
    """definition: marked English."""
    return FigureRow(title, format_figure_line(figure), figure, films, tr(definition))


def _films_of(evaluation: Evaluation, name: str) -> int:
    """How many films a figure rests on."""
    figures = evaluation.figures
    if not isinstance(figures, BinaryFigures):
        return figures.n
    (tn, fp), (fn, tp) = figures.confusion
    return {"sensitivity": tp + fn, "specificity": tn + fp, "ppv": tp + fp, "npv": tn + fn}.get(name, figures.n)


class FiguresPanel(QWidget):
    """Signal: films_wanted(indices, title) when a cell of the confusion matrix is opened."""

    films_wanted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self.figures, self.confusion = FigureList(), ConfusionTable()
        self.confusion.cell_chosen.connect(self._on_cell)
        percent = QDoubleSpinBox(minimum=0.1, maximum=99.9, singleStep=1, decimals=1, suffix=" %", value=10)
        self.prevalence = named(percent, "prevalence", tr("Prevalence"))
        self.prevalence.setToolTip(tr("How many of 100 films have the finding where the model will be used"))
        self.prevalence.valueChanged.connect(self._on_prevalence_changed)
        row = row_of((QLabel(tr("Prevalence of the finding where it will be used")), self.prevalence))
        self.notes = paragraph(tr(NOTHING), "notes", tr("Notes"))
        scrolled = QScrollArea(widgetResizable=True)
        scrolled.setWidget(self.figures)
        split = QSplitter()
        split.addWidget(scrolled)
        split.addWidget(self.confusion)
        split.setSizes([640, 560])
        layout = QVBoxLayout(self)
        layout.addWidget(self.notes)
        layout.addLayout(row)
        layout.addWidget(split, 1)

    def set_colours(self, colours: Colours) -> None:
        self.figures.set_colours(colours)
        self.confusion.set_colours(colours)

    def clear(self) -> None:
        self._evaluation = None
        self.notes.setText(tr(NOTHING))
        self.figures.show_figures(())
        self.confusion.hide()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        evaluation = evaluation.at(self.prevalence.value() / 100)
        self._evaluation = evaluation
        self.confusion.show()
        self.prevalence.setEnabled(evaluation.at_prevalence is not None)
        figures = evaluation.figures
        films = tr("n = {films} films of {patients} patients.", films=figures.n, patients=figures.patients)
        first = f"{films} {evaluation.point} {evaluation.seen}"
        self.notes.setText("\n".join(line for line in (first, evaluation.frequencies, *evaluation.warnings) if line))
        self.figures.show_figures(figure_rows(evaluation))
        self.confusion.show_counts(figures.confusion, evaluation.header.classes)

    @Slot()
    def _on_prevalence_changed(self) -> None:
        if self._evaluation is not None:
            self.show_evaluation(self._evaluation)

    @Slot(int, int)
    def _on_cell(self, truth: int, called: int) -> None:
        if self._evaluation is not None:
            classes = self._evaluation.header.classes
            title = tr("True {true}, called {called}", true=classes[truth], called=classes[called])
            self.films_wanted.emit(self._evaluation.cell(truth, called), title)


class PlotsPanel(QWidget):
    """Curves of evaluated films; the operating point stands still here. Signal: films_wanted(indices, title)."""

    films_wanted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves, self.reliability, self.scores = ThresholdPlots(), ReliabilityPlot(), ScoresPlot()
        self.curves.set_draggable(False)
        self.reliability.films_chosen.connect(self._on_bin)
        self.scores.films_chosen.connect(self._on_bar)
        lower = QHBoxLayout()
        lower.addWidget(self.reliability, 1)
        lower.addWidget(self.scores, 2)
        self.sentence = paragraph(tr(NOTHING), "plots_note", tr("Plots note"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.sentence)
        layout.addWidget(self.curves, 1)
        layout.addLayout(lower, 1)

    def set_colours(self, colours: Colours) -> None:
        for plot in (self.curves, self.reliability, self.scores):
            plot.set_colours(colours)

    def clear(self) -> None:
        self.sentence.setText(tr(NOTHING))
        for plot in (self.curves, self.reliability, self.scores):
            plot.hide()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        figures, is_binary = evaluation.figures, isinstance(evaluation.figures, BinaryFigures)
        for plot in (self.curves, self.reliability, self.scores):
            plot.setVisible(is_binary)
        if not isinstance(figures, BinaryFigures):
            self.sentence.setText(
                tr("Curves are drawn for two classes; the figures of each class stand under Figures.")
            )
            return
        self.sentence.setText(
            tr("On these films the operating point is looked at, not chosen. Click a bar or a point to see its films.")
        )
        labels, probabilities = evaluation.answers.labels, evaluation.probabilities
        self.curves.show_answers(labels, probabilities)
        self.curves.set_threshold(figures.threshold)
        before = reliability_bins(labels, evaluation.answers.probabilities(1.0))
        self.reliability.show_bins(reliability_bins(labels, probabilities), before)
        self.scores.set_classes(*evaluation.header.classes)
        band = evaluation.header.calibration.review_band
        self.scores.show_answers(labels, probabilities, figures.threshold, band)

    @Slot(object)
    def _on_bin(self, films: npt.NDArray[np.int64]) -> None:
        self.films_wanted.emit(films, tr("Films of one point of the reliability diagram"))

    @Slot(object)
    def _on_bar(self, films: npt.NDArray[np.int64]) -> None:
        self.films_wanted.emit(films, tr("Films of one bar of the score histogram"))


class JudgedFilms(QWidget):
    """Films behind a number, with what they are labelled and called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = paragraph(tr(NOTHING), "films_title", tr("Films title"))
        self.grid = FilmGrid()
        self.viewer = FilmWindow(self.grid, self)
        self.grid.enlarged.connect(self.viewer.show_row)
        layout = QVBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(self.grid, 1)

    def clear(self) -> None:
        self.title.setText(tr(NOTHING))
        self.grid.table.show_films(None, [])

    def show_films(self, evaluation: Evaluation, indices: Sequence[int], title: str) -> None:
        """Show films of an evaluation by their indices, in this order."""
        classes, calls = evaluation.header.classes, evaluation.calls()
        films = [evaluation.films[index] for index in indices]
        told = zip(indices, evaluation.probabilities_in_words(indices), strict=True)
        captions = [f"→ {classes[calls[index]]} {probability}" for index, probability in told]
        self.title.setText(
            " ".join(
                (
                    tr_count("{title}: {count} film.", "{title}: {count} films.", len(films), title=title),
                    _captions_in_words(classes),
                    tr("Space or double click enlarges."),
                )
            )
        )
        dataset = Dataset(evaluation.source, classes, evaluation.films)
        self.grid.table.show_films(dataset, films, captions)

    def close_viewer(self) -> None:
        """End reading in the background."""
        self.viewer.close()
        self.grid.table.close()


def _captions_in_words(classes: Sequence[str]) -> str:
    """What stands under each of the films."""
    if len(classes) == 2:
        return tr("Under each: what it is called, and the probability of {name}.", name=classes[1])
    return tr("Under each: what it is called, and the probability.")
