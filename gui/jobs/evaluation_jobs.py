"""Starters of jobs about a model: its card, its operating point, evaluation, acceptance, doubtful labels."""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from core.datasets.preparation import Preparation
from core.documents.document import Document
from core.evaluation.evaluation import Evaluation
from core.jobs.events import Progressed, Stage
from core.models.model_card import card_document
from core.models.model_header import ModelHeader, bundled_model, read_header
from core.models.operating_point import Wish
from core.models.point_selection import chosen_point, own_point
from core.models.site_record import in_use, point_in_words, validation_here
from core.system.files import write_atomically
from gui.jobs.jobs import freeze_heavy
from gui.jobs.worker import Job


@dataclass(frozen=True, slots=True)
class AcceptanceOrder:
    """source: the films. sensitivity, specificity: to be shown at least, 0..1. signed_by: may be empty."""

    source: Path
    sensitivity: float
    specificity: float
    signed_by: str


@dataclass(frozen=True, slots=True)
class ModelShown:
    """A model as it answers on this computer, its operating point and whether it was accepted here, in words."""

    header: ModelHeader
    point: str
    is_accepted: bool
    acceptance: str
    card: Document


def showing_model(model: Path | None) -> Job:
    """Read what a model says of itself; returns ModelShown."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_MODEL, 0, None)
        header = in_use(read_header(model or bundled_model()))
        accepted, sentence = validation_here(header)
        return ModelShown(header, point_in_words(header), accepted, sentence, card_document(header))

    return job


def choosing_point(model: Path | None, wish: Wish | None, error: float | None) -> Job:
    """Use an operating point on this computer, None: the model's own; returns ModelShown."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        header = read_header(model or bundled_model())
        if wish is None:
            own_point(header)
        else:
            chosen_point(header, wish, error)
        return (yield from showing_model(model)(cancel))

    return job


def evaluating(model: Path | None, source: Path, preparation: Preparation) -> Job:
    """Evaluate on films that the model was not made with; returns an Evaluation, None where it was cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation.evaluate import evaluate

        freeze_heavy()
        return (yield from evaluate(model, source, None, cancel, preparation, unseen=True))

    return job


@dataclass(frozen=True, slots=True)
class Saved:
    """A file or folder was written."""

    path: Path


def saving_evaluation(evaluation: Evaluation, folder: Path) -> Job:
    """Write metrics.json, report.html, report.pdf and plots; returns Saved."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation.evaluate import write_evaluation

        yield Progressed(Stage.WRITING, 0, None)
        write_evaluation(evaluation, folder)
        return Saved(folder / "report.pdf")

    return job


def saving_document(document: Document, path: Path, one_page: bool = False) -> Job:
    """Write a document as PDF; returns Saved."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        from core.documents.pdf import pdf_of

        yield Progressed(Stage.WRITING, 0, None)
        content = pdf_of(document, one_page)
        write_atomically(path, lambda stream: stream.write(content))
        return Saved(path)

    return job


def accepting(model: Path | None, order: AcceptanceOrder, folder: Path) -> Job:
    """Do the acceptance test and write it into `folder`; returns an AcceptanceResult, None where it was cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation.acceptance_test import accept
        from core.evaluation.evaluation import Target

        freeze_heavy()
        target = Target(order.sensitivity, order.specificity)
        return (yield from accept(model, order.source, folder, cancel, target, order.signed_by))

    return job
