"""Every choice of a training in one frozen value. Does no training and knows no torch and no file.

Values of enumerations and of `START_NAMES` stand in JSON; the form shows them translated.
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Final

from core.system.errors import JobFailed, Reason
from core.system.files import sha256_of_text
from core.system.language import tr

ARCHITECTURES: Final = ("resnet18", "resnet34", "resnet50", "densenet121", "efficientnet_b0")
START_NAMES: Final = ("bundled", "imagenet", "random")


class Depth(StrEnum):
    """How much of the network trains."""

    HEAD = "head"
    LAST_STAGE = "last_stage"
    ALL = "all"


class Optimizer(StrEnum):
    """Which rule turns gradients into steps."""

    ADAM = "adam"
    ADAMW = "adamw"
    SGD = "sgd"


class Schedule(StrEnum):
    """How the learning rate moves over the training. One-cycle: Smith and Topin 2017."""

    CONSTANT = "constant"
    ONE_CYCLE = "one_cycle"


class Normalisation(StrEnum):
    """How grey values become network input."""

    RESNET = "resnet"  # ImageNet mean and deviation of each channel, as the published weights expect
    PER_FILM = "per_film"  # each film to mean 0 and deviation 1: exposure and contrast cancel out


class KeptBy(StrEnum):
    """Which figure on validation films decides which epoch is kept, and when to stop early."""

    LOSS = "loss"
    AUC = "auc"
    ACCURACY = "accuracy"


class OperatingPoint(StrEnum):
    """How the threshold is chosen."""

    FIXED = "fixed"  # 0.5
    BALANCED = "balanced"  # the largest sensitivity + specificity on validation (Youden 1950)


LIMITS: Final = {"rotation_degrees": 45.0, "sharpness": 3.0, "flip_probability": 1.0}  # of changes; 0.9 for the others


def _check_bounds(key: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise invalid_recipe(
            tr("{key} is {value}; it must lie in {low:g}..{high:g}", key=key, value=value, low=low, high=high)
        )


def invalid_recipe(fault: str) -> JobFailed:
    """The error for values that do not make a recipe. fault: part of a sentence, translated."""
    return JobFailed(Reason.RECIPE_INVALID, tr("The recipe cannot be used: {fault}.", fault=fault))


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far training films are changed at random. Zero everywhere means no change."""

    rotation_degrees: float = 0.0
    zoom_fraction: float = 0.0
    stretch_fraction: float = 0.0  # of the aspect ratio, which squashing to a square makes a clue to the source
    shift_fraction: float = 0.0
    flip_probability: float = 0.0
    brightness_fraction: float = 0.0
    contrast_fraction: float = 0.0
    gamma_fraction: float = 0.0
    sharpness: float = 0.0
    noise_fraction: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check_bounds(f"augmentation.{field.name}", getattr(self, field.name), 0, LIMITS.get(field.name, 0.9))

    @property
    def is_active(self) -> bool:
        """True if any change is made at all."""
        return any(getattr(self, field.name) > 0 for field in fields(self))

    def scaled(self, strength: float) -> "Augmentation":
        """Every change `strength` times as far, within its limits; mirroring stays as likely as it is."""
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
    """All choices of one training. Values are checked when it is made, so no invalid recipe exists.

    start: bundled, imagenet, random, or the path of a model file.
    frozen_epochs: epochs of the new head on features of the unchanged backbone, before `epochs` of fine-tuning.
    epochs: epochs in which the part named by `depth` trains. With depth "head" these run on cached features too.
    backbone_rate_factor: learning rate of the backbone as a share of the head's.
    small_size_px, small_share: films are `small_size_px` wide in that share of `epochs`, from the first on, and
    `image_size_px` in the rest (progressive resizing: Tan and Le 2021, section 4); 0 switches it off.
    averaging_decay: decay per step of the running average of weights (EMA); 0 switches it off.
    mixup_alpha: films are blended in pairs by a share drawn from Beta(alpha, alpha); 0 switches it off.
    kept_by, patience_epochs: the epoch with the best figure is kept; stop when it has not improved for so many
    epochs; 0 switches that off.
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
        """False where every epoch runs on cached features."""
        return self.depth is not Depth.HEAD and self.epochs > 0

    @property
    def all_epochs(self) -> int:
        """Epochs of the last layer and those after them."""
        return self.frozen_epochs + self.epochs

    @property
    def full_size_from(self) -> int:
        """The epoch, counted from 0 over frozen and other epochs, from which films have their full size to the end."""
        return self.frozen_epochs + (int(self.epochs * self.small_share) if self.trains_backbone else 0)

    def size_px_of(self, epoch: int) -> int:
        """The width of training and validation films in an epoch, counted from 0."""
        is_small = self.frozen_epochs <= epoch < self.full_size_from
        return min(self.small_size_px, self.image_size_px) if is_small else self.image_size_px

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits that tell two recipes apart, whatever their names."""
        choices = {**asdict(self), "name": ""}
        return sha256_of_text(json.dumps(choices, sort_keys=True))[:8]


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

TRAINED_RATE_FACTOR: Final = 0.2  # learning rate of trained weights as a share of the new head's

SEED: Final = Recipe(  # the origin's protocol, number for number
    name="seed",
    start="imagenet",
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
    """The recipe begun from other weights, with what these need.

    ImageNet weights bring the normalisation that they were trained with. Random ones hold nothing that a smaller rate
    below the head would keep; weights that were trained do.
    """
    normalisation = Normalisation.RESNET if start == "imagenet" else recipe.normalisation
    factor = recipe.backbone_rate_factor
    if start == "random":
        factor = 1.0
    elif recipe.start == "random":
        factor = TRAINED_RATE_FACTOR
    return replace(recipe, start=start, normalisation=normalisation, backbone_rate_factor=factor)
