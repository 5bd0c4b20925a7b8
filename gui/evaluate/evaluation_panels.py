"""Panels that display an evaluation: figures, plots, and the films behind each number."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from core.datasets.dataset import Dataset
from core.evaluation.evaluation import Evaluation
from core.metrics.figure_labels import DEFINITIONS, figure_title
from core.metrics.figures import BinaryFigures, ClassFigures
from core.metrics.intervals import Figure
from core.system.language import format_number, marked, tr, tr_count
from gui.evaluate.confusion_table import ConfusionTable
from gui.evaluate.reliability_plot import ReliabilityPlot
from gui.evaluate.scores_plot import ScoresPlot
from gui.evaluate.threshold_plots import ThresholdPlots
from gui.film.film_grid import FilmGrid
from gui.film.film_window import FilmWindow
from gui.widgets.figure_list import FigureList, FigureRow, format_figure_line
from gui.widgets.named_widgets import make_paragraph, make_row, name_widget
from gui.widgets.number_box import NumberBox
from gui.widgets.theme import Colours

ORDER: Final = (
    "sensitivity", "specificity", "accuracy", "balanced_accuracy", "f1", "macro_f1", "ppv", "npv", "roc_auc",
    "macro_auc", "pr_auc", "brier", "ece",
)  # fmt: skip
NOTHING: Final = marked("Nothing has been evaluated yet.")
BY_BAYES: Final = marked("The same figure at this prevalence, by Bayes' theorem.")


def figure_rows(evaluation: Evaluation) -> list[FigureRow]:
    """Return a row per figure of an evaluation, in ORDER.

    Then follow predictive values at the stated prevalence, and figures of each class.
    """
    figures = evaluation.figures
    at_prevalence = evaluation.at_prevalence
    rows = [
        _make_figure_row(figure_title(name), getattr(figures, name), _count_films(evaluation, name), DEFINITIONS[name])
        for name in ORDER
        if hasattr(figures, name)
    ]
    if at_prevalence:
        percent = 100 * at_prevalence.prevalence
        for name, figure in (("ppv", at_prevalence.ppv), ("npv", at_prevalence.npv)):
            title = tr("{figure} at {percent:g} % prevalence", figure=figure_title(name), percent=percent)
            rows.append(_make_figure_row(title, figure, figures.n, BY_BAYES))
    for of_class in figures.each if isinstance(figures, ClassFigures) else ():
        for name in ("sensitivity", "specificity", "roc_auc"):
            title = f"{of_class.name}: {figure_title(name)}"
            rows.append(_make_figure_row(title, getattr(of_class, name), figures.n, DEFINITIONS[name]))
    return rows


def _make_figure_row(title: str, figure: Figure | None, films: int, definition: str) -> FigureRow:
    """Return a row. definition: marked English."""
    return FigureRow(title, format_figure_line(figure), figure, films, tr(definition))


def _count_films(evaluation: Evaluation, name: str) -> int:
    """Return the number of films that a figure is based on."""
    figures = evaluation.figures
    if not isinstance(figures, BinaryFigures):
        return figures.n
    (tn, fp), (fn, tp) = figures.confusion
    return {"sensitivity": tp + fn, "specificity": tn + fp, "ppv": tp + fp, "npv": tn + fn}.get(name, figures.n)


class FiguresPanel(QWidget):
    """Figures and confusion matrix, with predictive values at a chosen prevalence.

    Signal: films_wanted(indices, title), when a cell of the confusion matrix is opened.
    """

    films_wanted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self.figures, self.confusion = FigureList(), ConfusionTable()
        self.confusion.cell_chosen.connect(self._on_cell)
        sign = format_number(0, ".0%").removeprefix("0")
        percent = NumberBox(minimum=0.1, maximum=99.9, singleStep=1, decimals=1, suffix=sign, value=10)
        self.prevalence = name_widget(percent, "prevalence", tr("Prevalence"))
        self.prevalence.setToolTip(
            tr("How many of 100 films show the finding at the site where the model will be used")
        )
        self.prevalence.valueChanged.connect(self._on_prevalence_changed)
        row = make_row((QLabel(tr("Prevalence of the finding at the site of use")), self.prevalence))
        self.notes = make_paragraph(tr(NOTHING), "notes", tr("Notes"))
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
        evaluation = evaluation.with_prevalence(self.prevalence.value() / 100)
        self._evaluation = evaluation
        self.confusion.show()
        self.prevalence.setEnabled(evaluation.at_prevalence is not None)
        figures = evaluation.figures
        films = tr("n = {films} films of {patients} patients.", films=figures.n, patients=figures.patients)
        first = f"{films} {evaluation.point} {evaluation.use_sentence}"
        lines = (first, evaluation.frequencies, *evaluation.all_warnings)
        self.notes.setText("\n".join(line for line in lines if line))
        self.figures.show_figures(figure_rows(evaluation))
        self.confusion.show_counts(figures.confusion, evaluation.header.classes)

    @Slot()
    def _on_prevalence_changed(self) -> None:
        if self._evaluation is not None:
            self.show_evaluation(self._evaluation)

    @Slot(int, int)
    def _on_cell(self, truth: int, predicted: int) -> None:
        if self._evaluation is not None:
            classes = self._evaluation.header.classes
            title = tr("True {true}, predicted {called}", true=classes[truth], called=classes[predicted])
            self.films_wanted.emit(self._evaluation.films_in_cell(truth, predicted), title)


class PlotsPanel(QWidget):
    """Curves of an evaluation, at a fixed operating point.

    Signal: films_wanted(indices, title), when a point or bar is opened.
    """

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
        self.sentence = make_paragraph(tr(NOTHING), "plots_note", tr("Note on the plots"))
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
        figures, plots = evaluation.figures, evaluation.plots()
        for plot in (self.curves, self.reliability, self.scores):
            plot.setVisible(plots is not None)
        if not isinstance(figures, BinaryFigures) or plots is None:
            self.sentence.setText(
                tr("Curves are drawn for two classes only; see Figures for the figures of each class.")
            )
            return
        self.sentence.setText(
            tr(
                "These films test the operating point; it is not chosen on them. Click a bar or a point "
                "to see its films."
            )
        )
        self.curves.show_rates(plots.thresholds)
        self.curves.set_threshold(figures.threshold)
        self.reliability.show_bins(plots.reliability, plots.uncalibrated)
        self.scores.set_classes(*evaluation.header.classes)
        band = evaluation.header.calibration.review_band
        self.scores.show_histogram(plots.scores, figures.threshold, band)

    @Slot(object)
    def _on_bin(self, films: npt.NDArray[np.int64]) -> None:
        self.films_wanted.emit(films, tr("Films of one point of the reliability diagram"))

    @Slot(object)
    def _on_bar(self, films: npt.NDArray[np.int64]) -> None:
        self.films_wanted.emit(films, tr("Films of one bar of the score histogram"))


class FilmsPanel(QWidget):
    """The films behind a number, with their labels and predictions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = make_paragraph(tr(NOTHING), "films_title", tr("Title of the films"))
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
        classes = evaluation.header.classes
        predicted = evaluation.predicted_labels()
        films = [evaluation.films[index] for index in indices]
        probabilities = evaluation.format_probabilities(indices)
        captions = [
            f"→ {classes[predicted[index]]} {probability}"
            for index, probability in zip(indices, probabilities, strict=True)
        ]
        self.title.setText(
            " ".join(
                (
                    tr_count("{title}: {count} film.", "{title}: {count} films.", len(films), title=title),
                    _explain_captions(classes),
                    tr("Press Space or double-click to enlarge."),
                )
            )
        )
        dataset = Dataset(evaluation.source, classes, evaluation.films)
        self.grid.table.show_films(dataset, films, captions)

    def close_viewer(self) -> None:
        """Close the window and stop reading films in the background."""
        self.viewer.close()
        self.grid.table.close()


def _explain_captions(classes: Sequence[str]) -> str:
    """Return a sentence on the captions below the films."""
    if len(classes) == 2:
        return tr("Below each film: the predicted class and the probability of {name}.", name=classes[1])
    return tr("Below each film: the predicted class and its probability.")
