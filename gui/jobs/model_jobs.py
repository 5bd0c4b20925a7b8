"""Build jobs on models."""

import threading
from collections.abc import Generator
from pathlib import Path

from gui.jobs.jobs import freeze_torch
from gui.jobs.worker import Job


def export_onnx_job(model: Path | None, path: Path) -> Job:
    """Write a model, or the bundled one for None, as an ONNX file; returns an OnnxExport."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        freeze_torch()
        from core.exports.onnx_file import export_onnx

        return (yield from export_onnx(model, path, cancel))

    return job
