"""The settings of a training as one frozen, validated value.

Enumeration values and START_NAMES are written to JSON; the form shows them translated.
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Final

from core.system.errors import JobFailed, Reason
from core.system.files import sha256_of_text
from core.system.language import tr

ARCHITECTURES: Final = ("resnet18", "resnet34", "resnet50", "densenet121", "efficientnet_b0", "efficientnet_lite0")
START_NAMES: Final = ("bundled", "imagenet", "random")
OFFLINE_IMAGENET: Final = "efficientnet_lite0"  # its ImageNet weights are among the program's own files


class Depth(StrEnum):
    """Which part of the network is trained."""

    HEAD = "head"
    LAST_STAGE = "last_stage"
    ALL = "all"


class Optimizer(StrEnum):
    """The optimizer."""

    ADAM = "adam"
    ADAMW = "adamw"
    SGD = "sgd"


class Schedule(StrEnum):
    """How the learning rate changes during training. One-cycle: Smith and Topin 2017."""

    CONSTANT = "constant"
    ONE_CYCLE = "one_cycle"


class Normalisation(StrEnum):
    """How grey values are normalised for the network."""

    RESNET = "resnet"  # by ImageNet's channel means and deviations, as its weights expect
    PER_FILM = "per_film"  # each film to mean 0 and deviation 1: exposure and contrast cancel


class KeptBy(StrEnum):
    """The validation figure that selects the epoch to keep and decides early stopping."""

    LOSS = "loss"
    AUC = "auc"
    ACCURACY = "accuracy"


class OperatingPoint(StrEnum):
    """How the decision threshold is chosen."""

    FIXED = "fixed"  # 0.5
    BALANCED = "balanced"  # the largest sensitivity + specificity on validation (Youden 1950)


# upper limits of augmentations; 0.9 for the others
LIMITS: Final = {"rotation_degrees": 45.0, "sharpness": 3.0, "flip_probability": 1.0}


def _check_bounds(key: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise invalid_recipe(
            tr("{key} is {value}; it must be between {low:g} and {high:g}", key=key, value=value, low=low, high=high)
        )


def _store_floats(settings: "Augmentation | Recipe") -> None:
    """Store whole numbers in float fields as floats, as they come back from JSON, so that fingerprints are equal."""
    for field in fields(settings):
        if field.type is float:
            object.__setattr__(settings, field.name, float(getattr(settings, field.name)))


def invalid_recipe(fault: str) -> JobFailed:
    """Return the error for an invalid recipe. fault: the translated cause."""
    return JobFailed(Reason.RECIPE_INVALID, tr("The recipe cannot be used: {fault}.", fault=fault))


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Maximum random change of training films, by kind; with all zero there is no augmentation."""

    rotation_degrees: float = 0.0
    zoom_fraction: float = 0.0
    stretch_fraction: float = 0.0  # of the aspect ratio, which can betray the source of a film
    shift_fraction: float = 0.0
    flip_probability: float = 0.0
    brightness_fraction: float = 0.0
    contrast_fraction: float = 0.0
    gamma_fraction: float = 0.0
    sharpness: float = 0.0
    noise_fraction: float = 0.0

    def __post_init__(self) -> None:
        _store_floats(self)
        for field in fields(self):
            _check_bounds(f"augmentation.{field.name}", getattr(self, field.name), 0, LIMITS.get(field.name, 0.9))

    @property
    def is_active(self) -> bool:
        """True where any augmentation is above zero."""
        return any(getattr(self, field.name) > 0 for field in fields(self))

    def scale(self, strength: float) -> "Augmentation":
        """Return every change times `strength`, within its limit; `flip_probability` is kept."""
        return replace(
            self,
            **{
                field.name: min(strength * getattr(self, field.name), LIMITS.get(field.name, 0.9))
                for field in fields(self)
                if field.name != "flip_probability"
            },
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """All settings of one training, validated on construction. Raises JobFailed (recipe_invalid).

    start: bundled, imagenet, random, or the path of a model file.
    frozen_epochs: epochs in which only the new head trains, on cached features of the unchanged
    backbone, before `epochs` of fine-tuning.
    epochs: epochs in which the part named by `depth` trains; with depth "head" also on cached
    features.
    backbone_rate_factor: learning rate of the backbone as a fraction of the head's.
    small_size_px, small_share: width of films in the first fraction `small_share` of `epochs`; in
    the rest it is `image_size_px` (progressive resizing: Tan and Le 2021, section 4); 0: disabled.
    averaging_decay: decay per step of the exponential moving average of weights; 0: disabled.
    mixup_alpha: films are mixed in pairs with a weight drawn from Beta(alpha, alpha); 0: disabled.
    kept_by, patience_epochs: the epoch with the best value of this figure is kept; training stops
    after `patience_epochs` epochs without improvement, 0: never.
    """

    name: str = "best"
    architecture: str = "resnet18"
    start: str = "bundled"
    depth: Depth = Depth.ALL
    frozen_epochs: int = 0
    epochs: int = 12
    batch_size: int = 32
    image_size_px: int = 224
    small_size_px: int = 128
    small_share: float = 0.0
    normalisation: Normalisation = Normalisation.PER_FILM
    optimizer: Optimizer = Optimizer.ADAMW
    learning_rate: float = 1e-3
    backbone_rate_factor: float = 1.0
    weight_decay: float = 0.01
    schedule: Schedule = Schedule.ONE_CYCLE
    class_weights: bool = True
    label_smoothing: float = 0.0
    mixup_alpha: float = 0.0
    averaging_decay: float = 0.0
    kept_by: KeptBy = KeptBy.LOSS
    patience_epochs: int = 0
    calibrate: bool = True
    operating_point: OperatingPoint = OperatingPoint.BALANCED
    seed: int = 0
    augmentation: Augmentation = Augmentation()

    def __post_init__(self) -> None:
        _store_floats(self)
        limits: dict[str, tuple[float, float]] = {
            "frozen_epochs": (0, 1000),
            "epochs": (0, 1000),
            "batch_size": (2, 1024),
            "image_size_px": (32, 1024),
            "small_size_px": (32, 1024),
            "small_share": (0, 0.9),
            "learning_rate": (1e-8, 10),
            "backbone_rate_factor": (0, 1),
            "weight_decay": (0, 1),
            "label_smoothing": (0, 0.5),
            "mixup_alpha": (0, 1),
            "averaging_decay": (0, 0.99999),
            "patience_epochs": (0, 1000),
            "seed": (0, 2**31 - 1),
        }
        for field, (low, high) in limits.items():
            _check_bounds(field, getattr(self, field), low, high)
        if self.all_epochs < 1:
            raise invalid_recipe(tr("epochs and frozen_epochs are both 0: nothing would be trained"))
        if not self.start:
            raise invalid_recipe(tr("start is empty; it must be bundled, imagenet, random or the path of a model file"))

    @property
    def trains_backbone(self) -> bool:
        """False where every epoch uses cached features."""
        return self.depth is not Depth.HEAD and self.epochs > 0

    @property
    def all_epochs(self) -> int:
        """The total number of epochs, frozen and fine-tuning."""
        return self.frozen_epochs + self.epochs

    @property
    def full_size_from(self) -> int:
        """The epoch, counted from 0 over all epochs, from which films stay at full size."""
        return self.frozen_epochs + (int(self.epochs * self.small_share) if self.trains_backbone else 0)

    def size_px_of(self, epoch: int) -> int:
        """Return the width of training and validation films in an epoch, counted from 0."""
        is_small = self.frozen_epochs <= epoch < self.full_size_from
        return min(self.small_size_px, self.image_size_px) if is_small else self.image_size_px

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits of a hash over all settings except the name."""
        settings = {**asdict(self), "name": ""}
        return sha256_of_text(json.dumps(settings, sort_keys=True))[:8]


MODERATE_AUGMENTATION: Final = Augmentation(
    rotation_degrees=10,
    zoom_fraction=0.15,
    stretch_fraction=0.3,
    shift_fraction=0.08,
    flip_probability=0.5,
    brightness_fraction=0.2,
    contrast_fraction=0.3,
    gamma_fraction=0.4,
    sharpness=1.0,
    noise_fraction=0.03,
)

TRAINED_RATE_FACTOR: Final = 0.2  # learning rate of pretrained weights relative to the head's

# the protocol of the original student project; ImageNet weights of its network, unlike those of
# OFFLINE_IMAGENET, are downloaded, and only for those who ask for them by name
SEED: Final = Recipe(
    name="seed",
    depth=Depth.HEAD,
    epochs=3,
    normalisation=Normalisation.RESNET,
    optimizer=Optimizer.ADAM,
    learning_rate=0.01,
    weight_decay=0.0,
    schedule=Schedule.CONSTANT,
    class_weights=False,
    calibrate=False,
    operating_point=OperatingPoint.FIXED,
)
FAST: Final = Recipe(
    name="fast",
    frozen_epochs=20,
    epochs=3,
    learning_rate=5e-4,
    backbone_rate_factor=0.3,
    augmentation=MODERATE_AUGMENTATION,
)
BEST: Final = Recipe(
    name="best",
    epochs=24,
    small_share=0.6,
    backbone_rate_factor=TRAINED_RATE_FACTOR,
    averaging_decay=0.99,
    patience_epochs=6,
    label_smoothing=0.02,
    augmentation=MODERATE_AUGMENTATION,
)
NAMED_RECIPES: Final = {recipe.name: recipe for recipe in (SEED, FAST, BEST)}


def change_start(recipe: Recipe, start: str) -> Recipe:
    """Return the recipe with other starting weights and the settings that they need.

    ImageNet weights need the normalisation that they were trained with. Random weights hold nothing
    worth preserving, so the backbone gets the full learning rate; pretrained weights get a smaller
    one.
    """
    normalisation = Normalisation.RESNET if start == "imagenet" else recipe.normalisation
    factor = recipe.backbone_rate_factor
    if start == "random":
        factor = 1.0
    elif recipe.start == "random":
        factor = TRAINED_RATE_FACTOR
    return replace(recipe, start=start, normalisation=normalisation, backbone_rate_factor=factor)


def choose_start(architecture: str, earlier: str, start: str) -> str:
    """Return the starting weights to choose when `architecture` replaces `earlier`.

    start: those chosen so far. The bundled model, a ResNet-18, cannot start OFFLINE_IMAGENET, whose
    ImageNet weights need no download. Those of other networks are downloaded only on request, so
    they are not chosen along with the network.
    """
    if architecture == OFFLINE_IMAGENET and start == "bundled":
        return "imagenet"
    if earlier == OFFLINE_IMAGENET != architecture and start == "imagenet":
        return "bundled"
    return start
