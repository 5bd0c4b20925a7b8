"""Results of jobs on models."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """Outputs of the bundled model on known inputs, and the stored expected outputs.

    engine: sentences on how films are scored on this computer, and why in no quicker way.
    """

    model: str
    answers: tuple[float, ...]
    expected: tuple[float, ...]
    seconds: float
    engine: str = ""


@dataclass(frozen=True, slots=True)
class OnnxExport:
    """A model that was written as an ONNX file.

    difference: largest one of a probability from this program's own, in full precision, on phantoms.
    """

    path: Path
    model: str
    difference: float
