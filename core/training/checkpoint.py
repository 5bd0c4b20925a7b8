"""What an interrupted training goes on from: network, averaged weights, optimizer, and how far it came."""

import io
from pathlib import Path
from typing import Any

import torch

from core.system.errors import JobFailed, Reason
from core.system.files import write_atomically
from core.system.language import tr
from core.training.learner import Learner


def save_checkpoint(path: Path, learner: Learner, data: str, reached: dict[str, Any]) -> None:
    """Write it whole or not at all. data: fingerprint of the dataset. reached: plain values, to come back among others.

    Raises JobFailed (output_not_writable).
    """
    state = {
        **reached,
        "data": data,
        "fine_tuning": learner.fine_tuning,
        "network": learner.network.state_dict(),
        "average": learner.average.network.state_dict(),
        "average_steps": learner.average.steps,
        "optimizer": learner.optimizer.state_dict(),
    }
    content = io.BytesIO()
    torch.save(state, content)  # not into the file: torch hides a full disk in an error of its own
    write_atomically(path, lambda stream: stream.write(content.getbuffer()))


def load_checkpoint(path: Path, learner: Learner, data: str) -> dict[str, Any]:
    """Bring the learner where it was; returns what was saved, with what was `reached` in it.

    Raises JobFailed (nothing_to_resume) where the file is damaged, or of a dataset that has changed since.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if state["data"] != data:
            sentence = tr("The dataset changed since this training was interrupted. Start a new training.")
            raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    except JobFailed:
        raise
    except Exception as error:  # torch raises whatever a damaged file led it to
        sentence = tr("{path} is damaged, so the training cannot go on.", path=path)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error
    learner.begin_phase(fine_tuning=state["fine_tuning"])
    learner.network.load_state_dict(state["network"])
    learner.average.network.load_state_dict(state["average"])
    learner.average.steps = state["average_steps"]
    learner.optimizer.load_state_dict(state["optimizer"])
    return state
