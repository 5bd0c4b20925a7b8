"""Read the input gate that a model's file carries."""

from pathlib import Path

from core.input_checks.gate import Gate, parse_gate
from core.models.model_header import GATE, ModelHeader, bundled_model_path, invalid_model, read_header


def read_gate(header: ModelHeader, path: Path) -> Gate | None:
    """Return the gate in the header of the model file `path`, None in files of old versions.

    Raises JobFailed (model_invalid).
    """
    try:
        return parse_gate(header.content.get(GATE))
    except ValueError as error:
        raise invalid_model(path, str(error)) from error


def read_bundled_gate() -> Gate | None:
    """Return the gate of the bundled model, which knows frontal chest films."""
    path = bundled_model_path()
    return read_gate(read_header(path), path)
