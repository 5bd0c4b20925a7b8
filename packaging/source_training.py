"""Train a network on films of several sources, whose labels, views and routes are balanced.

Every batch draws the same share of films from each source and label, so that neither source nor
route (digital original or copy) stands in for the label. Within RSNA both views are drawn more
evenly than they occur, since films taken from front to back are mostly ill.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from sources import COPIES, HANNOVER, KERMANY, NIH, NORMAL, OTHER, PNEUMONIA, RSNA, SIDE, Films
from torch import nn
from torch.nn import functional
from training_loop import BATCH, Schedule, fit
from views import View

from core.networks.architectures import ARCHITECTURES, Network
from core.networks.augmentation import affine_matrix, warp
from core.networks.device import choose_compute
from core.networks.preprocessing import Preprocessing, network_input
from core.recipes.recipe import Normalisation

INPUT = Preprocessing(SIDE, Normalisation.PER_FILM)
SHARES = {
    (KERMANY, PNEUMONIA): 0.20, (KERMANY, NORMAL): 0.18,
    (RSNA, PNEUMONIA): 0.21, (RSNA, NORMAL): 0.10, (RSNA, OTHER): 0.14,
    (COPIES, NORMAL): 0.11, (HANNOVER, PNEUMONIA): 0.05,
}  # fmt: skip
UNLABELLED_SHARES = {(NIH, NORMAL): 0.04, (NIH, PNEUMONIA): 0.04}  # only with targets from other networks
SMOOTHING = 0.03
OTHER_WEIGHT = 0.7  # of films that are ill without an opacity, as negatives
UNCHANGED_FRACTION = 0.3  # of batches that see films as they are
HEAD_RATE, BODY_RATE, WEIGHT_DECAY = 1e-3, 3e-4, 0.02
BOX_WEIGHT = 0.25  # of the localisation loss
BOX_SHARPNESS = 1.5  # of the softmax over positions, whose inputs have deviation 1
GREY_LIMITS = (0.25, 0.15, 0.08)  # of log gamma, contrast, brightness
GEOMETRY_LIMITS = (0.12, 0.1, 0.05, 0.08, 0.08)  # radians, log zoom, log stretch, shifts in half widths
STATISTICS_FILMS = 1024


class MapNetwork(nn.Module):
    """A network whose class activation maps (Zhou et al. 2016) are kept in each forward pass."""

    def __init__(self, network: Network, architecture: str) -> None:
        super().__init__()
        self.network = network.to(memory_format=torch.channels_last)
        layer = network.backbone.get_submodule(ARCHITECTURES[architecture].maps)
        layer.register_forward_hook(self._keep)
        self._maps = torch.empty(0)

    def _keep(self, _module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        self._maps = output

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (n,) and activation maps (n, side, side) of network input."""
        logits = self.network(inputs)[:, 0].float()
        weights = self.network.head.weight[0].float()
        return logits, (self._maps.float() * weights[:, None, None]).sum(1)


class Targets(NamedTuple):
    """What the network learns about each training film: probability and weight, (n,) each."""

    probabilities: torch.Tensor
    weights: torch.Tensor


@dataclass(frozen=True)
class Material:
    """Training films: their indices in `films`, (n,), their views and what is learned of them."""

    films: Films
    indices: np.ndarray
    views: list[View]
    targets: Targets

    def draw_weights(self, left_out: Sequence[str], with_unlabelled: bool) -> np.ndarray:
        """Return the probability with which each film is drawn, (n,), 0 for sources left out."""
        sources, labels = self.films.sources[self.indices], self.films.labels[self.indices]
        views, weights = self.films.views[self.indices], np.zeros(len(self.indices))
        shares = SHARES | UNLABELLED_SHARES if with_unlabelled else SHARES
        for (source, label), share in shares.items():
            parts = [(sources == source) & (labels == label) & (views == view) for view in ("AP", "PA")]
            if source != RSNA:
                parts = [(sources == source) & (labels == label)]
            roots = [part.sum() ** 0.5 for part in parts]
            for part, root in zip(parts, roots, strict=True):
                if source not in left_out and part.any():
                    weights[part] = share * root / sum(roots) / part.sum()
        return weights / weights.sum()


def make_targets(
    films: Films,
    indices: np.ndarray,
    answers: np.ndarray | None,
    fraction: float,
    kept: np.ndarray,
    kept_fraction: float,
) -> Targets:
    """Return what a network learns: labels, softened by the answers of other networks.

    answers: mean logits of teachers, (n,), with the weight `fraction`; None without teachers. kept:
    logits of the model that was trained on Kermany alone, (n,), which with `kept_fraction` keep what
    it knows of these films. Films of NIH ChestX-ray14 get the teachers' answers alone.
    """
    labels, sources = films.labels[indices], films.sources[indices]
    hard = torch.from_numpy(np.where(labels == PNEUMONIA, 1 - SMOOTHING, SMOOTHING)).float()
    of_children = torch.from_numpy(sources == KERMANY)
    old = torch.sigmoid(torch.from_numpy(kept)).float()
    targets = torch.where(of_children, (1 - kept_fraction) * hard + kept_fraction * old, hard)
    if answers is not None:
        taught = torch.sigmoid(torch.from_numpy(answers)).float()
        unlabelled = torch.from_numpy(sources == NIH)
        targets = torch.where(unlabelled, taught, (1 - fraction) * targets + fraction * taught)
    return Targets(targets, torch.from_numpy(np.where(labels == OTHER, OTHER_WEIGHT, 1.0)).float())


class SourceLoss:
    """The loss of a batch: cross-entropy with the targets, and heat inside the boxes."""

    def __init__(self, network: MapNetwork, material: Material) -> None:
        self._network, self._material = network, material

    def __call__(self, places: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
        """Return the loss of the training films at `places` (BATCH,), all in one view."""
        films, masks = self.draw_batch(places, rng)
        with choose_compute().autocast():
            logits, maps = self._network(network_input(films, INPUT))
        targets = self._material.targets
        losses = functional.binary_cross_entropy_with_logits(logits, targets.probabilities[places], reduction="none")
        loss = (losses * targets.weights[places]).mean()
        has_boxes = masks.sum((1, 2)) > 4
        if has_boxes.any():
            loss = loss + BOX_WEIGHT * compute_box_loss(maps[has_boxes], masks[has_boxes])
        return loss

    def draw_batch(self, places: np.ndarray, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return films (n, 1, 224, 224) and masks (n, 28, 28) of a random view, changed a little."""
        views, count = self._material.views, len(places)
        is_changed = rng.random() >= UNCHANGED_FRACTION
        films, masks = views[rng.integers(1, len(views)) if is_changed else 0].select(places)
        matrix = _draw_geometry(count, rng)
        films, masks = warp(films, matrix), warp(masks[:, None], matrix)[:, 0]
        gamma, contrast, brightness = (_draw_uniform(count, limit, rng).view(-1, 1, 1, 1) for limit in GREY_LIMITS)
        return (films.clamp_min(1e-4) ** gamma.exp() * (1 + contrast) + brightness).clamp(0, 1), masks


def _draw_geometry(count: int, rng: np.random.Generator) -> torch.Tensor:
    """Return matrices (n, 2, 3) that rotate, enlarge, stretch and shift a little; half mirror."""
    angle, zoom, aspect, shift_x, shift_y = (_draw_uniform(count, limit, rng) for limit in GEOMETRY_LIMITS)
    mirror = torch.where(_draw_uniform(count, 1, rng) < 0, -1.0, 1.0)
    return affine_matrix(angle, mirror, (zoom + aspect).exp(), (zoom - aspect).exp(), shift_x, shift_y)


def _draw_uniform(count: int, limit: float, rng: np.random.Generator) -> torch.Tensor:
    """Return a number in -limit..limit for each film, (n,)."""
    return torch.from_numpy(rng.uniform(-limit, limit, count)).float()


def compute_box_loss(maps: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """Return how little of the heat lies in the boxes: the mean negative logarithm of its share.

    maps: (n, side, side), of which a softmax over positions gives the heat. masks: (n, any, any).
    """
    inside = functional.adaptive_avg_pool2d(masks[:, None], maps.shape[-2:]).flatten(1)
    flat = maps.flatten(1)
    scale = flat.std(1, keepdim=True).detach().clamp_min(0.5)
    heat = torch.softmax(BOX_SHARPNESS * flat / scale, 1)
    return -(heat * inside).sum(1).clamp_min(1e-3).log().mean()


def train_on_sources(
    network: Network,
    architecture: str,
    material: Material,
    schedule: Schedule,
    path: Path,
    left_out: Sequence[str] = (),
    with_unlabelled: bool = False,
) -> Network:
    """Return the network, trained now or read from `path`, where its weights are then.

    left_out: sources of which no film is drawn. with_unlabelled: also draw films of NIH ChestX-ray14.
    """
    if not path.exists():
        wrapped = MapNetwork(network.requires_grad_(True), architecture)
        groups = [
            {"params": list(network.head.parameters()), "top": HEAD_RATE},
            {"params": list(network.backbone.parameters()), "top": BODY_RATE},
        ]
        loss = SourceLoss(wrapped, material)
        weights = material.draw_weights(left_out, with_unlabelled)
        optimizer = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY)
        fit(wrapped, optimizer, weights, loss, schedule, path.with_suffix(".unfinished"))
        _renew_statistics(wrapped, loss, weights, schedule.seed)
        torch.save(network.state_dict(), path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)
        path.with_suffix(".unfinished").unlink()
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval().requires_grad_(False)


def average_weights(networks: Sequence[Network], architecture: str, material: Material, seed: int) -> Network:
    """Return a network with the mean weights of several that were trained one from another.

    Wortsman et al. 2022, "Model soups". BatchNorm's statistics are computed anew.
    """
    average = copy.deepcopy(networks[0])
    states = [network.state_dict() for network in networks]
    means = {
        key: torch.stack([state[key] for state in states]).mean(0) if value.is_floating_point() else value
        for key, value in states[0].items()
    }
    average.load_state_dict(means)
    wrapped = MapNetwork(average, architecture)
    weights = material.draw_weights((), with_unlabelled=False)
    _renew_statistics(wrapped, SourceLoss(wrapped, material), weights, seed)
    return average.eval().requires_grad_(False)


@torch.inference_mode()
def _renew_statistics(network: MapNetwork, loss: SourceLoss, weights: np.ndarray, seed: int) -> None:
    """Compute BatchNorm's statistics of the averaged weights anew, as the mean over many batches."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    network.train()
    rng = np.random.default_rng(seed)
    for places in rng.choice(len(weights), (STATISTICS_FILMS // BATCH, BATCH), p=weights):
        with choose_compute().autocast():
            network(network_input(loss.draw_batch(places, rng)[0], INPUT))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
