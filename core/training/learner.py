"""A network and all that changes its weights: phases, batches, steps. Keeps no file and judges no epoch."""

import itertools
import random
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.optim.swa_utils import update_bn

from core.datasets.dataset import Split
from core.datasets.decoded_films import DecodedFilms
from core.jobs.events import Noted, Progressed, Stage
from core.jobs.progress import PROGRESS_SECONDS, Pace
from core.models.model_file import compute_logits
from core.networks.architectures import build_network, unfreeze
from core.networks.augmentation import augment
from core.networks.device import choose_compute
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import Depth, Recipe
from core.training.distributed import agree_to_stop, share_statistics, wrap_parallel
from core.training.events import BatchEnded
from core.training.gradients import Gradients
from core.training.optimization import AveragedWeights, compute_class_weights, compute_loss, make_optimizer, set_rate
from core.training.time_estimate import TimeEstimate

LearnerEvent = Progressed | BatchEnded | Noted
SETTLING_FILMS = 256  # that BatchNorm's statistics are taken from before validation


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over the training films: mean loss, share of right calls, last learning rate, films a second."""

    loss: float
    accuracy: float
    learning_rate: float
    films_per_second: float


class Learner:
    """The state of a network in training. phase_start: the epoch at which the present phase began."""

    def __init__(self, recipe: Recipe, splits: dict[Split, DecodedFilms], classes: int) -> None:
        self.recipe, self.splits = recipe, splits
        self.compute = choose_compute()
        self.preprocessing = Preprocessing(recipe.image_size_px, recipe.normalisation)
        self._labels = torch.from_numpy(splits[Split.TRAINING].labels)
        self.class_weights = compute_class_weights(self._labels, classes) if recipe.class_weights else None
        self.network = build_network(recipe.architecture, classes)
        self.features: dict[Split, Tensor] = {}
        self.forecast = TimeEstimate(recipe, {split: len(films.labels) for split, films in splits.items()})
        self.gradients = Gradients(self.network, self._forward, self._loss, recipe.batch_size)

    def to_device(self) -> None:
        """Move the network to where it trains; call it after the starting weights are in place."""
        self.network.to(self.compute.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def begin_phase(self, fine_tuning: bool) -> None:
        """Make the optimizer of the head alone (cached features) or of all that the recipe lets train."""
        self.fine_tuning = fine_tuning
        depth = self.recipe.depth if fine_tuning else Depth.HEAD
        backbone = unfreeze(self.network, self.recipe.architecture, depth)
        self.on_features = not backbone
        self.gradients.divided = not self.on_features
        self.optimizer = make_optimizer(self.recipe, self.network.head, backbone)
        self.average = AveragedWeights.of(self.network, self.recipe.averaging_decay)
        self._parallel = self.network if self.on_features else wrap_parallel(self.network)
        self.phase_start = self.recipe.frozen_epochs if fine_tuning else 0
        self.phase_epochs = self.recipe.epochs if fine_tuning else self.recipe.frozen_epochs

    def extract_features(self, cancel: threading.Event) -> Generator[LearnerEvent, None, None]:
        """Features (n, features) of the unchanged backbone for training and validation films, computed once."""
        if self.features or not self.on_features:
            return
        splits = (Split.TRAINING, Split.VALIDATION)
        pace, done = Pace(Stage.EXTRACTING_FEATURES, sum(len(self.splits[split].labels) for split in splits)), 0
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
                if progress := pace.at(done):
                    yield progress
            features[split] = torch.cat(rows).clone()
        self.forecast.looked(0, done, time.monotonic() - start)
        self.features = features

    def _input(self, split: Split, which: slice) -> Tensor:
        """Films of a split as network input, unaugmented."""
        films = torch.from_numpy(np.array(self.splits[split].pixels[which])).to(self.compute.device)
        return network_input(to_unit_range(films), self.preprocessing)

    def pass_over(self, epoch: int, epochs: int, cancel: threading.Event) -> Generator[LearnerEvent, None, Pass]:
        """One pass over the training films, in an order and with changes that only seed and epoch decide.

        epoch: those finished before, of `epochs` in all. Stops after the present batch when cancelled.
        Validation until the next pass sees films as wide as this one does.
        """
        if not self.on_features and self.forecast.needs_trial(epoch):
            yield from self._try_full_size(epochs - 1)
        self.preprocessing = Preprocessing(self.recipe.size_px_of(epoch), self.recipe.normalisation)
        seed = self.recipe.seed * 100_003 + epoch
        generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        mixing = random.Random(seed)
        order = torch.randperm(len(self._labels), generator=generator)
        parts = [part for part in torch.split(order, self.recipe.batch_size) if len(part) > 1]  # BatchNorm needs two
        loss_sum = hits = films = rate = worked = 0.0  # worked: seconds, without those of a pause
        said = time.monotonic()
        for number, part in enumerate(parts):
            if agree_to_stop(cancel, self.compute.device):
                break
            rate = set_rate(
                self.optimizer, self.recipe, (epoch - self.phase_start + number / len(parts)) / self.phase_epochs
            )
            start = time.monotonic()
            loss, right = yield from self._step(part, generator, mixing)
            loss_sum, hits, films = loss_sum + loss * len(part), hits + right, films + len(part)
            now = time.monotonic()
            worked += now - start
            if not self.on_features:
                self.forecast.trained(epoch, len(part), now - start)
            if now - said >= PROGRESS_SECONDS or number + 1 == len(parts):
                said = now
                left = self.forecast.seconds_left(epoch, (number + 1) / len(parts))
                early, speed = self.recipe.patience_epochs > 0, films / worked
                yield BatchEnded(epoch + 1, epochs, number + 1, len(parts), loss, speed, left, early)
        share_statistics(self.network, self.average.network)
        if not self.on_features:
            self._settle_statistics(epoch, order[:SETTLING_FILMS], generator, cancel)
        return Pass(loss_sum / max(films, 1), hits / max(films, 1), rate, films / max(worked, 1e-9))

    def _settle_statistics(
        self, epoch: int, chosen: Tensor, generator: torch.Generator, cancel: threading.Event
    ) -> None:
        """Take BatchNorm's statistics of the averaged network anew, from the training films `chosen`, each changed.

        Those that it carries are a running mean, which lags behind its weights: in a training of few steps by so much
        that its answers are worthless (Izmailov et al. 2018 take them anew for the same reason). Ends when cancelled.
        """
        start = time.monotonic()
        parts = [part for part in chosen.split(self.gradients.part_size) if len(part) > 1]
        wanted = itertools.takewhile(lambda _: not cancel.is_set(), parts)
        batches = (network_input(self._films(part, 1.0, generator), self.preprocessing) for part in wanted)
        with self.compute.autocast():
            update_bn(batches, self.average.network)
        self.forecast.trained(epoch, 0, time.monotonic() - start)

    def _try_full_size(self, epoch: int) -> Generator[LearnerEvent, None, None]:
        """Learn what a batch of the size of `epoch`, of full size, costs in time and memory; changes no weight.

        It goes through twice, for the first one also sets up what all later ones of that size use.
        """
        self.preprocessing = Preprocessing(self.recipe.size_px_of(epoch), self.recipe.normalisation)
        statistics = [buffer.clone() for buffer in self.network.buffers()]
        part = torch.arange(len(self._labels))[: self.recipe.batch_size]
        labels = self._labels[part].to(self.compute.device)
        for _ in range(2):
            start = time.monotonic()
            films = self._films(part, 1.0, torch.Generator().manual_seed(self.recipe.seed))
            yield from self.gradients.that_fit(films, labels)
            seconds = time.monotonic() - start
        self.forecast.trained(epoch, len(part), seconds)
        with torch.no_grad():
            for buffer, before in zip(self.network.buffers(), statistics, strict=True):
                buffer.copy_(before)

    def single_step(self, rate: float, number: int) -> Generator[LearnerEvent, None, float]:
        """One step at a given rate on films that seed and `number` decide; gives its loss."""
        generator = torch.Generator().manual_seed(self.recipe.seed * 100_003 + number)
        part = torch.randperm(len(self._labels), generator=generator)[: self.recipe.batch_size]
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        loss, _ = yield from self._step(part, generator, random.Random(number))
        return loss

    def _step(
        self, part: Tensor, generator: torch.Generator, mixing: random.Random
    ) -> Generator[LearnerEvent, None, tuple[float, float]]:
        """One step of the optimizer on the training films `part`; gives loss and films called right."""
        share = mixing.betavariate(self.recipe.mixup_alpha, self.recipe.mixup_alpha) if self.recipe.mixup_alpha else 1.0
        films = self._films(part, share, generator)
        labels = self._labels[part].to(self.compute.device)
        loss, right = yield from self.gradients.that_fit(films, labels, share)
        self.optimizer.step()
        self.average.update()
        return loss, right

    def _films(self, part: Tensor, share: float, generator: torch.Generator) -> Tensor:
        """What the network is given for these films: cached features, or films (n, 1, size, size) changed at random.

        share: of each film that stays; the rest is its partner in the batch (mixup: Zhang et al. 2018).
        """
        if self.on_features:
            films = self.features[Split.TRAINING][part]
        else:
            pixels = torch.from_numpy(np.array(self.splits[Split.TRAINING].pixels[part.numpy()]))
            films = augment(to_unit_range(pixels.to(self.compute.device)), self.recipe.augmentation, generator)
        return films if share == 1 else share * films + (1 - share) * films.flip(0)

    def _forward(self, films: Tensor) -> Tensor:
        if self.on_features:
            return self.network.head(films)  # type: ignore[no-any-return]
        self.network.train()
        with self.compute.autocast():
            return self._parallel(network_input(films, self.preprocessing)).float()  # type: ignore[no-any-return]

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        weights = None if self.class_weights is None else self.class_weights.to(logits.device)
        return compute_loss(logits, labels, weights, self.recipe.label_smoothing)

    def validation_loss(self, logits: npt.NDArray[np.float32]) -> float:
        """The loss of logits of the validation films, without smoothing."""
        labels = torch.from_numpy(self.splits[Split.VALIDATION].labels)
        return float(compute_loss(torch.from_numpy(logits), labels, self.class_weights, 0.0))

    def logits(self, split: Split, epoch: int, cancel: threading.Event) -> npt.NDArray[np.float32]:
        """Logits of the averaged network after a pass, from cached features where the backbone is unchanged."""
        if self.on_features and split in self.features:
            with torch.inference_mode():
                return self.average.network.head(self.features[split]).float().cpu().numpy()  # type: ignore[no-any-return]
        start = time.monotonic()
        logits = compute_logits(self.average.network, self.preprocessing, self.splits[split].pixels, cancel)
        self.forecast.looked(epoch, len(logits), time.monotonic() - start)
        return logits
