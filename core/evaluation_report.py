"""An evaluation as a document: figures, plots, groups, mistakes. Computes no figure."""

from core.curves import reliability
from core.document import Block, Document, Heading, Picture, Pictures, Table, Text, Tone
from core.drawings import (
    confusion,
    interval_plot,
    precision_recall,
    rates,
    reliability_plot,
    roc,
    score_histogram,
)
from core.evaluated import Evaluation, names_of
from core.files import readable_name
from core.metrics import DEFINITIONS, BinaryFigures, ClassFigures, named_figures, title_of, told, told_briefly
from core.notice import NOTICE
from core.operating import EVERYTHING
from core.subgroups import Subgroup

MISTAKES = 10  # named in the report


def evaluation_document(evaluation: Evaluation) -> Document:
    """The whole report of an evaluation."""
    figures = evaluation.figures
    blocks: list[Block] = [Text(NOTICE, Tone.NOTICE), *(Text(told, Tone.NOTICE) for told in evaluation.warnings)]
    films = f"{figures.n} films of {figures.patients} patients"
    unread = f"; {len(evaluation.left_out)} more could not be read" if evaluation.left_out else ""
    blocks.append(Text(f"{films}{unread}. {evaluation.seen}"))
    blocks += [Heading("Figures"), Text(evaluation.point)]
    if evaluation.frequencies:
        blocks.append(Text(evaluation.frequencies))
    blocks += [_figure_table(evaluation), Text(f"Intervals: 95 %. n = {figures.n}.", Tone.QUIET)]
    shown = [(title_of(name), figure) for name, figure in named_figures(figures)]
    intervals = Picture(interval_plot(shown), "Intervals: every figure with its 95 % interval")
    blocks += [Heading("Plots"), intervals, _pictures(evaluation)]
    if isinstance(figures, ClassFigures):
        blocks += [Heading("Each class against the rest"), _class_table(figures)]
    if evaluation.three_way is not None:
        blocks += [Heading("Three-way answer"), *three_way_blocks(evaluation)]
    if evaluation.subgroups:
        blocks += [Heading("Groups of films"), *group_blocks(evaluation.subgroups)]
    blocks += _mistakes(evaluation)
    source = readable_name(str(evaluation.source))
    return Document("Evaluation", f"Model {evaluation.header.name}\nFilms {source}", tuple(blocks), NOTICE)


def _figure_table(evaluation: Evaluation) -> Table:
    rows = [
        (title_of(name), f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}", DEFINITIONS[name])
        for name, figure in named_figures(evaluation.figures)
    ]
    given = evaluation.at_prevalence
    for name in ("ppv", "npv") if given else ():
        figure = getattr(given, name)
        if given and figure:
            title = f"{title_of(name)} at {100 * given.prevalence:g} % prevalence"
            bounds = f"{figure.low:.3f} to {figure.high:.3f}"
            rows.append((title, f"{figure.value:.3f}", bounds, "The same where the finding is so frequent."))
    return Table(("Figure", "Value", "95 % interval", "What it is"), tuple(rows))


def _class_table(figures: ClassFigures) -> Table:
    names = ("sensitivity", "specificity", "ppv", "f1", "roc_auc")
    rows = [(one.name, str(one.n), *(told(getattr(one, name)) for name in names)) for one in figures.each]
    return Table(("Class", "n", *map(title_of, names)), tuple(rows))


def _pictures(evaluation: Evaluation) -> Pictures:
    figures, labels, probabilities = evaluation.figures, evaluation.answers.labels, evaluation.probabilities
    made = [
        Picture(confusion(figures.confusion, evaluation.header.classes), "Confusion: rows true, columns called"),
    ]
    if isinstance(figures, BinaryFigures):
        threshold, band = figures.threshold, evaluation.header.calibration.review_band
        before = reliability(labels, evaluation.answers.probabilities(1.0))
        made += [
            Picture(roc(labels, probabilities, threshold), "ROC: sensitivity against false alarms"),
            Picture(precision_recall(labels, probabilities, threshold), "Precision: against recall"),
            Picture(
                reliability_plot(reliability(labels, probabilities), before),
                "Reliability: observed share of the finding against stated probability, before and after calibration",
            ),
            Picture(
                score_histogram(labels, probabilities, threshold, band), "Scores: of both classes, with the review band"
            ),
            Picture(rates(labels, probabilities, threshold), "Rates: sensitivity and specificity over thresholds"),
        ]
    return Pictures(tuple(made))


def three_way_blocks(evaluation: Evaluation) -> list[Block]:
    """What the review band promises, and what it did on these films."""
    calibration, shares = evaluation.header.calibration, evaluation.three_way
    if shares is None:
        return []
    low, high = calibration.review_band
    above = "never" if high >= EVERYTHING else f"from {high:.3f} on"
    below = "never" if low <= 0 else f"below {low:.3f}"
    promise = "The error rate is not stated in the model's file."
    if calibration.band_error is not None:
        rate = f"{100 * calibration.band_error:.1f}".removesuffix(".0")
        promise = (
            f"For films like the validation films it is wrong about at most {rate} of 100 films of each class "
            "(split-conformal prediction, for each class by itself)."
        )
    return [
        Text(f"Likely {above}, unlikely {below}, review between. {promise}"),
        Table(
            ("On these films", "Share (95 % interval)"),
            (
                ("sent to review, of all", told(shares.review)),
                ("called unlikely, of those with the finding", told(shares.missed)),
                ("called likely, of those without it", told(shares.alarmed)),
            ),
        ),
    ]


def group_blocks(groups: tuple[Subgroup, ...]) -> list[Block]:
    """The table of subgroups, with a word on those that are too small to say much."""
    rows = [
        (
            f"{group.attribute}: {group.value}{' *' if group.is_small else ''}",
            f"{group.n} ({group.positives})",
            told_briefly(group.sensitivity),
            told_briefly(group.specificity),
            told_briefly(group.roc_auc),
        )
        for group in groups
    ]
    header = ("Group", "n (with finding)", "Sensitivity", "Specificity", "ROC AUC")
    blocks: list[Block] = [Table(header, tuple(rows))]
    if any(group.is_small for group in groups):
        blocks.append(Text("* Fewer than 10 films with or without the finding: says little.", Tone.QUIET))
    return blocks


def _mistakes(evaluation: Evaluation) -> list[Block]:
    """The most confident mistakes by file name."""
    wrong = evaluation.mistakes()
    if not len(wrong):
        return []
    shown, classes, calls = [int(index) for index in wrong[:MISTAKES]], evaluation.header.classes, evaluation.calls()
    rows = tuple(
        (
            readable_name(name),
            classes[int(evaluation.answers.labels[index])],
            classes[int(calls[index])],
            f"{_certainty(evaluation, index):.3f}",
        )
        for name, index in zip(names_of(evaluation, shown), shown, strict=True)
    )
    header = ("File", "Labelled", "Called", "Probability")
    return [Heading(f"The most confident mistakes of {len(wrong)}"), Table(header, rows)]


def _certainty(evaluation: Evaluation, index: int) -> float:
    """The probability of class 1, or with several classes that of the called one."""
    row = evaluation.probabilities[index]
    return float(row.max()) if row.ndim else float(row)
