"""Labels and explanations of recipes and settings, for users who never trained a network."""

from typing import Final

from core.recipes.recipe import Depth, KeptBy, Normalisation, OperatingPoint, Optimizer, Schedule
from core.system.language import marked, tr

OWN: Final = marked("own")
RECIPES: Final = {
    marked("fast"): marked("A result in minutes: the last layer first, then a short fine-tuning of the whole network."),
    marked("best"): marked("The whole network with augmentation, averaged weights and early stopping. Takes longest."),
    marked("seed"): marked("The student project this program grew from: only the last layer, 3 epochs, threshold 0.5."),
    OWN: marked("Your own choices: changed, loaded from a file, or found by a search."),
}
CHOICES: Final = {
    "architecture": (
        marked("Network"),
        marked("Which network learns. ResNet-18 is quick and enough for most; larger ones want more films."),
    ),
    "start": (
        marked("Starts from"),
        marked("Where learning begins: the bundled model, ImageNet photographs, nothing (random), or a model file."),
    ),
    "depth": (
        marked("What trains"),
        marked(
            "Last layer: quickest. Last part: that one and what stands before it. Whole network: best, takes longest."
        ),
    ),
    "frozen_epochs": (
        marked("Epochs of the last layer"),
        marked("First teach only the last layer for so many rounds; they take seconds."),
    ),
    "epochs": (
        marked("Epochs"),
        marked("How often every film is learned from. More takes longer; early stopping ends it when it is enough."),
    ),
    "batch_size": (
        marked("Batch size"),
        marked("Films that are learned from at once. Halved by itself where memory runs out."),
    ),
    "image_size_px": (
        marked("Image size, pixels"),
        marked("Width to which films are reduced. 224 suits the networks; more shows finer detail, slower."),
    ),
    "small_size_px": (
        marked("Small films, pixels"),
        marked("Width of films in the first epochs: small films are learned from several times as fast."),
    ),
    "small_share": (
        marked("Share of small films"),
        marked("Share of the epochs on small films, 0 to 0.9. 0 switches it off."),
    ),
    "normalisation": (
        marked("Exposure"),
        marked(
            "Film by film: every film brought to the same mean and contrast. As ImageNet: what those weights expect."
        ),
    ),
    "optimizer": (
        marked("Optimizer"),
        marked("The rule that turns mistakes into changes. AdamW is a safe choice; SGD needs a larger rate."),
    ),
    "learning_rate": (
        marked("Learning rate"),
        marked("How large the changes are. The rate finder suggests one for your films."),
    ),
    "backbone_rate_factor": (
        marked("Rate below the last layer"),
        marked("Share of the rate for all below the last layer; small keeps what it knows."),
    ),
    "weight_decay": (marked("Weight decay"), marked("Pulls weights towards 0, against learning by heart.")),
    "schedule": (
        marked("Rate over time"),
        marked("One cycle: up, then down to 0, best for most. Constant: always the same."),
    ),
    "class_weights": (marked("Weigh classes alike"), marked("A rare class counts as much as a frequent one.")),
    "label_smoothing": (
        marked("Label smoothing"),
        marked("Trusts labels a little less, against wrong labels and overconfidence. 0.02 means 1 % doubt."),
    ),
    "mixup_alpha": (
        marked("Mixup"),
        marked("Blends films in pairs, against learning by heart. 0.2 to 0.4 is usual, 0 switches it off."),
    ),
    "averaging_decay": (
        marked("Weight averaging"),
        marked("Keeps a running average of the network, steadier than its last state. 0 switches it off."),
    ),
    "kept_by": (
        marked("Best epoch by"),
        marked("The figure on validation films that decides which epoch is kept and when to stop early."),
    ),
    "patience_epochs": (
        marked("Stop after epochs without gain"),
        marked("Stops when validation has not improved for so many epochs. 0: never."),
    ),
    "calibrate": (
        marked("Calibrate"),
        marked("Makes probabilities honest with the validation films: of films with 0.8, 80 % have the finding."),
    ),
    "operating_point": (
        marked("Threshold"),
        marked("Best balance: where sensitivity + specificity are largest on validation films. Fixed: 0.5."),
    ),
    "seed": (
        marked("Seed"),
        marked("The same number gives the same splits and the same training again on this computer."),
    ),
}
AUGMENTATION_CHOICES: Final = {
    "rotation_degrees": (marked("Rotation, degrees"), marked("Turns films by up to so many degrees either way.")),
    "zoom_fraction": (marked("Zoom"), marked("Enlarges or reduces films by up to this share: other framing.")),
    "stretch_fraction": (
        marked("Stretch"),
        marked("Widens or heightens films by up to this share: films of other proportions."),
    ),
    "shift_fraction": (marked("Shift"), marked("Moves films by up to this share of their width.")),
    "flip_probability": (marked("Mirror"), marked("How likely a film is mirrored; 0 where left and right matter.")),
    "brightness_fraction": (marked("Brightness"), marked("Makes films brighter or darker by up to this share.")),
    "contrast_fraction": (marked("Contrast"), marked("Raises or lowers contrast by up to this share.")),
    "gamma_fraction": (marked("Gamma"), marked("Bends the grey scale as other detectors and viewers do.")),
    "sharpness": (
        marked("Blur and sharpness"),
        marked("Blurs films, or sharpens them by up to this much, as image processing does."),
    ),
    "noise_fraction": (marked("Noise"), marked("Adds up to so much noise, as low doses and compression do.")),
}
VALUES: Final = {
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "densenet121": "DenseNet-121",
    "efficientnet_b0": "EfficientNet-B0",
    "bundled": marked("bundled model"),
    "imagenet": marked("ImageNet photographs"),
    "random": marked("nothing (random)"),
    Depth.HEAD: marked("last layer"),
    Depth.LAST_STAGE: marked("last part"),
    Depth.ALL: marked("whole network"),
    Normalisation.PER_FILM: marked("film by film"),
    Normalisation.RESNET: marked("as ImageNet"),
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
