"""Titles, definitions and formatting of figures, for reports and tables."""

from typing import Final

from core.metrics.figures import ClassFigures, Figures, named_figures
from core.metrics.intervals import Figure
from core.system.language import format_number, localize_number, marked, tr, tr_count

TITLES: Final = {
    "accuracy": marked("Accuracy"),
    "balanced_accuracy": marked("Balanced accuracy"),
    "f1": "F1",
    "sensitivity": marked("Sensitivity"),
    "specificity": marked("Specificity"),
    "ppv": marked("PPV"),
    "npv": marked("NPV"),
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "brier": "Brier",
    "ece": "ECE",
    "macro_f1": marked("Macro F1"),
    "macro_auc": marked("Macro AUC"),
}
DEFINITIONS: Final = {
    "accuracy": marked("Fraction of films classified correctly."),
    "balanced_accuracy": marked(
        "Mean over the classes of the fraction classified correctly, so that each class counts equally."
    ),
    "f1": marked("Harmonic mean of sensitivity and positive predictive value."),
    "sensitivity": marked("Fraction of films with the finding that are classified as positive."),
    "specificity": marked("Fraction of films without the finding that are classified as negative."),
    "ppv": marked(
        "Positive predictive value: fraction of films classified as positive that have the "
        "finding, at the prevalence in these films."
    ),
    "npv": marked(
        "Negative predictive value: fraction of films classified as negative that do not have "
        "the finding, at the prevalence in these films."
    ),
    "roc_auc": marked("Probability that a film with the finding scores higher than a film without it; 0.5 is chance."),
    "pr_auc": marked(
        "Mean positive predictive value over all sensitivities; chance level is the fraction of films with the finding."
    ),
    "brier": marked("Mean squared difference between probability and outcome; 0 is perfect, lower is better."),
    "ece": marked(
        "Mean gap between predicted probability and observed fraction over ten bins; 0 is perfect, lower is better."
    ),
    "macro_f1": marked("Mean of the F1 scores of all classes."),
    "macro_auc": marked("Mean over the classes of the AUC of one class against the rest."),
}
CERTAIN: Final = {"1.000": "> 0.999", "0.000": "< 0.001"}  # instead of certainty


def figure_title(name: str) -> str:
    """Return a figure's translated title; for an unknown figure its name, made readable."""
    return tr(TITLES[name]) if name in TITLES else name.replace("_", " ").capitalize()


def format_figure(figure: Figure | None) -> str:
    """Return a figure with its 95 % interval, three decimals, for reports."""
    if figure is None:
        return tr("not defined")
    return tr("{value:.3f} ({low:.3f} to {high:.3f})", value=figure.value, low=figure.low, high=figure.high)


def format_figure_briefly(figure: Figure | None) -> str:
    """Return a figure with its 95 % interval, two decimals, for tables of few films."""
    return tr("not defined") if figure is None else format_interval(figure, 2)


def format_interval(figure: Figure, decimals: int) -> str:
    """Return a figure with its 95 % interval and this many decimals, as in "0.93 (0.90–0.95)"."""
    value, low, high = (format_number(bound, f".{decimals}f") for bound in (figure.value, figure.low, figure.high))
    return f"{value} ({low}–{high})"


def format_summary(figures: Figures) -> list[str]:
    """Return lines with the number of films, each figure with its interval, and each class."""
    lines = [tr_count("{count} film, 95 % intervals:", "{count} films, 95 % intervals:", figures.n)]
    lines += [f"{figure_title(name):18} {format_figure(figure)}" for name, figure in named_figures(figures)]
    if isinstance(figures, ClassFigures):
        for one_class in figures.each:
            parts = [f"{figure_title(name)} {format_figure(figure)}" for name, figure in named_figures(one_class)]
            lines.append(f"{one_class.name} (n = {one_class.n}): {', '.join(parts)}")
    return lines


def plain_probability(probability: float) -> str:
    """Return a probability with three decimals, never rounded to 0 or 1: "< 0.001", "> 0.999"; in English."""
    rounded = f"{probability:.3f}"
    return CERTAIN.get(rounded, rounded)


def format_probability(probability: float) -> str:
    """Return a probability as `plain_probability` does, in the current language."""
    return localize_number(plain_probability(probability))
