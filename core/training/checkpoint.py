"""Save and load checkpoints, from which an interrupted training is resumed."""

import io
from pathlib import Path
from typing import Any

import torch

from core.system.errors import JobFailed, Reason
from core.system.files import write_atomically
from core.system.language import tr
from core.training.learner import Learner


def save_checkpoint(path: Path, learner: Learner, data: str, progress: dict[str, Any]) -> None:
    """Write network, averaged weights, optimizer and `progress` atomically to `path`.

    data: fingerprint of the dataset. progress: further values to restore, of plain Python types.
    Raises JobFailed (output_not_writable).
    """
    phase = learner.phase
    state = {
        **progress,
        "data": data,
        "fine_tuning": phase.fine_tuning,
        "network": learner.network.state_dict(),
        "average": phase.average.network.state_dict(),
        "average_steps": phase.average.steps,
        "optimizer": phase.optimizer.state_dict(),
    }
    content = io.BytesIO()
    torch.save(state, content)  # not to the file: torch reports a full disk with an error of its own
    write_atomically(path, lambda stream: stream.write(content.getbuffer()))


def load_checkpoint(path: Path, learner: Learner, data: str) -> dict[str, Any]:
    """Restore the learner from `path`; return the saved values, including those of `progress`.

    Raises JobFailed (nothing_to_resume) if the file is damaged or the dataset has changed.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if state["data"] != data:
            sentence = tr("The dataset has changed since this training was interrupted. Start a new training.")
            raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    except JobFailed:
        raise
    except Exception as error:  # a damaged file makes torch raise errors of many types
        sentence = tr("{path} is damaged, so the training cannot be resumed.", path=path)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error
    learner.begin_phase(fine_tuning=state["fine_tuning"])
    phase = learner.phase
    learner.network.load_state_dict(state["network"])
    phase.average.network.load_state_dict(state["average"])
    phase.average.steps = state["average_steps"]
    phase.optimizer.load_state_dict(state["optimizer"])
    return state
