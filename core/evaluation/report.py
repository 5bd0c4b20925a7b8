"""An evaluation as a document: figures, plots, groups, mistakes. Computes no figure."""

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
from core.metrics.curves import reliability_bins
from core.metrics.figures import (
    DEFINITIONS,
    BinaryFigures,
    ClassFigures,
    figure_title,
    format_figure,
    format_figure_briefly,
    named_figures,
)
from core.metrics.intervals import Figure
from core.models.operating_point import format_band
from core.system.files import escape_undecodable
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE

MISTAKES = 10  # named in the report
PLOTS: Final = {  # in the report's order, by the names of their files; with several classes it has the first two only
    "intervals": marked("Intervals: every figure with its 95 % interval"),
    "confusion": marked("Confusion: rows true, columns called"),
    "roc": marked("ROC: sensitivity against false alarms"),
    "precision": marked("Precision: against recall"),
    "reliability": marked(
        "Reliability: observed share of the finding against stated probability, before and after calibration"
    ),
    "scores": marked("Scores: of both classes, with the review band"),
    "rates": marked("Rates: sensitivity and specificity over thresholds"),
}


def evaluation_document(evaluation: Evaluation) -> Document:
    """The whole report of an evaluation."""
    figures = evaluation.figures
    blocks: list[Block] = [Text(tr(NOTICE), Tone.NOTICE), *(Text(told, Tone.NOTICE) for told in evaluation.warnings)]
    blocks += [Text(f"{_films_in_words(evaluation)} {evaluation.seen}"), Heading(tr("Figures")), Text(evaluation.point)]
    if evaluation.frequencies:
        blocks.append(Text(evaluation.frequencies))
    blocks += [_figure_table(evaluation), Text(tr("Intervals: 95 %. n = {films}.", films=figures.n), Tone.QUIET)]
    shown = [(figure_title(name), figure) for name, figure in named_figures(figures)]
    intervals = Picture(draw_intervals(shown), tr(PLOTS["intervals"]))
    blocks += [Heading(tr("Plots")), intervals, _pictures(evaluation)]
    if isinstance(figures, ClassFigures):
        blocks += [Heading(tr("Each class against the rest")), _class_table(figures)]
    if evaluation.three_way is not None:
        blocks += [Heading(tr("Three-way answer")), *three_way_blocks(evaluation)]
    if evaluation.subgroups:
        blocks += [Heading(tr("Groups of films")), *group_blocks(evaluation.subgroups)]
    blocks += _mistakes(evaluation)
    source = escape_undecodable(str(evaluation.source))
    subtitle = tr("Model {model}\nFilms {source}", model=evaluation.header.name, source=source)
    return Document(tr("Evaluation"), subtitle, tuple(blocks), tr(NOTICE))


def _films_in_words(evaluation: Evaluation) -> str:
    """How many films there are, and how many more there could have been."""
    films, patients, unread = evaluation.figures.n, evaluation.figures.patients, len(evaluation.left_out)
    if not unread:
        return tr("{films} films of {patients} patients.", films=films, patients=patients)
    return tr(
        "{films} films of {patients} patients; {unread} more could not be read.",
        films=films,
        patients=patients,
        unread=unread,
    )


def _figure_table(evaluation: Evaluation) -> Table:
    rows = [
        _figure_row(figure_title(name), figure, tr(DEFINITIONS[name]))
        for name, figure in named_figures(evaluation.figures)
    ]
    given = evaluation.at_prevalence
    for name in ("ppv", "npv") if given else ():
        figure = getattr(given, name)
        if given and figure:
            title = tr(
                "{figure} at {percent:g} % prevalence", figure=figure_title(name), percent=100 * given.prevalence
            )
            rows.append(_figure_row(title, figure, tr("The same where the finding is so frequent.")))
    return Table((tr("Figure"), tr("Value"), tr("95 % interval"), tr("What it is")), tuple(rows))


def _figure_row(title: str, figure: Figure, definition: str) -> tuple[str, str, str, str]:
    bounds = tr("{low:.3f} to {high:.3f}", low=figure.low, high=figure.high)
    return title, f"{figure.value:.3f}", bounds, definition


def _class_table(figures: ClassFigures) -> Table:
    names = ("sensitivity", "specificity", "ppv", "f1", "roc_auc")
    rows = [(one.name, str(one.n), *(format_figure(getattr(one, name)) for name in names)) for one in figures.each]
    return Table((tr("Class"), "n", *map(figure_title, names)), tuple(rows))


def _pictures(evaluation: Evaluation) -> Pictures:
    figures, labels, probabilities = evaluation.figures, evaluation.answers.labels, evaluation.probabilities
    made = [Picture(draw_confusion(figures.confusion, evaluation.header.classes), tr(PLOTS["confusion"]))]
    if isinstance(figures, BinaryFigures):
        threshold, band = figures.threshold, evaluation.header.calibration.review_band
        before = reliability_bins(labels, evaluation.answers.probabilities(1.0))
        made += [
            Picture(draw_roc(labels, probabilities, threshold), tr(PLOTS["roc"])),
            Picture(draw_precision_recall(labels, probabilities, threshold), tr(PLOTS["precision"])),
            Picture(draw_reliability(reliability_bins(labels, probabilities), before), tr(PLOTS["reliability"])),
            Picture(draw_score_histogram(labels, probabilities, threshold, band), tr(PLOTS["scores"])),
            Picture(draw_rates(labels, probabilities, threshold), tr(PLOTS["rates"])),
        ]
    return Pictures(tuple(made))


def three_way_blocks(evaluation: Evaluation) -> list[Block]:
    """What the review band promises, and what it did on these films."""
    calibration, shares = evaluation.header.calibration, evaluation.three_way
    if shares is None:
        return []
    return [
        Text(f"{format_band(*calibration.review_band)} {_promise(calibration.band_error)}"),
        Table(
            (tr("On these films"), tr("Share (95 % interval)")),
            (
                (tr("sent to review, of all"), format_figure(shares.review)),
                (tr("called unlikely, of those with the finding"), format_figure(shares.missed)),
                (tr("called likely, of those without it"), format_figure(shares.alarmed)),
            ),
        ),
    ]


def _promise(error: float | None) -> str:
    """How often the three-way answer may err, 0..1, in words."""
    if error is None:
        return tr("The error rate is not stated in the model's file.")
    return tr(
        "For films like the validation films it is wrong about at most {rate} of 100 films of each class "
        "(split-conformal prediction, for each class by itself).",
        rate=f"{100 * error:.1f}".removesuffix(".0"),
    )


def group_blocks(groups: tuple[Subgroup, ...]) -> list[Block]:
    """The table of subgroups, with a word on those that are too small to say much."""
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
        blocks.append(Text(tr("* Fewer than 10 films with or without the finding: says little."), Tone.QUIET))
    return blocks


def _mistakes(evaluation: Evaluation) -> list[Block]:
    """The most confident mistakes by file name."""
    wrong = evaluation.mistakes()
    if not len(wrong):
        return []
    shown, classes, calls = [int(index) for index in wrong[:MISTAKES]], evaluation.header.classes, evaluation.calls()
    rows = tuple(
        (
            escape_undecodable(name),
            classes[int(evaluation.answers.labels[index])],
            classes[int(calls[index])],
            probability,
        )
        for name, index, probability in zip(
            film_names(evaluation, shown), shown, evaluation.probabilities_in_words(shown), strict=True
        )
    )
    header = (tr("File"), tr("Labelled"), tr("Called"), tr("Probability"))
    heading = tr_count("The only mistake", "The most confident mistakes of {count}", len(wrong))
    return [Heading(heading), Table(header, rows)]
