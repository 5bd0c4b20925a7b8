"""Build jobs on a model: model card, operating point, evaluation, acceptance test, reports, export.

model: None for the bundled one.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

from core.datasets.preparation import Preparation
from core.documents.document import Document
from core.documents.pdf import write_pdf
from core.evaluation.evaluation import AcceptanceResult, Evaluation, Target
from core.jobs.events import Progressed, Stage
from core.models.events import SelfTestResult
from core.models.model_header import bundled_model_path, read_header
from core.models.model_in_use import ModelInUse, read_model_in_use
from core.models.operating_point import Wish
from core.models.point_selection import restore_own_point, select_point
from gui.jobs.jobs import freeze_torch
from gui.jobs.worker import Steps, as_job


@dataclass(frozen=True, slots=True)
class AcceptanceOrder:
    """What to run an acceptance test on.

    source: the films. target: what is to be shown. signed_by: may be empty.
    """

    source: Path
    target: Target
    signed_by: str


@as_job
def self_test_job(cancel: threading.Event) -> Steps[SelfTestResult]:
    """Score the reference films with the bundled model."""
    from core.inference.self_test import run_self_test

    return (yield from run_self_test(cancel))


@as_job
def show_model_job(_cancel: threading.Event, model: Path | None) -> Steps[ModelInUse]:
    """Read a model's header and this site's record of it."""
    yield Progressed(Stage.READING_MODEL, 0, None)
    return read_model_in_use(model)


@as_job
def choose_point_job(
    cancel: threading.Event, model: Path | None, wish: Wish | None, error: float | None
) -> Steps[ModelInUse]:
    """Select an operating point for this computer.

    wish: None restores the model's own point. error: error rate of the review band, 0..1.
    """
    header = read_header(model or bundled_model_path())
    if wish is None:
        restore_own_point(header)
    else:
        select_point(header, wish, error)
    return (yield from show_model_job(model)(cancel))


@as_job
def evaluate_job(
    cancel: threading.Event, model: Path | None, source: Path, preparation: Preparation
) -> Steps[Evaluation | None]:
    """Evaluate a model on films it was not built from; None if cancelled."""
    from core.evaluation.evaluate import evaluate

    freeze_torch()
    return (yield from evaluate(model, source, None, cancel, preparation, unseen=True))


@as_job
def save_evaluation_job(_cancel: threading.Event, evaluation: Evaluation, folder: Path) -> Steps[Path]:
    """Write metrics.json, report.html, report.pdf and the plots; returns the PDF."""
    from core.evaluation.report_files import write_evaluation

    yield Progressed(Stage.WRITING, 0, None)
    write_evaluation(evaluation, folder)
    return folder / "report.pdf"


@as_job
def save_document_job(_cancel: threading.Event, document: Document, path: Path, one_page: bool = False) -> Steps[Path]:
    """Write a document as PDF; returns `path`."""
    yield Progressed(Stage.WRITING, 0, None)
    write_pdf(document, path, one_page, overwrite=True)  # the dialog has asked
    return path


@as_job
def acceptance_job(
    cancel: threading.Event, model: Path | None, order: AcceptanceOrder, folder: Path
) -> Steps[AcceptanceResult | None]:
    """Run the acceptance test and write it to `folder`; None if cancelled."""
    from core.evaluation.acceptance_test import run_acceptance_test

    freeze_torch()
    return (yield from run_acceptance_test(model, order.source, folder, cancel, order.target, order.signed_by))


@as_job
def export_onnx_job(cancel: threading.Event, model: Path | None, path: Path) -> Steps[Path]:
    """Write a model as an ONNX file; returns its path."""
    freeze_torch()
    from core.exports.onnx_file import export_onnx

    return (yield from export_onnx(model, path, cancel)).path
