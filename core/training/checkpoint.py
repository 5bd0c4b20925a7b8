"""Save and load checkpoints, from which an interrupted training is resumed."""

import hashlib
import io
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import torch

from core.models.calibration import Calibration
from core.system.errors import JobFailed, Reason
from core.system.files import write_atomically
from core.system.language import tr
from core.training.learner import Learner
from core.training.progress import TrainingProgress

MARK: Final = b"PneumoScreen checkpoint 2, SHA-256 "  # then the digest of the rest of the file, and a line end


def save_checkpoint(
    path: Path, learner: Learner, data: str, progress: TrainingProgress, calibration: Calibration | None
) -> None:
    """Write network, averaged weights, optimizer and progress atomically to `path`.

    data: fingerprint of the dataset. calibration: of the best model so far.
    Raises JobFailed (output_not_writable).
    """
    phase = learner.phase
    state = {
        **asdict(progress),
        "calibration": asdict(calibration) if calibration else None,
        "data": data,
        "recipe": learner.recipe.fingerprint,
        "device": learner.compute.device.type,
        "half": learner.compute.half,
        "part_size": learner.part_size,
        "fine_tuning": phase.fine_tuning,
        "network": learner.network.state_dict(),
        "average": phase.averaged_network.state_dict(),
        "average_steps": int(phase.average.n_averaged) - 1 if phase.average else 0,  # the first are the initial weights
        "optimizer": phase.optimizer.state_dict(),
    }
    content = io.BytesIO()
    torch.save(state, content)  # not to the file: torch reports a full disk with an error of its own
    values = content.getbuffer()
    write_atomically(path, lambda stream: stream.writelines((_first_line(values), values)))


def _first_line(values: bytes | memoryview) -> bytes:
    return MARK + hashlib.sha256(values).hexdigest().encode() + b"\n"


def load_checkpoint(path: Path, learner: Learner, data: str) -> tuple[TrainingProgress, Calibration | None]:
    """Restore the learner from `path`; return the progress, and the calibration of the best model so far.

    Raises JobFailed (nothing_to_resume) if the file is damaged, or the dataset or recipe changed.
    """
    state = _read_state(path)
    if state["data"] != data:
        sentence = tr(
            "The films, their classes or their splits have changed since this training was interrupted. "
            "Put them back as they were, or start a new training in another folder."
        )
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    if state["recipe"] != learner.recipe.fingerprint:
        sentence = tr(
            "The recipe in {folder} was changed since this training was interrupted. Put it back as it was, "
            "or start a new training in another folder.",
            folder=path.parent,
        )
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    if state["device"] == learner.compute.device.type:  # another type has its own precision and memory
        # as before the interruption, whatever a new measurement, or the memory that is free now, would give
        learner.compute = replace(learner.compute, half=state["half"])
        learner.part_size = state["part_size"]
    learner.begin_phase(fine_tuning=state["fine_tuning"])
    phase = learner.phase
    learner.network.load_state_dict(state["network"])
    phase.averaged_network.load_state_dict(state["average"])
    if phase.average is not None:
        phase.average.n_averaged.fill_(state["average_steps"] + 1)
    phase.optimizer.load_state_dict(state["optimizer"])
    progress = TrainingProgress(state["epoch"], state["best_epoch"], state["best_score"])
    calibration = state["calibration"]
    if calibration is None:
        return progress, None
    return progress, Calibration(**{**calibration, "review_band": tuple(calibration["review_band"])})


def _read_state(path: Path) -> dict[str, Any]:
    """Return the values in a checkpoint, whose SHA-256 is checked before any of them is read.

    Raises JobFailed (nothing_to_resume).
    """
    try:
        first_line, _, values = path.read_bytes().partition(b"\n")
        if first_line + b"\n" != _first_line(values):
            raise ValueError("SHA-256")
        return torch.load(io.BytesIO(values), map_location="cpu", weights_only=True)  # type: ignore[no-any-return]
    except Exception as error:  # torch raises errors of many types, also for files of other versions
        sentence = tr(
            "{path} is damaged, or of an earlier version, so the training cannot be resumed. Start a new one in "
            "another folder. A model that it made so far stays in {folder} and can be used.",
            path=path,
            folder=path.parent,
        )
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error
