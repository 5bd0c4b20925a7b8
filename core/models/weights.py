"""Read a model file's weights without torch, and notice if they were changed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from core.models.model_header import ModelHeader, invalid_model
from core.system.language import tr

Weights = dict[str, npt.NDArray[Any]]


def digest_weights(weights: Mapping[str, npt.NDArray[Any]]) -> str:
    """Return the SHA-256 of all names, types, shapes and bytes, in hexadecimal digits.

    Neither safetensors nor torch notices overwritten weights. Types are named as in torch.
    """
    digest = hashlib.sha256()
    for key in sorted(weights):
        value = weights[key]
        digest.update(f"{key} torch.{value.dtype} {value.shape}\n".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()


def read_weights(path: Path, header: ModelHeader) -> Weights:
    """Return the weights in a model file by name, as they were saved. header: of the same file.

    Raises JobFailed (model_invalid).
    """
    try:
        weights = load_file(path)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise invalid_model(path, tr("it is truncated or damaged")) from error
    if digest_weights(weights) != header.content["sha256"]:
        why = tr("its weights were changed after it was saved; get a new copy from its source")
        raise invalid_model(path, why)
    return weights
