"""A network in training: phases, epochs, optimizer steps and averaged weights."""

import itertools
import random
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.jobs.events import Noted, Progressed, Stage
from core.jobs.progress import PROGRESS_SECONDS, Pace
from core.models.model_file import compute_logits
from core.networks.architectures import Network, build_network, unfreeze
from core.networks.augmentation import augment
from core.networks.device import choose_compute, has_depthwise
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import Depth, Recipe
from core.training.distributed import agree_to_stop, share_statistics, wrap_parallel
from core.training.events import BatchEnded
from core.training.gradients import Gradients
from core.training.optimization import AveragedWeights, compute_class_weights, compute_loss, make_optimizer, set_rate
from core.training.time_estimate import TimeEstimate

LearnerEvent = Progressed | BatchEnded | Noted
BATCH_NORM_FILMS = 256  # training films for BatchNorm's statistics before validation


@dataclass(frozen=True, slots=True)
class EpochStatistics:
    """Result of one epoch: mean loss, accuracy, last learning rate, films per second."""

    loss: float
    accuracy: float
    learning_rate: float
    films_per_second: float


@dataclass(slots=True)
class _Totals:
    """Sums over the batches of an epoch. seconds: of training, without pauses between events."""

    loss: float = 0.0
    correct: float = 0.0
    films: int = 0
    seconds: float = 0.0

    def add(self, films: int, loss: float, correct: float, seconds: float) -> None:
        """Add a batch of `films` films. loss: their mean."""
        self.loss += loss * films
        self.correct += correct
        self.films += films
        self.seconds += seconds

    def summarise(self, rate: float) -> EpochStatistics:
        """Return the means; zeros before the first batch. rate: the last learning rate."""
        films = max(self.films, 1)
        return EpochStatistics(self.loss / films, self.correct / films, rate, self.films / max(self.seconds, 1e-9))


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of epochs in which the same parameters train.

    fine_tuning: the recipe's depth trains, else only the head. on_features: the backbone is fixed,
    so the head trains on cached features. parallel: the network, with gradients averaged over
    processes. start: the first epoch. epochs: how many.
    """

    fine_tuning: bool
    on_features: bool
    optimizer: torch.optim.Optimizer
    average: AveragedWeights
    parallel: nn.Module
    start: int
    epochs: int

    @classmethod
    def begin(cls, recipe: Recipe, network: Network, fine_tuning: bool) -> "Phase":
        """Freeze and unfreeze layers, and start optimizer and averaged weights from scratch."""
        backbone = unfreeze(network, recipe.architecture, recipe.depth if fine_tuning else Depth.HEAD)
        on_features = not backbone
        return cls(
            fine_tuning=fine_tuning,
            on_features=on_features,
            optimizer=make_optimizer(recipe, network.head, backbone),
            average=AveragedWeights.of(network, recipe.averaging_decay),
            parallel=network if on_features else wrap_parallel(network),
            start=recipe.frozen_epochs if fine_tuning else 0,
            epochs=recipe.epochs if fine_tuning else recipe.frozen_epochs,
        )


class Learner:
    """The state of a network in training. First call `to_device` and `begin_phase`."""

    def __init__(self, recipe: Recipe, splits: dict[Split, DecodedFilms], classes: int) -> None:
        self.recipe, self.splits = recipe, splits
        self.preprocessing = Preprocessing(recipe.image_size_px, recipe.normalisation)
        self._labels = torch.from_numpy(splits[Split.TRAINING].labels)
        self.class_weights = compute_class_weights(self._labels, classes) if recipe.class_weights else None
        self.network = build_network(recipe.architecture, classes)
        self.compute = choose_compute(depthwise=has_depthwise(self.network))
        self.features: dict[Split, Tensor] = {}
        self.time_estimate = TimeEstimate(recipe, {split: len(films.labels) for split, films in splits.items()})
        self.gradients = Gradients(self.network, self._forward, self._loss, recipe.batch_size)
        self.phase: Phase  # set by begin_phase

    def to_device(self) -> None:
        """Move the network to its device; call it after loading the initial weights."""
        self.network.to(self.compute.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def begin_phase(self, fine_tuning: bool) -> None:
        """Begin training the layers of the recipe's depth, or the head alone."""
        self.phase = Phase.begin(self.recipe, self.network, fine_tuning)
        self.gradients.divided = not self.phase.on_features

    def extract_features(self, cancel: threading.Event) -> Generator[LearnerEvent, None, None]:
        """Compute the features (n, features) of all but the test films, once, if they are used."""
        if self.features or not self.phase.on_features:
            return
        splits = (Split.TRAINING, Split.VALIDATION)
        pace = Pace(Stage.EXTRACTING_FEATURES, sum(len(self.splits[split].labels) for split in splits))
        done = 0
        features: dict[Split, Tensor] = {}
        start = time.monotonic()
        self.network.eval()
        for split in splits:
            rows, size = [], self.recipe.batch_size
            for first in range(0, len(self.splits[split].labels), size):
                if cancel.is_set():
                    return
                with torch.inference_mode(), self.compute.autocast():
                    rows.append(self.network.backbone(self._input(split, slice(first, first + size))).float())
                done += len(rows[-1])
                if progress := pace.progress_at(done):
                    yield progress
            features[split] = torch.cat(rows).clone()
        self.time_estimate.add_inference(0, done, time.monotonic() - start)
        self.features = features

    def _input(self, split: Split, films: slice) -> Tensor:
        """Return films of a split as network input, not augmented."""
        pixels = torch.from_numpy(np.array(self.splits[split].pixels[films])).to(self.compute.device)
        return network_input(to_unit_range(pixels), self.preprocessing)

    def train_epoch(
        self, epoch: int, epochs: int, cancel: threading.Event
    ) -> Generator[LearnerEvent, None, EpochStatistics]:
        """Train on every film once; order and augmentation depend only on seed and epoch.

        epoch: counted from 0, of `epochs` in all. If cancelled, stops after the current batch.
        Sets the film size that validation uses until the next epoch.
        """
        if not self.phase.on_features and self.time_estimate.needs_trial(epoch):
            yield from self._try_full_size(epochs - 1)
        self.preprocessing = Preprocessing(self.recipe.size_px_of(epoch), self.recipe.normalisation)
        seed = self.recipe.seed * 100_003 + epoch
        generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        mixing = random.Random(seed)
        order = torch.randperm(len(self._labels), generator=generator)
        batches = [batch for batch in torch.split(order, self.recipe.batch_size) if len(batch) > 1]  # for BatchNorm
        totals, rate = _Totals(), 0.0
        reported = time.monotonic()
        for number, batch in enumerate(batches):
            if agree_to_stop(cancel, self.compute.device):
                break
            phase_fraction = (epoch - self.phase.start + number / len(batches)) / self.phase.epochs
            rate = set_rate(self.phase.optimizer, self.recipe, phase_fraction)
            start = time.monotonic()
            loss, correct = yield from self._step(batch, generator, mixing)
            now = time.monotonic()
            totals.add(len(batch), loss, correct, now - start)
            if not self.phase.on_features:
                self.time_estimate.add_training(epoch, len(batch), now - start)
            if now - reported >= PROGRESS_SECONDS or number + 1 == len(batches):
                reported = now
                left = self.time_estimate.seconds_left(epoch, (number + 1) / len(batches))
                speed = totals.films / totals.seconds
                early = self.recipe.patience_epochs > 0
                yield BatchEnded(epoch + 1, epochs, number + 1, len(batches), loss, speed, left, early)
        share_statistics(self.network, self.phase.average.network)
        if not self.phase.on_features:
            self._update_batch_norm(epoch, order[:BATCH_NORM_FILMS], generator, cancel)
        return totals.summarise(rate)

    def _update_batch_norm(
        self, epoch: int, films: Tensor, generator: torch.Generator, cancel: threading.Event
    ) -> None:
        """Recompute the averaged network's BatchNorm statistics on augmented training `films`.

        Its own statistics are a running mean that lags behind its weights; in a training of few
        steps the lag makes its predictions useless (Izmailov et al. 2018 recompute them for the
        same reason). Stops when cancelled.
        """
        start = time.monotonic()
        batches = [batch for batch in films.split(self.gradients.part_size) if len(batch) > 1]
        uncancelled = itertools.takewhile(lambda _: not cancel.is_set(), batches)
        inputs = (network_input(self._films(batch, 1.0, generator), self.preprocessing) for batch in uncancelled)
        with self.compute.autocast():
            update_bn(inputs, self.phase.average.network)
        self.time_estimate.add_training(epoch, 0, time.monotonic() - start)

    def _try_full_size(self, epoch: int) -> Generator[LearnerEvent, None, None]:
        """Measure time and memory of a batch at the full size of `epoch`; no weight is changed.

        The batch is computed twice: the first time includes setup that later batches of that size
        reuse.
        """
        self.preprocessing = Preprocessing(self.recipe.size_px_of(epoch), self.recipe.normalisation)
        buffers = [buffer.clone() for buffer in self.network.buffers()]
        batch = torch.arange(len(self._labels))[: self.recipe.batch_size]
        labels = self._labels[batch].to(self.compute.device)
        for _ in range(2):
            start = time.monotonic()
            films = self._films(batch, 1.0, torch.Generator().manual_seed(self.recipe.seed))
            yield from self.gradients.compute(films, labels)
            seconds = time.monotonic() - start
        self.time_estimate.add_training(epoch, len(batch), seconds)
        with torch.no_grad():
            for buffer, before in zip(self.network.buffers(), buffers, strict=True):
                buffer.copy_(before)

    def take_step(self, rate: float, number: int) -> Generator[LearnerEvent, None, float]:
        """Take one step at the given rate on films chosen by seed and `number`; return its loss."""
        generator = torch.Generator().manual_seed(self.recipe.seed * 100_003 + number)
        batch = torch.randperm(len(self._labels), generator=generator)[: self.recipe.batch_size]
        for group in self.phase.optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        loss, _ = yield from self._step(batch, generator, random.Random(number))
        return loss

    def _step(
        self, batch: Tensor, generator: torch.Generator, mixing: random.Random
    ) -> Generator[LearnerEvent, None, tuple[float, float]]:
        """Take one optimizer step on a batch of training films; return loss and correct films."""
        alpha = self.recipe.mixup_alpha
        mix = mixing.betavariate(alpha, alpha) if alpha else 1.0
        films = self._films(batch, mix, generator)
        labels = self._labels[batch].to(self.compute.device)
        loss, correct = yield from self.gradients.compute(films, labels, mix)
        self.phase.optimizer.step()
        self.phase.average.update()
        return loss, correct

    def _films(self, batch: Tensor, mix: float, generator: torch.Generator) -> Tensor:
        """Return the films of a batch: cached features, or augmented films (n, 1, size, size).

        mix: weight of each film, its partner in the batch has 1 - mix (mixup: Zhang et al. 2018).
        """
        if self.phase.on_features:
            films = self.features[Split.TRAINING][batch]
        else:
            pixels = torch.from_numpy(np.array(self.splits[Split.TRAINING].pixels[batch.numpy()]))
            films = augment(to_unit_range(pixels.to(self.compute.device)), self.recipe.augmentation, generator)
        return films if mix == 1 else mix * films + (1 - mix) * films.flip(0)

    def _forward(self, films: Tensor) -> Tensor:
        if self.phase.on_features:
            return self.network.head(films)  # type: ignore[no-any-return]
        self.network.train()
        with self.compute.autocast():
            return self.phase.parallel(network_input(films, self.preprocessing)).float()  # type: ignore[no-any-return]

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        weights = None if self.class_weights is None else self.class_weights.to(logits.device)
        return compute_loss(logits, labels, weights, self.recipe.label_smoothing)

    def compute_validation_loss(self, logits: npt.NDArray[np.float32]) -> float:
        """Return the loss of logits of the validation films, without label smoothing."""
        labels = torch.from_numpy(self.splits[Split.VALIDATION].labels)
        return float(compute_loss(torch.from_numpy(logits), labels, self.class_weights, 0.0))

    def compute_logits(self, split: Split, epoch: int, cancel: threading.Event) -> npt.NDArray[np.float32]:
        """Return the averaged network's logits after an epoch, from cached features if used."""
        network = self.phase.average.network
        if self.phase.on_features and split in self.features:
            with torch.inference_mode():
                return network.head(self.features[split]).float().cpu().numpy()  # type: ignore[no-any-return]
        start = time.monotonic()
        logits = compute_logits(network, self.preprocessing, self.splits[split].pixels, cancel)
        self.time_estimate.add_inference(epoch, len(logits), time.monotonic() - start)
        return logits
