"""Save and load a model as one safetensors file: half-precision weights and a JSON header."""

import json
import threading
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save
from torch import Tensor

from core.models.calibration import Calibration
from core.models.known_answers import check_known_answers, draw_known_films
from core.models.model_card import build_card
from core.models.model_header import (
    CARD,
    FORMAT,
    KEY,
    SEAL,
    ModelHeader,
    bundled_model_path,
    compute_seal,
    invalid_model,
    locate_model,
    read_header,
)
from core.models.site_record import apply_site_record
from core.models.weights import digest_weights, read_weights
from core.networks.architectures import ARCHITECTURES, Network, build_network
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import Normalisation
from core.system.files import write_atomically
from core.system.language import tr
from core.system.product import VERSION

BATCH = 32


@dataclass(frozen=True, slots=True)
class Model:
    """A network with everything needed to use it, in evaluation mode. Not for training."""

    path: Path
    header: ModelHeader
    network: Network
    preprocessing: Preprocessing

    @property
    def calibration(self) -> Calibration:
        return self.header.calibration

    def logits(self, films: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return logits (n, outputs) of grey films (n, size, size) uint8 at the model's size."""
        return self.features_and_logits(films)[1]

    def features_and_logits(
        self, films: npt.NDArray[np.uint8], cancel: threading.Event | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return the input of the head (n, features) and `logits`; see `compute_features_and_logits`."""
        return compute_features_and_logits(self.network, self.preprocessing, films, cancel)

    def probabilities(self, films: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Return calibrated probabilities: (n,) of class 1, or (n, classes)."""
        return self.calibration.probabilities(self.logits(films))


def compute_logits(
    network: Network, preprocessing: Preprocessing, films: npt.NDArray[np.uint8], cancel: threading.Event | None = None
) -> npt.NDArray[np.float32]:
    """Return logits (n, outputs) float32 of grey films, in full precision.

    films: (n, size, size) uint8. Fewer rows are returned if `cancel` is set meanwhile.
    """
    return compute_features_and_logits(network, preprocessing, films, cancel)[1]


@torch.inference_mode()
def compute_features_and_logits(
    network: Network, preprocessing: Preprocessing, films: npt.NDArray[np.uint8], cancel: threading.Event | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the input of the head (n, features) and logits (n, outputs), both float32, in full precision.

    films: (n, size, size) uint8. Fewer rows are returned if `cancel` is set meanwhile.
    """
    device = next(network.parameters()).device
    network.eval()
    features: list[Tensor] = [torch.zeros(0, network.head.in_features)]
    logits: list[Tensor] = [torch.zeros(0, network.head.out_features)]
    for start in range(0, len(films), BATCH):
        if cancel is not None and cancel.is_set():
            break
        part = torch.from_numpy(np.array(films[start : start + BATCH])).to(device)
        features.append(network.backbone(network_input(to_unit_range(part), preprocessing)))
        logits.append(network.head(features[-1]).float().cpu())
        features[-1] = features[-1].float().cpu()
    return torch.cat(features).numpy(), torch.cat(logits).numpy()


def save_model(
    path: Path,
    architecture: str,
    classes: tuple[str, ...],
    network: Network,
    preprocessing: Preprocessing,
    calibration: Calibration,
    more: dict[str, Any],
) -> None:
    """Write a model file atomically, by temporary name and rename.

    more: further header entries as JSON values, such as recipe, metrics and data fingerprint.
    The header also stores the probabilities that the rounded weights give for the self-test films.
    """
    state = {key: _to_half_precision(value) for key, value in network.state_dict().items()}
    rounded = build_network(architecture, len(classes))
    rounded.load_state_dict(state)
    known = calibration.probabilities(compute_logits(rounded, preprocessing, draw_known_films(preprocessing.size_px)))
    content = {
        "format": FORMAT,
        "app_version": VERSION,
        "architecture": architecture,
        "classes": list(classes),
        "preprocessing": asdict(preprocessing),
        **asdict(calibration),
        "self_test": np.atleast_2d(known).tolist(),
        "gate": None,
        "sha256": digest_weights({key: value.numpy() for key, value in state.items()}),
        **more,
    }
    content[CARD] = build_card(content)
    content[SEAL] = compute_seal(json.loads(json.dumps(content, allow_nan=False)))
    data = save(state, {KEY: json.dumps(content, allow_nan=False)})
    write_atomically(path, lambda stream: stream.write(data))


def _to_half_precision(value: Tensor) -> Tensor:
    """Return the tensor on the CPU in half precision; integer counters keep their type."""
    value = value.detach().cpu().contiguous()
    return value.half() if value.is_floating_point() else value


def load_model(path: Path | None) -> Model:
    """Load and verify a model file, or the bundled model for None.

    Checked are the header, the SHA-256 of the weights, that they are finite, and the known answers.
    Raises JobFailed (model_invalid).
    """
    path = path or bundled_model_path()
    header = read_header(path)
    if header.architecture not in ARCHITECTURES:
        why = tr("its architecture {name!r} is not known to this version", name=header.architecture)
        raise invalid_model(path, why)
    weights = read_weights(path, header)
    network = build_network(header.architecture, len(header.classes))
    try:
        state = {name: torch.from_numpy(value) for name, value in weights.items()}
        network.load_state_dict(state)
        content = header.content
        stored = content["preprocessing"]
        preprocessing = Preprocessing(int(stored["size_px"]), Normalisation(stored["normalisation"]))
    except (RuntimeError, KeyError, TypeError, ValueError) as error:
        why = tr("it does not fit the architecture {name}", name=header.architecture)
        raise invalid_model(path, why) from error
    # checked in single precision: isfinite on half precision takes torch 50 times as long
    loaded = network.state_dict().values()
    if not all(bool(value.isfinite().all()) for value in loaded if value.is_floating_point()):
        raise invalid_model(path, tr("some of its weights are not finite numbers"))
    if header.likeness is not None and header.likeness.features != network.head.in_features:
        raise invalid_model(path, tr("it does not fit the architecture {name}", name=header.architecture))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model = Model(path, header, network.eval(), preprocessing)
    check_known_answers(path, header, model.probabilities(draw_known_films(preprocessing.size_px)))
    return model


@lru_cache(maxsize=1)
def _load_cached(path: Path, _size: int, _time_ns: int) -> Model:
    """Load the model file; size and modification time are part of the cache key."""
    return load_model(path)


def load_model_in_use(path: Path | None) -> Model:
    """Load a model as it is used on this computer: with the operating point chosen here, if any.

    The last model is cached while its file is unchanged, so reading single films has no delay.
    Raises JobFailed (model_invalid or operating_point_invalid).
    """
    model = _load_cached(*locate_model(path))
    return replace(model, header=apply_site_record(model.header))
