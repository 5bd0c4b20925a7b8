"""Results of jobs on models."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """Outputs of the bundled model on known inputs, and the stored expected outputs.

    engine: how films are scored on this computer, and why in no quicker way.
    """

    model: str
    answers: tuple[float, ...]
    expected: tuple[float, ...]
    seconds: float
    engine: str = ""
