"""Turn a model of two classes round: the other class becomes its finding."""

import copy
import math
from pathlib import Path
from typing import Any, Final

import torch

from core.input_checks.drift import DRIFT, SCORE
from core.models.calibration import Calibration
from core.models.model_file import load_model, save_model
from core.models.model_header import CARD, HEAT_SCALE, SEAL, VALIDATION, ModelHeader, bundled_model_path
from core.models.predictions import Predictions
from core.models.source_figures import LITERATURE_ENTRY, SOURCES
from core.system.errors import JobFailed, Reason
from core.system.language import tr
from core.system.outputs import FOREIGN, check_output

# entries that save_model writes itself
OWN_ENTRIES: Final = frozenset(
    {"format", "app_version", "architecture", "classes", "preprocessing", "temperature", "threshold", "review_band",
     "band_error", "self_test", "sha256", CARD, SEAL}
)  # fmt: skip


def turn_model(model: Path | None, output: Path) -> ModelHeader:
    """Write a model that gives 1 - p where `model` gives p for its finding; return its header.

    The last layer is negated, the threshold and the review band are mirrored, and so are the
    predictions on validation films. Figures, on test films and for each source, are left out, since
    they are of the other finding: evaluate the new model. model: None is the bundled one. Raises JobFailed.
    """
    path = model or bundled_model_path()
    check_output(output, FOREIGN)
    loaded = load_model(path)
    header = loaded.header
    if header.threshold is None:
        sentence = tr("{path} has more than two classes, so it has no other finding.", path=path)
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    network = copy.deepcopy(loaded.network)
    with torch.no_grad():
        network.head.weight.neg_()
        network.head.bias.neg_()
    classes = (header.classes[1], header.classes[0])
    entries = _mirror_entries(header)
    save_model(
        output, header.architecture, classes, network, loaded.preprocessing, _mirror(header.calibration), entries
    )
    return load_model(output).header


def _mirror(calibration: Calibration) -> Calibration:
    """Return the calibration for 1 - p: films at a bound stay on its side."""
    low, high = calibration.review_band
    assert calibration.threshold is not None  # of two classes
    band = (_mirror_bound(high), _mirror_bound(low))
    return Calibration(calibration.temperature, _mirror_bound(calibration.threshold), band, calibration.band_error)


def _mirror_bound(bound: float) -> float:
    """Return the bound b' with 1 - p >= b' exactly where p < bound."""
    return math.nextafter(1 - bound, math.inf)


def _mirror_entries(header: ModelHeader) -> dict[str, Any]:
    """Return the header's other entries, with what depends on the finding mirrored or left out."""
    entries = {key: value for key, value in header.content.items() if key not in OWN_ENTRIES}
    # figures, and the scale of heat maps, are of the other finding
    entries |= {"metrics": None, SOURCES: None, LITERATURE_ENTRY: None, HEAT_SCALE: None}
    if header.validation is not None:
        of = header.validation
        entries[VALIDATION] = Predictions(1 - of.labels, -of.logits, of.patients, of.films, of.unlike).to_json_object()
    if drift := entries.get(DRIFT):
        scores = [round(1 - score, 6) for score in drift.get(SCORE, ())]
        entries[DRIFT] = {**drift, SCORE: sorted(scores)} if scores else drift
    return entries
