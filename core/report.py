"""Figures as files that people keep: metrics.json and one self-contained report.html. Computes no figure."""

import json
from dataclasses import fields
from html import escape
from pathlib import Path

from core.files import readable_name, write_text_atomically
from core.metrics import BinaryFigures, ClassFigures, Figure, to_json_object

NOTICE = "For research and education, not a diagnosis."
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse}td,th{padding:.3rem .9rem;border-bottom:1px solid #8886;text-align:left}"
    "svg{max-width:100%}.notice{border-left:4px solid #e69f00;padding-left:.8rem}"
)
WIDTH, ROW = 520, 30


def write_report(output_dir: Path, model: str, dataset: Path, figures: BinaryFigures | ClassFigures) -> None:
    """Write metrics.json, report.html and intervals.svg into `output_dir`. Raises JobFailed where it cannot."""
    write_text_atomically(output_dir / "metrics.json", json.dumps(to_json_object(figures), indent=2) + "\n")
    plot = intervals_svg(figures)
    write_text_atomically(output_dir / "intervals.svg", plot)
    write_text_atomically(output_dir / "report.html", _page(model, readable_name(str(dataset)), figures, plot))


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


def _page(model: str, dataset: str, figures: BinaryFigures | ClassFigures, plot: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{figure.value:.3f}</td><td>{figure.low:.3f} to {figure.high:.3f}</td></tr>"
        for name, figure in _shown(figures)
    )
    table = "".join("<tr>" + "".join(f"<td>{count}</td>" for count in row) + "</tr>" for row in figures.confusion)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>PneumoScreen report</title><style>{STYLE}</style>'
        f'<h1>PneumoScreen report</h1><p class="notice">{NOTICE}</p>'
        f"<p>Model {escape(model)}; dataset {escape(dataset)}; {figures.n} films.</p>"
        f"<table><tr><th>Figure</th><th>Value</th><th>95 % interval</th></tr>{rows}</table>{plot}"
        f"<h2>Confusion matrix</h2><p>Rows: true class. Columns: called class.</p><table>{table}</table></html>\n"
    )
