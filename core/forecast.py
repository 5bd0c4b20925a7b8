"""How long a training will still take, from what films have cost so far on this machine. Trains nothing."""

from collections.abc import Mapping
from typing import Final

from core.dataset import Split
from core.events import BatchEnded
from core.language import tr
from core.recipe import Recipe

# Training on a film costs so many times a mere look at it; measured with ResNet-18, used until both are known here.
TRAINING_TO_FORWARD: Final = 3.5


class _Cost:
    """Mean seconds for a film of full size; a smaller film costs as much less as its area is smaller."""

    def __init__(self) -> None:
        self.seconds = self.films = 0.0

    def add(self, films: float, seconds: float) -> None:
        self.films, self.seconds = self.films + films, self.seconds + seconds

    @property
    def mean(self) -> float | None:
        return self.seconds / self.films if self.films else None


class Forecast:
    """Seconds left of one training with `recipe` on so many films of each split.

    Epochs of the head on cached features cost only what each epoch costs besides films: files, figures.
    """

    def __init__(self, recipe: Recipe, films: Mapping[Split, int]) -> None:
        self._recipe, self._films = recipe, films
        self._training, self._looking, self._besides = _Cost(), _Cost(), _Cost()

    def trained(self, epoch: int, films: int, seconds: float) -> None:
        """`films` films went forward and backward through the network in `epoch`, counted from 0."""
        self._training.add(films * self._area(epoch), seconds)

    def looked(self, epoch: int, films: int, seconds: float) -> None:
        """`films` films went through the network without training."""
        self._looking.add(films * self._area(epoch), seconds)

    def epoch_ended(self, seconds: float) -> None:
        """Besides its films an epoch took so many seconds."""
        self._besides.add(1, seconds)

    def seconds_left(self, epoch: int, share: float) -> float | None:
        """Seconds for the rest of `epoch`, of which `share`, 0..1, is trained, for all later ones and for the test.

        Early stopping may end it sooner. None before any film went through the network.
        """
        training, looking = self._training.mean, self._looking.mean
        if training is None and looking is None:
            return None
        training = TRAINING_TO_FORWARD * (looking or 0) if training is None else training
        looking = training / TRAINING_TO_FORWARD if looking is None else looking
        epochs = self._recipe.frozen_epochs + self._recipe.epochs
        left = (epochs - epoch) * (self._besides.mean or 0) + self._films[Split.TEST] * looking
        for number in range(max(epoch, self._first_on_films), epochs):
            rest = 1 - share if number == epoch else 1
            films = rest * self._films[Split.TRAINING] * training + self._films[Split.VALIDATION] * looking
            left += films * self._area(number)
        return left

    @property
    def _first_on_films(self) -> int:
        """The first epoch that needs more than cached features."""
        recipe = self._recipe
        return recipe.frozen_epochs if recipe.trains_backbone else recipe.frozen_epochs + recipe.epochs

    def _area(self, epoch: int) -> float:
        return (self._recipe.size_px_of(epoch) / self._recipe.image_size_px) ** 2


def time_left(event: BatchEnded) -> str:
    """What to say of the time that a training needs at this batch; early stopping may end it sooner."""
    if event.seconds_left is None:
        return ""
    time = in_words(event.seconds_left)
    return tr("at most {time} left", time=time) if event.may_end_early else tr("about {time} left", time=time)


def in_words(seconds: float) -> str:
    """A time as a person says it: 40 s, 12 min, 3 h 20 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
