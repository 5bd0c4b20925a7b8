"""Build jobs on a dataset: audit, preview of the intake, label errors, demo."""

import threading
from collections.abc import Generator
from pathlib import Path

from core.datasets.preparation import (
    AS_IT_IS,
    Preparation,
    load_kept_preparation,
    preparation_path,
    save_preparation,
)
from core.jobs.events import Progressed, Stage
from gui.jobs.jobs import freeze_torch
from gui.jobs.worker import Job


def label_errors_job(source: Path, model: Path | None, preparation: Preparation) -> Job:
    """Search for labels that may be wrong; returns a Finding, or None if cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation.label_errors import find_label_errors

        freeze_torch()
        return (yield from find_label_errors(source, model, cancel, preparation))

    return job


def audit_job(source: Path, preparation: Preparation | None) -> Job:
    """Read and check a dataset; returns an AuditResult.

    preparation: how to read the dataset, saved once the audit has completed. None: the saved one.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.datasets.audit import audit
        from core.models.model_gate import read_bundled_gate

        chosen = load_kept_preparation(source) if preparation is None else preparation
        result = yield from audit(source, cancel, chosen, read_bundled_gate())
        if result.completed and preparation is not None:
            save_preparation(preparation, preparation_path(source))
        return result

    return job


def open_job(source: Path) -> Job:
    """Open a dataset: read and check it, with the preparation kept for it.

    Returns an AuditResult; for a label list that was never opened, an IntakePreview, so that its
    columns can be shown before it is read.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        is_known = source.is_dir() or preparation_path(source).exists()
        chosen = audit_job(source, None) if is_known else inspect_job(source, AS_IT_IS)
        return (yield from chosen(cancel))

    return job


def inspect_job(source: Path, preparation: Preparation) -> Job:
    """Preview how a dataset would be read; returns an IntakePreview."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        from core.datasets.intake import inspect_source

        yield Progressed(Stage.READING_DATASET, 0, None)
        return inspect_source(source, preparation)

    return job


def demo_job(folder: Path) -> Job:
    """Generate the synthetic phantoms in `folder` and audit them like any dataset.

    Returns an AuditResult, or None if cancelled before the audit.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.datasets.audit import audit
        from core.datasets.demo import make_demo
        from core.models.model_gate import read_bundled_gate

        dataset = yield from make_demo(folder, cancel)
        return None if cancel.is_set() else (yield from audit(dataset, cancel, gate=read_bundled_gate()))

    return job
