"""Build jobs on a model: model card, operating point, evaluation, acceptance test, reports."""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from core.datasets.preparation import Preparation
from core.documents.document import Document
from core.documents.pdf import write_pdf
from core.evaluation.evaluation import Evaluation
from core.jobs.events import Progressed, Stage
from core.models.model_card import build_card_document
from core.models.model_header import ModelHeader, bundled_model_path, read_header
from core.models.operating_point import Wish
from core.models.point_selection import restore_own_point, select_point
from core.models.site_record import apply_site_record, format_point, format_validation
from gui.jobs.jobs import freeze_torch
from gui.jobs.worker import Job


@dataclass(frozen=True, slots=True)
class AcceptanceOrder:
    """What to run an acceptance test on.

    source: the films. sensitivity, specificity: least values to be shown, 0..1. signed_by: may be
    empty.
    """

    source: Path
    sensitivity: float
    specificity: float
    signed_by: str


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model as used on this computer, with its card.

    header: at the operating point in use. point, acceptance: the operating point, and whether the
    model was accepted here, as sentences.
    """

    header: ModelHeader
    point: str
    is_accepted: bool
    acceptance: str
    card: Document


def show_model_job(model: Path | None) -> Job:
    """Read a model's header and this site's record of it; returns a ModelSummary.

    model: None for the bundled one, here and in the other jobs of this module.
    """

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_MODEL, 0, None)
        header = apply_site_record(read_header(model or bundled_model_path()))
        accepted, sentence = format_validation(header)
        return ModelSummary(header, format_point(header), accepted, sentence, build_card_document(header))

    return job


def choose_point_job(model: Path | None, wish: Wish | None, error: float | None) -> Job:
    """Select an operating point for this computer; returns a ModelSummary.

    wish: None restores the model's own point. error: error rate of the review band, 0..1.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        header = read_header(model or bundled_model_path())
        if wish is None:
            restore_own_point(header)
        else:
            select_point(header, wish, error)
        return (yield from show_model_job(model)(cancel))

    return job


def evaluate_job(model: Path | None, source: Path, preparation: Preparation) -> Job:
    """Evaluate a model on films it was not built from; returns an Evaluation, None if cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation.evaluate import evaluate

        freeze_torch()
        return (yield from evaluate(model, source, None, cancel, preparation, unseen=True))

    return job


@dataclass(frozen=True, slots=True)
class SaveResult:
    """A file that was written."""

    path: Path


def save_evaluation_job(evaluation: Evaluation, folder: Path) -> Job:
    """Write metrics.json, report.html, report.pdf and the plots; returns a SaveResult."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation.report_files import write_evaluation

        yield Progressed(Stage.WRITING, 0, None)
        write_evaluation(evaluation, folder)
        return SaveResult(folder / "report.pdf")

    return job


def save_document_job(document: Document, path: Path, one_page: bool = False) -> Job:
    """Write a document as PDF; returns a SaveResult."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.WRITING, 0, None)
        write_pdf(document, path, one_page, overwrite=True)  # the dialog has asked
        return SaveResult(path)

    return job


def acceptance_job(model: Path | None, order: AcceptanceOrder, folder: Path) -> Job:
    """Run the acceptance test and write it to `folder`.

    Returns an AcceptanceResult, or None if cancelled.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation.acceptance_test import run_acceptance_test
        from core.evaluation.evaluation import Target

        freeze_torch()
        target = Target(order.sensitivity, order.specificity)
        return (yield from run_acceptance_test(model, order.source, folder, cancel, target, order.signed_by))

    return job
