"""Lay out an evaluation as a document: figures, plots, subgroups, mistakes."""

from typing import Final

from core.documents.charts import (
    draw_confusion,
    draw_intervals,
    draw_precision_recall,
    draw_rates,
    draw_reliability,
    draw_roc,
    draw_score_histogram,
)
from core.documents.document import Block, Document, Heading, Picture, Pictures, Table, Text, Tone
from core.evaluation.evaluation import Evaluation, film_names
from core.evaluation.subgroups import Subgroup
from core.metrics.curves import rate_band
from core.metrics.figure_labels import DEFINITIONS, figure_title, format_figure, format_figure_briefly
from core.metrics.figures import BinaryFigures, ClassFigures, named_figures
from core.metrics.intervals import Figure
from core.models.operating_point import format_band
from core.system.files import escape_undecodable
from core.system.language import format_number, marked, tr, tr_count
from core.system.product import NOTICE

MISTAKES = 10  # most that the report lists
EVALUATION: Final = "evaluation"  # kind of document
PLOTS: Final = {  # by file name, in the report's order; with several classes only the first two
    "intervals": marked("Intervals: every figure with its 95 % interval"),
    "confusion": marked("Confusion: rows true class, columns predicted class"),
    "roc": marked("ROC: sensitivity against false alarms; operating point with 95 % intervals"),
    "precision": marked("Precision: against recall; operating point with 95 % intervals"),
    "reliability": marked(
        "Reliability: observed fraction of the finding against predicted probability, before and after calibration"
    ),
    "scores": marked("Scores: of both classes, with the review band"),
    "rates": marked("Rates: sensitivity and specificity over thresholds, with 95 % intervals"),
}


def build_evaluation_document(evaluation: Evaluation) -> Document:
    """Return the whole report of an evaluation."""
    figures = evaluation.figures
    blocks: list[Block] = [
        Text(tr(NOTICE), Tone.NOTICE),
        *(Text(warning, Tone.NOTICE) for warning in evaluation.all_warnings),
    ]
    blocks += [
        Text(f"{_format_films(evaluation)} {evaluation.use_sentence}"),
        Heading(tr("Figures")),
        Text(evaluation.point),
    ]
    if evaluation.frequencies:
        blocks.append(Text(evaluation.frequencies))
    blocks += [_build_figure_table(evaluation), Text(tr("Intervals: 95 %. n = {films}.", films=figures.n), Tone.QUIET)]
    titled = [(figure_title(name), figure) for name, figure in named_figures(figures)]
    intervals = Picture(draw_intervals(titled), tr(PLOTS["intervals"]))
    blocks += [Heading(tr("Plots")), intervals, _build_plots(evaluation)]
    if isinstance(figures, ClassFigures):
        blocks += [Heading(tr("Each class against the rest")), _build_class_table(figures)]
    if evaluation.three_way is not None:
        blocks += [Heading(tr("Three-way answer")), *build_three_way_blocks(evaluation)]
    if evaluation.subgroups:
        blocks += [Heading(tr("Groups of films")), *build_subgroup_blocks(evaluation.subgroups)]
    blocks += _build_mistake_blocks(evaluation)
    source = escape_undecodable(str(evaluation.source))
    subtitle = tr("Model {model}\nFilms {source}", model=evaluation.header.name, source=source)
    return Document(tr("Evaluation"), subtitle, tuple(blocks), tr(NOTICE), EVALUATION)


def _format_films(evaluation: Evaluation) -> str:
    """Return a sentence on how many films were scored and how many could not be read."""
    films, patients, unread = evaluation.figures.n, evaluation.figures.patients, len(evaluation.left_out)
    if not unread:
        return tr("{films} films of {patients} patients.", films=films, patients=patients)
    return tr(
        "{films} films of {patients} patients; {unread} more could not be read.",
        films=films,
        patients=patients,
        unread=unread,
    )


def _build_figure_table(evaluation: Evaluation) -> Table:
    rows = [
        _build_figure_row(figure_title(name), figure, tr(DEFINITIONS[name]))
        for name, figure in named_figures(evaluation.figures)
    ]
    if values := evaluation.at_prevalence:
        for name, figure in (("ppv", values.ppv), ("npv", values.npv)):
            if figure is None:
                continue
            title = tr(
                "{figure} at {percent:g} % prevalence", figure=figure_title(name), percent=100 * values.prevalence
            )
            rows.append(_build_figure_row(title, figure, tr("The same at this prevalence of the finding.")))
    return Table((tr("Figure"), tr("Value"), tr("95 % interval"), tr("Definition")), tuple(rows))


def _build_figure_row(title: str, figure: Figure, definition: str) -> tuple[str, str, str, str]:
    bounds = tr("{low:.3f} to {high:.3f}", low=figure.low, high=figure.high)
    return title, format_number(figure.value, ".3f"), bounds, definition


def _build_class_table(figures: ClassFigures) -> Table:
    names = ("sensitivity", "specificity", "ppv", "f1", "roc_auc")
    rows = [
        (class_.name, str(class_.n), *(format_figure(getattr(class_, name)) for name in names))
        for class_ in figures.each
    ]
    return Table((tr("Class"), "n", *map(figure_title, names)), tuple(rows))


def _build_plots(evaluation: Evaluation) -> Pictures:
    figures, plots, predictions = evaluation.figures, evaluation.plots(), evaluation.predictions
    drawn = {"confusion": draw_confusion(figures.confusion, evaluation.header.classes)}
    if isinstance(figures, BinaryFigures) and plots is not None:
        threshold, band = figures.threshold, evaluation.header.calibration.review_band
        bands = [
            rate_band(predictions.labels, evaluation.probabilities, predictions.patients, label) for label in (1, 0)
        ]
        drawn |= {
            "roc": draw_roc(plots.thresholds, figures),
            "precision": draw_precision_recall(plots.thresholds, figures),
            "reliability": draw_reliability(plots.reliability, plots.uncalibrated),
            "scores": draw_score_histogram(plots.scores, threshold, band),
            "rates": draw_rates(plots.thresholds, bands, threshold),
        }
    return Pictures(tuple(Picture(figure, tr(PLOTS[name])) for name, figure in drawn.items()))


def build_three_way_blocks(evaluation: Evaluation) -> list[Block]:
    """Return what the review band guarantees, and what it did on these films."""
    calibration, three_way = evaluation.header.calibration, evaluation.three_way
    if three_way is None:
        return []
    unlike = [(tr("unlike the validated films and in review for that"), format_figure(three_way.unlike))]
    return [
        Text(f"{format_band(*calibration.review_band)} {_format_error_rate(calibration.band_error)}"),
        Table(
            (tr("On these films"), tr("Fraction (95 % interval)")),
            (
                (tr("sent to review, of all films"), format_figure(three_way.review)),
                *(unlike if three_way.unlike else ()),
                (tr("rated unlikely, of films with the finding"), format_figure(three_way.missed)),
                (tr("rated likely, of films without it"), format_figure(three_way.alarmed)),
            ),
        ),
    ]


def _format_error_rate(error: float | None) -> str:
    """Return the guaranteed error rate (0..1, None: unknown) of the three-way decision in words."""
    if error is None:
        return tr("The error rate is not stated in the model's file.")
    return tr(
        "On films like the validation films it is wrong for at most {rate} of 100 films of each "
        "class (split-conformal prediction per class).",
        rate=format_number(round(100 * error, 1), "g"),
    )


def build_subgroup_blocks(groups: tuple[Subgroup, ...]) -> list[Block]:
    """Return the table of subgroups, with a note on those too small to say much."""
    rows = [
        (
            f"{tr(group.attribute)}: {tr(group.value)}{' *' if group.is_small else ''}",
            f"{group.n} ({group.positives})",
            format_figure_briefly(group.sensitivity),
            format_figure_briefly(group.specificity),
            format_figure_briefly(group.roc_auc),
        )
        for group in groups
    ]
    header = (tr("Group"), tr("n (with finding)"), tr("Sensitivity"), tr("Specificity"), "ROC AUC")
    blocks: list[Block] = [Table(header, tuple(rows))]
    if any(group.is_small for group in groups):
        blocks.append(Text(tr("* Fewer than 10 films with or without the finding: not reliable."), Tone.QUIET))
    return blocks


def _build_mistake_blocks(evaluation: Evaluation) -> list[Block]:
    """Return the most confident mistakes, by file name."""
    mistakes = evaluation.mistakes()
    if not len(mistakes):
        return []
    listed = [int(index) for index in mistakes[:MISTAKES]]
    names, probabilities = film_names(evaluation, listed), evaluation.format_probabilities(listed)
    classes, labels, predicted = evaluation.header.classes, evaluation.predictions.labels, evaluation.predicted_labels()
    rows = tuple(
        (escape_undecodable(name), classes[int(labels[index])], classes[int(predicted[index])], probability)
        for name, index, probability in zip(names, listed, probabilities, strict=True)
    )
    header = (tr("File"), tr("Labelled"), tr("Predicted"), tr("Probability"))
    heading = tr_count("The only mistake", "The most confident of {count} mistakes", len(mistakes))
    return [Heading(heading), Table(header, rows)]
