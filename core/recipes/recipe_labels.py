"""Labels and explanations of recipes and settings, for users who never trained a network."""

from typing import Final

from core.recipes.recipe import Depth, KeptBy, Normalisation, OperatingPoint, Optimizer, Recipe, Schedule
from core.system.language import marked, tr, tr_count

OWN: Final = marked("own")
RECIPES: Final = {
    marked("fast"): marked("A result in minutes: the last layer first, then a short fine-tuning of the whole network."),
    marked("best"): marked("The whole network with augmentation, averaged weights and early stopping. Takes longest."),
    marked("seed"): marked("The student project behind this program: only the last layer, 3 epochs, threshold 0.5."),
    OWN: marked("Your own settings: edited, loaded from a file, or found by a search."),
}
CHOICES: Final = {
    "architecture": (
        marked("Network"),
        marked("The network to train. ResNet-18 is fast and usually sufficient; larger networks need more films."),
    ),
    "start": (
        marked("Starts from"),
        marked(
            "Starting weights: the bundled model, ImageNet photographs (in the program for "
            "EfficientNet-Lite0, else a download), nothing (random), or a model file."
        ),
    ),
    "depth": (
        marked("Part to train"),
        marked("Last layer: fastest. Last part: also the last stage before it. Whole network: best, takes longest."),
    ),
    "frozen_epochs": (
        marked("Epochs of the last layer"),
        marked("Number of epochs in which only the last layer is trained first; each takes seconds."),
    ),
    "epochs": (
        marked("Epochs"),
        marked(
            "Number of passes over all training films, after those of the last layer alone. More take "
            "longer; early stopping ends the training when validation no longer improves."
        ),
    ),
    "batch_size": (
        marked("Batch size"),
        marked("Films in each training step. Halved automatically if memory runs out."),
    ),
    "image_size_px": (
        marked("Image size, pixels"),
        marked("Width to which films are resized. 224 suits the networks; more keeps finer detail but is slower."),
    ),
    "small_size_px": (
        marked("Small films, pixels"),
        marked("Width of films in the first epochs: training on small films is several times faster."),
    ),
    "small_share": (
        marked("Epochs on small films"),
        marked("Fraction of the epochs that use small films, 0 to 0.9. 0 switches it off."),
    ),
    "normalisation": (
        marked("Exposure"),
        marked(
            "Film by film: each film is normalised to the same mean and contrast. Like ImageNet: as "
            "those weights expect."
        ),
    ),
    "optimizer": (
        marked("Optimizer"),
        marked(
            "The rule that turns errors into weight updates. AdamW is a safe choice; SGD needs a larger learning rate."
        ),
    ),
    "learning_rate": (
        marked("Learning rate"),
        marked("Size of the weight updates. The rate finder suggests a value for your films."),
    ),
    "backbone_rate_factor": (
        marked("Rate below the last layer"),
        marked(
            "Fraction of the learning rate used below the last layer; a small value preserves what the network knows."
        ),
    ),
    "weight_decay": (marked("Weight decay"), marked("Pulls weights towards 0 to reduce overfitting.")),
    "schedule": (
        marked("Rate over time"),
        marked("One cycle: up, then down to 0; usually best. Constant: no change."),
    ),
    "class_weights": (marked("Weight classes equally"), marked("A rare class counts as much as a common one.")),
    "label_smoothing": (
        marked("Label smoothing"),
        marked(
            "Trusts labels slightly less, to reduce the effect of wrong labels and overconfidence. "
            "0.02 means 1 % doubt."
        ),
    ),
    "mixup_alpha": (
        marked("Mixup"),
        marked("Blends films in pairs to reduce overfitting. 0.2 to 0.4 is usual; 0 switches it off."),
    ),
    "averaging_decay": (
        marked("Weight averaging"),
        marked(
            "Keeps a running average of the weights, which is more stable than their last state. 0 switches it off."
        ),
    ),
    "kept_by": (
        marked("Select epoch by"),
        marked("The validation figure that decides which epoch is kept and when to stop early."),
    ),
    "patience_epochs": (
        marked("Early stopping, epochs"),
        marked("Stops when validation has not improved for this many epochs. 0: never."),
    ),
    "calibrate": (
        marked("Calibrate"),
        marked("Adjusts probabilities on the validation films, so that of films with 0.8, 80 % have the finding."),
    ),
    "operating_point": (
        marked("Threshold"),
        marked("Best balance: where sensitivity + specificity is largest on validation films. Fixed: 0.5."),
    ),
    "seed": (
        marked("Seed"),
        marked("The same number reproduces the same splits and the same training on this computer."),
    ),
}
AUGMENTATION_CHOICES: Final = {
    "rotation_degrees": (marked("Rotation, degrees"), marked("Rotates films by up to this many degrees either way.")),
    "zoom_fraction": (
        marked("Zoom"),
        marked("Enlarges or reduces films by up to this fraction, as with other framing."),
    ),
    "stretch_fraction": (
        marked("Stretch"),
        marked("Stretches films in width or height by up to this fraction, as with other aspect ratios."),
    ),
    "shift_fraction": (marked("Shift"), marked("Shifts films by up to this fraction of their width.")),
    "flip_probability": (
        marked("Mirror"),
        marked("Probability that a film is mirrored; 0 where left and right matter."),
    ),
    "brightness_fraction": (marked("Brightness"), marked("Makes films brighter or darker by up to this fraction.")),
    "contrast_fraction": (marked("Contrast"), marked("Raises or lowers contrast by up to this fraction.")),
    "gamma_fraction": (marked("Gamma"), marked("Changes the grey scale curve, as different detectors and viewers do.")),
    "sharpness": (
        marked("Blur and sharpness"),
        marked("Blurs or sharpens films by up to this much, as image processing does."),
    ),
    "noise_fraction": (marked("Noise"), marked("Adds up to this much noise, as from low doses and compression.")),
}
VALUES: Final = {
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "densenet121": "DenseNet-121",
    "efficientnet_b0": "EfficientNet-B0",
    "efficientnet_lite0": "EfficientNet-Lite0",
    "bundled": marked("bundled model"),
    "imagenet": marked("ImageNet photographs"),
    "random": marked("nothing (random)"),
    Depth.HEAD: marked("last layer"),
    Depth.LAST_STAGE: marked("last part"),
    Depth.ALL: marked("whole network"),
    Normalisation.PER_FILM: marked("film by film"),
    Normalisation.RESNET: marked("like ImageNet"),
    Optimizer.ADAM: "Adam",
    Optimizer.ADAMW: "AdamW",
    Optimizer.SGD: "SGD",
    Schedule.CONSTANT: marked("constant"),
    Schedule.ONE_CYCLE: marked("one cycle"),
    KeptBy.LOSS: marked("loss"),
    KeptBy.AUC: "AUC",
    KeptBy.ACCURACY: marked("accuracy"),
    OperatingPoint.FIXED: marked("fixed at 0.5"),
    OperatingPoint.BALANCED: marked("best balance"),
    "True": marked("yes"),
    "False": marked("no"),
}


def choice_title(key: str) -> str:
    """Return the translated name of a setting; key: a field, or "augmentation sharpness"."""
    return tr({**CHOICES, **AUGMENTATION_CHOICES}[key.rpartition(" ")[2]][0])


def choice_value(value: str) -> str:
    """Return the translated name of a setting's value; numbers and paths are returned unchanged."""
    return tr(VALUES[value]) if value in VALUES else value


def recipe_title(name: str) -> str:
    """Return the translated name of a recipe; names given by users are returned unchanged."""
    return tr(name) if name in RECIPES else name


def format_epochs(recipe: Recipe) -> str:
    """Say how many epochs train the last layer alone, and how many the part that the recipe trains."""
    if not recipe.trains_backbone:
        return _format_last_layer(recipe.all_epochs)
    whole = recipe.depth is Depth.ALL
    if recipe.frozen_epochs and whole:
        first = _format_last_layer(recipe.frozen_epochs)
        return tr("{first}, then {count} of the whole network", first=first, count=recipe.epochs)
    if recipe.frozen_epochs:
        first = _format_last_layer(recipe.frozen_epochs)
        return tr("{first}, then {count} of the last part of the network", first=first, count=recipe.epochs)
    if whole:
        return tr_count("{count} epoch of the whole network", "{count} epochs of the whole network", recipe.epochs)
    return tr_count(
        "{count} epoch of the last part of the network", "{count} epochs of the last part of the network", recipe.epochs
    )


def _format_last_layer(epochs: int) -> str:
    return tr_count("{count} epoch of the last layer", "{count} epochs of the last layer", epochs)


def format_epoch(recipe: Recipe, epoch: int) -> str:
    """Say which epoch of its part of the training an epoch is, as "last layer 2 of 20".

    epoch: counted from 1 over all epochs. Empty if all epochs train the same part.
    """
    if not (recipe.frozen_epochs and recipe.trains_backbone):
        return ""
    if epoch <= recipe.frozen_epochs:
        part, number, count = Depth.HEAD, epoch, recipe.frozen_epochs
    else:
        part, number, count = recipe.depth, epoch - recipe.frozen_epochs, recipe.epochs
    return tr("{part} {number} of {count}", part=tr(VALUES[part]), number=number, count=count)
