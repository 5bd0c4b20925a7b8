"""A network that learns: its batches, steps and epochs."""

import itertools
import random
import threading
from collections.abc import Generator
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import update_bn

from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.jobs.events import Noted, Progressed
from core.models.model_file import compute_logits
from core.networks.architectures import Network, build_network
from core.networks.augmentation import augment
from core.networks.device import Compute, choose_compute, has_depthwise
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import Recipe
from core.training.distributed import agree_to_stop, share_statistics
from core.training.epoch_meter import EpochMeter
from core.training.events import BatchEnded
from core.training.features import FEATURE_SPLITS, extract_features
from core.training.gradients import Batch, BatchResult, compute_gradients
from core.training.initial_weights import load_initial_weights
from core.training.optimization import compute_class_weights, compute_loss, compute_rate
from core.training.phase import begin_phase
from core.training.time_estimate import TimeEstimate
from core.training.training_data import TrainingData
from core.training.validation import Validation, measure_validation

LearnerEvent = Progressed | BatchEnded | Noted
BATCH_NORM_FILMS = 256  # training films for BatchNorm's statistics before validation


class Draws(NamedTuple):
    """Random numbers for order and augmentation, and for the weights of mixup."""

    generator: torch.Generator
    mixing: random.Random


def build_learner(
    recipe: Recipe, data: TrainingData, cancel: threading.Event, resume: bool = False
) -> Generator[Progressed | Noted, None, "Learner | None"]:
    """Build the recipe's network on its device with its initial weights; return None if cancelled.

    resume: a checkpoint will replace the weights, so that none are loaded.
    Raises JobFailed as `load_initial_weights` does.
    """
    torch.manual_seed(recipe.seed)
    network = build_network(recipe.architecture, len(data.dataset.classes))
    compute = choose_compute(depthwise=has_depthwise(network))
    if not resume and not (yield from load_initial_weights(network, recipe, data.dataset.classes, cancel)):
        return None
    network.to(compute.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Learner(recipe, data.splits, network, compute)


class Learner:
    """The state of a training: network, phase, cached features, and how many films fit into memory.

    network, compute: the network is on its device, with its initial weights. part_size: films in one
    forward pass. preprocessing: of training and validation films in the present epoch.
    """

    def __init__(self, recipe: Recipe, splits: dict[Split, DecodedFilms], network: Network, compute: Compute) -> None:
        self.recipe, self.splits, self.network, self.compute = recipe, splits, network, compute
        self.preprocessing = Preprocessing(recipe.image_size_px, recipe.normalisation)
        self.part_size = recipe.batch_size
        self.phase = begin_phase(recipe, network, compute, fine_tuning=recipe.frozen_epochs == 0)
        self.time_estimate = TimeEstimate(recipe, {split: len(films.labels) for split, films in splits.items()})
        self._features: dict[Split, Tensor] = {}
        self._labels = torch.from_numpy(splits[Split.TRAINING].labels)
        classes = max(2, network.head.out_features)
        self._class_weights = compute_class_weights(self._labels, classes) if recipe.class_weights else None
        self._loss = partial(compute_loss, weights=self._class_weights, smoothing=recipe.label_smoothing)

    def begin_phase(self, fine_tuning: bool) -> None:
        """Begin training the layers of the recipe's depth, or the head alone."""
        self.phase = begin_phase(self.recipe, self.network, self.compute, fine_tuning)

    def prepare_epoch(self, epoch: int, cancel: threading.Event) -> Generator[LearnerEvent, None, None]:
        """Begin the phase of an epoch, counted from 0, and do what must be done once before it."""
        if epoch >= self.recipe.frozen_epochs and not self.phase.fine_tuning:
            self.begin_phase(fine_tuning=True)
        if self.phase.on_features and not self._features:
            films = sum(len(self.splits[split].labels) for split in FEATURE_SPLITS)
            with self.time_estimate.time_inference(epoch, films):
                self._features = yield from extract_features(
                    self.network, self.compute, self.preprocessing, self.splits, self.recipe.batch_size, cancel
                )
        if self.time_estimate.needs_trial(epoch):
            yield from self._try_full_size()

    def train_epoch(self, epoch: int, cancel: threading.Event) -> Generator[LearnerEvent, None, EpochMeter]:
        """Train on every film once; order and augmentation depend only on seed and epoch.

        If cancelled, stops after the current batch. Sets the film size that validation uses until the
        next epoch.
        """
        self.preprocessing = Preprocessing(self.recipe.size_px_of(epoch), self.recipe.normalisation)
        draws = self._seed(epoch)
        order = torch.randperm(len(self._labels), generator=draws.generator)
        batches = [films for films in order.split(self.recipe.batch_size) if len(films) > 1]  # for BatchNorm
        meter = EpochMeter(self.recipe, epoch, len(batches), self.time_estimate)
        for number, films in enumerate(batches):
            if agree_to_stop(cancel, self.compute.device):
                break
            rate = compute_rate(self.recipe, self.phase.fraction_done(epoch, number / len(batches)))
            with meter.time_batch(len(films)):
                result = yield from self._step(films, rate, draws)
            yield from meter.count_batch(len(films), rate, result)
        share_statistics(self.network, self.phase.averaged_network)
        if not self.phase.on_features:
            with self.time_estimate.time_training(epoch, 0):
                self._update_batch_norm(order[:BATCH_NORM_FILMS], draws, cancel)
        return meter

    def take_step(self, rate: float, number: int) -> Generator[LearnerEvent, None, float]:
        """Take one step at the given rate on films chosen by seed and `number`; return its loss."""
        draws = self._seed(number)
        films = torch.randperm(len(self._labels), generator=draws.generator)[: self.recipe.batch_size]
        return (yield from self._step(films, rate, draws)).loss

    def _seed(self, number: int) -> Draws:
        """Seed all random numbers of an epoch, or of a single step."""
        seed = self.recipe.seed * 100_003 + number
        torch.manual_seed(seed)  # of dropout
        return Draws(torch.Generator().manual_seed(seed), random.Random(seed))

    def _step(self, films: Tensor, rate: float, draws: Draws) -> Generator[LearnerEvent, None, BatchResult]:
        """Take one optimizer step on training films, given by their indices (n,)."""
        alpha = self.recipe.mixup_alpha
        mix = draws.mixing.betavariate(alpha, alpha) if alpha else 1.0
        inputs = self._make_inputs(films, draws, mix)
        result = yield from self._compute_gradients(Batch(inputs, self._labels[films].to(self.compute.device), mix))
        self.phase.take_step(rate)
        return result

    def _compute_gradients(self, batch: Batch) -> Generator[LearnerEvent, None, BatchResult]:
        result = yield from compute_gradients(self.phase.model, batch, self._loss, self.phase.compute, self.part_size)
        self.part_size = result.part_size
        return result

    def _make_inputs(self, films: Tensor, draws: Draws, mix: float = 1.0) -> Tensor:
        """Return cached features, or augmented films as input of the network. mix: as in `Batch`."""
        if self.phase.on_features:
            return _mix(self._features[Split.TRAINING][films], mix)
        pixels = torch.from_numpy(np.array(self.splits[Split.TRAINING].pixels[films.numpy()])).to(self.compute.device)
        augmented = augment(to_unit_range(pixels), self.recipe.augmentation, draws.generator)
        return network_input(_mix(augmented, mix), self.preprocessing)

    def _update_batch_norm(self, films: Tensor, draws: Draws, cancel: threading.Event) -> None:
        """Recompute the averaged network's BatchNorm statistics on augmented training films.

        Its own statistics are a running mean that lags behind its weights; in a training of few
        steps the lag makes its predictions useless (Izmailov et al. 2018 recompute them for the
        same reason). Stops when cancelled.
        """
        parts = [part for part in films.split(self.part_size) if len(part) > 1]
        uncancelled = itertools.takewhile(lambda _: not cancel.is_set(), parts)
        with self.compute.autocast():
            update_bn((self._make_inputs(part, draws) for part in uncancelled), self.phase.averaged_network)

    def _try_full_size(self) -> Generator[LearnerEvent, None, None]:
        """Measure time and memory of a batch at full size; no weight is changed.

        The batch is computed twice: the first time includes setup that later batches of that size reuse.
        """
        self.preprocessing = Preprocessing(self.recipe.image_size_px, self.recipe.normalisation)
        buffers = [buffer.clone() for buffer in self.network.buffers()]
        films = torch.arange(len(self._labels))[: self.recipe.batch_size]
        labels = self._labels[films].to(self.compute.device)
        yield from self._compute_gradients(Batch(self._make_inputs(films, self._seed(0)), labels))
        with self.time_estimate.time_training(self.recipe.all_epochs - 1, len(films)):
            yield from self._compute_gradients(Batch(self._make_inputs(films, self._seed(0)), labels))
        with torch.no_grad():
            for buffer, before in zip(self.network.buffers(), buffers, strict=True):
                buffer.copy_(before)

    def validate(self, epoch: int, cancel: threading.Event) -> Validation | None:
        """Score the validation films with the averaged network after an epoch; return None if cancelled.

        Raises JobFailed if the training has diverged.
        """
        network, films = self.phase.averaged_network, self.splits[Split.VALIDATION]
        if self.phase.on_features:
            with torch.inference_mode():
                logits = network.head(self._features[Split.VALIDATION]).float().cpu().numpy()
        else:
            with self.time_estimate.time_inference(epoch, len(films.labels)):
                logits = compute_logits(network, self.preprocessing, films.pixels, cancel)
        if cancel.is_set():
            return None
        return measure_validation(logits, films.labels, self._class_weights, self.recipe.kept_by)


def _mix(films: Tensor, mix: float) -> Tensor:
    """Blend each film or feature vector with its partner, see `Batch`."""
    return films if mix == 1 else mix * films + (1 - mix) * films.flip(0)
