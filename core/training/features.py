"""Compute the features of films once, for phases in which the backbone is fixed."""

import threading
from collections.abc import Generator, Mapping

import numpy as np
import torch
from torch import Tensor

from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.networks.architectures import Network
from core.networks.device import Compute
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range

FEATURE_SPLITS = (Split.TRAINING, Split.VALIDATION)


def extract_features(
    network: Network,
    compute: Compute,
    preprocessing: Preprocessing,
    splits: Mapping[Split, DecodedFilms],
    batch_size: int,
    cancel: threading.Event,
) -> Generator[Progressed, None, dict[Split, Tensor]]:
    """Return the features (n, features) of FEATURE_SPLITS, without augmentation; none if cancelled."""
    pace, done = Pace(Stage.EXTRACTING_FEATURES, sum(len(splits[split].labels) for split in FEATURE_SPLITS)), 0
    features: dict[Split, Tensor] = {}
    network.eval()
    for split in FEATURE_SPLITS:
        rows = []
        for first in range(0, len(splits[split].labels), batch_size):
            if cancel.is_set():
                return {}
            pixels = torch.from_numpy(np.array(splits[split].pixels[first : first + batch_size]))
            films = network_input(to_unit_range(pixels.to(compute.device)), preprocessing)
            with torch.inference_mode(), compute.autocast():
                rows.append(network.backbone(films).float())
            done += len(films)
            if progress := pace.progress_at(done):
                yield progress
        features[split] = torch.cat(rows).clone()  # outside of the inference mode: the head trains on it
    return features
