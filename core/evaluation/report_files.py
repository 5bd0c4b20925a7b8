"""Write the files of an evaluation: metrics.json, the report and its plots."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from core.documents.document import Picture, Pictures
from core.documents.html import html_kind, render_html
from core.documents.pdf import pdf_kind, write_pdf
from core.documents.svg import SVG_PLOT, render_svg
from core.evaluation.evaluation import Evaluation
from core.evaluation.report import EVALUATION, PLOTS, build_evaluation_document
from core.runs.run_folder import METRICS, is_run_folder
from core.system.errors import JobFailed, Reason
from core.system.files import write_text_atomically
from core.system.language import tr
from core.system.outputs import check_output, json_kind

REPORT_HTML: Final = "report.html"
REPORT_PDF: Final = "report.pdf"
EVALUATION_METRICS: Final = json_kind("operating_point", "subgroups", "looks", "left_out")  # not in a training's


def check_evaluation_outputs(
    output_dir: Path, overwrite: bool | None = None, inputs: Iterable[Path | None] = ()
) -> None:
    """Raise JobFailed if the files of an evaluation would replace anything but an earlier evaluation.

    The folder of a training is always refused: the figures there are those of its own test films.
    """
    if is_run_folder(output_dir):
        sentence = tr("{folder} holds a training with its own test figures. Choose another folder.", folder=output_dir)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    kinds = {METRICS: EVALUATION_METRICS, REPORT_HTML: html_kind(EVALUATION), REPORT_PDF: pdf_kind(EVALUATION)}
    kinds |= {f"{name}.svg": SVG_PLOT for name in PLOTS}
    for name, kind in kinds.items():
        check_output(output_dir / name, kind, overwrite, inputs)


def write_evaluation(evaluation: Evaluation, output_dir: Path, overwrite: bool | None = None) -> None:
    """Write metrics.json, report.html, report.pdf and each plot as SVG.

    Raises JobFailed if that is not possible, or would replace other files.
    """
    check_evaluation_outputs(output_dir, overwrite, (evaluation.source,))
    document = build_evaluation_document(evaluation)
    metrics = json.dumps(evaluation.to_json_object(), indent=2, allow_nan=False)
    write_text_atomically(output_dir / METRICS, metrics + "\n")
    pictures: list[Picture] = []
    for block in document.blocks:
        if isinstance(block, Pictures):
            pictures.extend(block.pictures)
        elif isinstance(block, Picture):
            pictures.append(block)
    for name, picture in zip(list(PLOTS)[: len(pictures)], pictures, strict=True):
        write_text_atomically(output_dir / f"{name}.svg", render_svg(picture.figure))
    write_text_atomically(output_dir / REPORT_HTML, render_html(document))
    write_pdf(document, output_dir / REPORT_PDF, overwrite=overwrite)
