"""Figures as files that people keep: metrics.json and one self-contained report.html. Computes no figure."""

import json
from dataclasses import fields
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.files import readable_name, write_text_atomically
from core.metrics import BinaryFigures, ClassFigures, Figure, roc_curve, to_json_object

NOTICE = "For research and education, not a diagnosis."
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse}td,th{padding:.3rem .9rem;border-bottom:1px solid #8886;text-align:left}"
    "svg{max-width:100%}.notice{border-left:4px solid #e69f00;padding-left:.8rem}"
)
WIDTH, ROW = 520, 30


def write_report(
    output_dir: Path,
    model: str,
    dataset: Path,
    figures: BinaryFigures | ClassFigures,
    labels: npt.NDArray[np.int64],
    probabilities: npt.NDArray[np.float64],
    warnings: tuple[str, ...],
) -> None:
    """Write metrics.json, report.html and its plots as SVG files into `output_dir`.

    warnings: what a reader of the figures must know first.
    labels (n,), probabilities (n,) of class 1 or (n, classes). Raises JobFailed where it cannot be written.
    """
    write_text_atomically(
        output_dir / "metrics.json",
        json.dumps({**to_json_object(figures), "warnings": list(warnings)}, indent=2) + "\n",
    )
    plots = {"intervals": intervals_svg(figures)}
    if isinstance(figures, BinaryFigures):
        plots["roc"] = roc_svg(labels, probabilities, figures)
        plots["scores"] = scores_svg(labels, probabilities, figures.threshold)
    for name, plot in plots.items():
        write_text_atomically(output_dir / f"{name}.svg", plot)
    page = _page(model, readable_name(str(dataset)), figures, "".join(plots.values()), warnings)
    write_text_atomically(output_dir / "report.html", page)


def _shown(figures: BinaryFigures | ClassFigures) -> list[tuple[str, Figure]]:
    return [
        (field.name.replace("_", " "), value)
        for field in fields(figures)
        if isinstance(value := getattr(figures, field.name), Figure)
    ]


def intervals_svg(figures: BinaryFigures | ClassFigures) -> str:
    """Every figure as a dot on 0..1 with its 95 % interval as a line."""
    shown = _shown(figures)
    marks = []
    for number, (name, figure) in enumerate(shown):
        y = 20 + ROW * number
        low, value, high = (170 + 330 * part for part in (figure.low, figure.value, figure.high))
        marks.append(
            f'<text x="0" y="{y + 5}" fill="currentColor">{escape(name)}</text>'
            f'<line x1="170" x2="500" y1="{y}" y2="{y}" stroke="#8886"/>'
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="#0072b2" stroke-width="5"/>'
            f'<circle cx="{value:.1f}" cy="{y}" r="6" fill="#e69f00"/>'
        )
    height = 20 + ROW * len(shown)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-size="15">{"".join(marks)}</svg>'
    )


def roc_svg(labels: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64], figures: BinaryFigures) -> str:
    """The ROC curve with the operating point as a dot; a unit of 1 is 300 pixels."""
    false, true, _ = roc_curve(labels, probabilities)
    points = " ".join(f"{50 + 300 * x:.1f},{320 - 300 * y:.1f}" for x, y in zip(false, true, strict=True))
    (tn, fp), (fn, tp) = figures.confusion
    x, y = 50 + 300 * fp / max(1, fp + tn), 320 - 300 * tp / max(1, tp + fn)
    return _svg(
        f'<polyline points="{points}" fill="none" stroke="#0072b2" stroke-width="2.5"/>'
        '<line x1="50" y1="320" x2="350" y2="20" stroke="#8888" stroke-dasharray="5"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="#e69f00"/>'
        '<text x="90" y="345" fill="currentColor">1 - specificity, 0 to 1</text>'
        '<text x="60" y="16" fill="currentColor">Sensitivity, 0 to 1; dot: operating point</text>',
        360,
    )


def scores_svg(labels: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64], threshold: float) -> str:
    """How the probabilities of both classes spread over 0..1: positive films up, negative films down."""
    bars = []
    for label, direction, colour in ((1, -1, "#e69f00"), (0, 1, "#0072b2")):
        counts, _ = np.histogram(probabilities[labels == label], 20, (0, 1))
        for number, share in enumerate(counts / max(1, counts.max())):
            height = 130 * share
            top = 170 - height if direction < 0 else 170
            bars.append(
                f'<rect x="{50 + 15 * number}" y="{top:.1f}" width="13" height="{height:.1f}" fill="{colour}"/>'
            )
    line = 50 + 300 * threshold
    return _svg(
        "".join(bars) + f'<line x1="{line:.1f}" x2="{line:.1f}" y1="30" y2="310" stroke="currentColor"/>'
        '<text x="50" y="20" fill="currentColor">Positive films up, negative down; line: threshold</text>'
        '<text x="90" y="335" fill="currentColor">Probability, 0 to 1</text>',
        350,
    )


def _svg(content: str, height: int) -> str:
    """A drawing with a frame around its unit square."""
    frame = '<path d="M50 20V320H350" fill="none" stroke="currentColor"/>'
    view = f"0 0 {WIDTH} {height}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" font-size="15">{frame}{content}</svg>'


def _page(model: str, dataset: str, figures: BinaryFigures | ClassFigures, plot: str, warnings: tuple[str, ...]) -> str:
    warned = "".join(f'<p class="notice">{escape(warning)}</p>' for warning in warnings)
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{figure.value:.3f}</td><td>{figure.low:.3f} to {figure.high:.3f}</td></tr>"
        for name, figure in _shown(figures)
    )
    table = "".join("<tr>" + "".join(f"<td>{count}</td>" for count in row) + "</tr>" for row in figures.confusion)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>PneumoScreen report</title><style>{STYLE}</style>'
        f'<h1>PneumoScreen report</h1><p class="notice">{NOTICE}</p>{warned}'
        f"<p>Model {escape(model)}; dataset {escape(dataset)}; {figures.n} films.</p>"
        f"<table><tr><th>Figure</th><th>Value</th><th>95 % interval</th></tr>{rows}</table>{plot}"
        f"<h2>Confusion matrix</h2><p>Rows: true class. Columns: called class.</p><table>{table}</table></html>\n"
    )
