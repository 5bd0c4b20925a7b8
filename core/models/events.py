"""Results of jobs on models."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """The bundled model's answers on known inputs, beside the stored ones."""

    model: str
    answers: tuple[float, ...]
    expected: tuple[float, ...]
    seconds: float
