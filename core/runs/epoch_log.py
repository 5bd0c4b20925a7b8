"""Write and read the log of a run's epochs, one JSON line each."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from core.system.files import append_flushed, explain_write_errors
from core.system.json_records import parse_record


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch has ended.

    Accuracy, AUC, sensitivity and specificity are fractions; the last two are at threshold 0.5.
    With more than two classes AUC is the mean over the classes, and sensitivity and specificity are
    None.
    """

    epoch: int
    epochs: int
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    validation_auc: float
    validation_sensitivity: float | None
    validation_specificity: float | None
    learning_rate: float
    films_per_second: float
    seconds: float
    is_best: bool


EVENTS: Final = "events.jsonl"


def log_epoch(run_dir: Path, ended: EpochEnded) -> None:
    """Append one line to the run's events.jsonl."""
    path = run_dir / EVENTS
    line = json.dumps({"event": "EpochEnded", **asdict(ended)}) + "\n"
    with explain_write_errors(path):
        append_flushed(path, line)


def read_epochs(run_dir: Path) -> tuple[EpochEnded, ...]:
    """Return the epochs of a run, each once: of an epoch repeated after a resume, the last entry.

    Lines that cannot be read, such as an incomplete last one, are skipped.
    """
    epochs: dict[int, EpochEnded] = {}
    try:
        lines = (run_dir / EVENTS).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    for line in lines:
        with suppress(ValueError, RecursionError):
            content = json.loads(line)
            if isinstance(content, dict) and content.pop("event", None) == "EpochEnded":
                ended = parse_record(EpochEnded, content)
                epochs[ended.epoch] = ended
    return tuple(epochs[number] for number in sorted(epochs))


def total_seconds(run_dir: Path) -> float:
    """Return the seconds of training and validation over all epochs of a run."""
    return sum(epoch.seconds for epoch in read_epochs(run_dir))
