"""How long a training will still take, from what films have cost so far on this machine. Trains nothing."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from core.datasets.dataset import Split
from core.recipes.recipe import Recipe
from core.system.language import tr
from core.training.events import BatchEnded

# Training on a film costs so many times a mere look at it; measured with ResNet-18, used until both are known here.
TRAINING_TO_FORWARD: Final = 3.5


class _Cost:
    """Mean seconds for a film, or for an epoch."""

    def __init__(self) -> None:
        self.seconds = self.films = 0.0

    def add(self, films: float, seconds: float) -> None:
        self.films, self.seconds = self.films + films, self.seconds + seconds

    @property
    def mean(self) -> float:
        return self.seconds / self.films if self.films else 0.0


def _mean_at(costs: Mapping[int, _Cost], size_px: int) -> float | None:
    """Seconds for a film of this width, from the costs of films of any width; None where none is known."""
    known = size_px if size_px in costs else max(costs, default=None)
    return None if known is None else costs[known].mean * (size_px / known) ** 2


class TimeEstimate:
    """Seconds left of one training with `recipe` on so many films of each split.

    What a film costs is kept by its size: a batch has costs that do not shrink with its films. Epochs of the head on
    cached features cost only what each epoch costs besides films: files, figures.
    """

    def __init__(self, recipe: Recipe, films: Mapping[Split, int]) -> None:
        self._recipe, self._films = recipe, films
        self._training: dict[int, _Cost] = defaultdict(_Cost)  # by the films' width
        self._looking: dict[int, _Cost] = defaultdict(_Cost)
        self._besides = _Cost()

    def trained(self, epoch: int, films: int, seconds: float) -> None:
        """`films` films went forward and backward through the network in `epoch`, counted from 0."""
        self._training[self._recipe.size_px_of(epoch)].add(films, seconds)

    def looked(self, epoch: int, films: int, seconds: float) -> None:
        """`films` films went through the network without training."""
        self._looking[self._recipe.size_px_of(epoch)].add(films, seconds)

    def epoch_ended(self, seconds: float) -> None:
        """Besides its films an epoch took so many seconds."""
        self._besides.add(1, seconds)

    def seconds_left(self, epoch: int, share: float) -> float | None:
        """Seconds for the rest of `epoch`, of which `share`, 0..1, is trained, for all later ones and for the test.

        Early stopping may end it sooner. None before any film went through the network.
        """
        if not self._training and not self._looking:
            return None
        epochs, last = self._recipe.all_epochs, self._recipe.image_size_px
        left = (epochs - epoch) * self._besides.mean + self._films[Split.TEST] * self._cost(last)[1]
        for number in range(max(epoch, self._first_on_films), epochs):
            rest = 1 - share if number == epoch else 1
            training, looking = self._cost(self._recipe.size_px_of(number))
            left += rest * self._films[Split.TRAINING] * training + self._films[Split.VALIDATION] * looking
        return left

    def needs_trial(self, epoch: int) -> bool:
        """Whether the films of `epoch` are smaller than those of the last one, whose cost is not known yet."""
        recipe = self._recipe
        last = recipe.size_px_of(recipe.all_epochs - 1)
        return recipe.size_px_of(epoch) < last and last not in self._training

    def _cost(self, size_px: int) -> tuple[float, float]:
        """Seconds for training on a film of this width, and for a look at it; guessed by area from another width."""
        training, looking = _mean_at(self._training, size_px), _mean_at(self._looking, size_px)
        if training is None:
            training = TRAINING_TO_FORWARD * (looking or 0)
        return training, training / TRAINING_TO_FORWARD if looking is None else looking

    @property
    def _first_on_films(self) -> int:
        """The first epoch that needs more than cached features."""
        recipe = self._recipe
        return recipe.frozen_epochs if recipe.trains_backbone else recipe.all_epochs


def format_time_left(event: BatchEnded) -> str:
    """What to say of the time that a training needs at this batch; early stopping may end it sooner."""
    if event.seconds_left is None:
        return ""
    time = format_duration(event.seconds_left)
    return tr("at most {time} left", time=time) if event.may_end_early else tr("about {time} left", time=time)


def format_duration(seconds: float) -> str:
    """A time as a person says it: 40 s, 12 min, 3 h 20 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
