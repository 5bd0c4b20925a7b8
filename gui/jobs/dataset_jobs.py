"""Build jobs on a dataset: audit, preview of the intake, label errors, demo."""

import threading
from pathlib import Path

from core.datasets.events import AuditResult, Finding
from core.datasets.intake import IntakePreview
from core.datasets.preparation import AS_IT_IS, Preparation, preparation_path
from core.jobs.events import Progressed, Stage
from gui.jobs.jobs import freeze_torch
from gui.jobs.worker import Steps, as_job


@as_job
def label_errors_job(
    cancel: threading.Event, source: Path, model: Path | None, preparation: Preparation
) -> Steps[Finding | None]:
    """Search for labels that may be wrong; None if cancelled."""
    from core.evaluation.label_errors import find_label_errors

    freeze_torch()
    return (yield from find_label_errors(source, model, cancel, preparation))


@as_job
def audit_job(cancel: threading.Event, source: Path, preparation: Preparation | None) -> Steps[AuditResult]:
    """Read and check a dataset. preparation: how to read it, kept from then on; None: the kept one."""
    from core.datasets.audit import audit_kept
    from core.models.model_gate import read_bundled_gate

    return (yield from audit_kept(source, cancel, preparation, read_bundled_gate()))


@as_job
def open_job(cancel: threading.Event, source: Path) -> Steps[AuditResult | IntakePreview]:
    """Read and check a dataset with the preparation kept for it.

    Only previews a label list that was never opened, so that its columns can be shown before it is read.
    """
    if source.is_dir() or preparation_path(source).exists():
        return (yield from audit_job(source, None)(cancel))
    return (yield from inspect_job(source, AS_IT_IS)(cancel))


@as_job
def inspect_job(_cancel: threading.Event, source: Path, preparation: Preparation) -> Steps[IntakePreview]:
    """Preview how a dataset would be read."""
    from core.datasets.intake import inspect_source

    yield Progressed(Stage.READING_DATASET, 0, None)
    return inspect_source(source, preparation)


@as_job
def demo_job(cancel: threading.Event, folder: Path) -> Steps[AuditResult | None]:
    """Generate the synthetic phantoms in `folder` and audit them like any dataset; None if cancelled before that."""
    from core.datasets.audit import audit
    from core.datasets.demo import make_demo
    from core.models.model_gate import read_bundled_gate

    dataset = yield from make_demo(folder, cancel)
    return None if cancel.is_set() else (yield from audit(dataset, cancel, gate=read_bundled_gate()))
