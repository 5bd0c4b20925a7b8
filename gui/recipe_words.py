"""Title and plain sentence of every choice of a recipe, for people who never trained a network."""

from typing import Final

CHOICES: Final = {
    "architecture": (
        "Network",
        "Which network learns. ResNet-18 is quick and enough for most; larger ones want more films.",
    ),
    "start": (
        "Starts from",
        "Where learning begins: the bundled model, ImageNet photographs, nothing (random), or a model file.",
    ),
    "depth": (
        "What trains",
        "head: only the last layer, quickest. last_stage: the last part too. all: the whole network, best.",
    ),
    "frozen_epochs": (
        "Epochs of the last layer",
        "First teach only the last layer for so many rounds; they take seconds.",
    ),
    "epochs": (
        "Epochs",
        "How often every film is learned from. More takes longer; early stopping ends it when it is enough.",
    ),
    "batch_size": ("Batch size", "Films that are learned from at once. Halved by itself where memory runs out."),
    "image_size_px": (
        "Image size, pixels",
        "Width to which films are reduced. 224 suits the networks; more shows finer detail, slower.",
    ),
    "small_size_px": (
        "Small films, pixels",
        "Width of films in the first epochs: small films are learned from several times as fast.",
    ),
    "small_share": ("Share of small films", "Share of the epochs on small films, 0 to 0.9. 0 switches it off."),
    "normalisation": (
        "Exposure",
        "per_film: every film brought to the same mean and contrast. resnet: as ImageNet weights expect.",
    ),
    "optimizer": (
        "Optimizer",
        "The rule that turns mistakes into changes. AdamW is a safe choice; SGD needs a larger rate.",
    ),
    "learning_rate": ("Learning rate", "How large the changes are. The rate finder suggests one for your films."),
    "backbone_rate_factor": (
        "Rate below the last layer",
        "Share of the rate for all below the last layer; small keeps what it knows.",
    ),
    "weight_decay": ("Weight decay", "Pulls weights towards 0, against learning by heart."),
    "schedule": ("Rate over time", "one_cycle: up, then down to 0, best for most. constant: always the same."),
    "class_weights": ("Weigh classes alike", "A rare class counts as much as a frequent one."),
    "label_smoothing": (
        "Label smoothing",
        "Trusts labels a little less, against wrong labels and overconfidence. 0.02 means 1 % doubt.",
    ),
    "mixup_alpha": (
        "Mixup",
        "Blends films in pairs, against learning by heart. 0.2 to 0.4 is usual, 0 switches it off.",
    ),
    "averaging_decay": (
        "Weight averaging",
        "Keeps a running average of the network, steadier than its last state. 0 switches it off.",
    ),
    "kept_by": (
        "Best epoch by",
        "The figure on validation films that decides which epoch is kept and when to stop early.",
    ),
    "patience_epochs": (
        "Stop after epochs without gain",
        "Stops when validation has not improved for so many epochs. 0: never.",
    ),
    "calibrate": (
        "Calibrate",
        "Makes probabilities honest with the validation films: of films with 0.8, 80 % have the finding.",
    ),
    "operating_point": (
        "Threshold",
        "balanced: where sensitivity + specificity are largest on validation films. fixed: 0.5.",
    ),
    "seed": ("Seed", "The same number gives the same splits and the same training again on this computer."),
}
CHANGES: Final = {
    "rotation_degrees": ("Rotation, degrees", "Turns films by up to so many degrees either way."),
    "zoom_fraction": ("Zoom", "Enlarges or reduces films by up to this share: other framing."),
    "stretch_fraction": ("Stretch", "Widens or heightens films by up to this share: films of other proportions."),
    "shift_fraction": ("Shift", "Moves films by up to this share of their width."),
    "flip_probability": ("Mirror", "How likely a film is mirrored; 0 where left and right matter."),
    "brightness_fraction": ("Brightness", "Makes films brighter or darker by up to this share."),
    "contrast_fraction": ("Contrast", "Raises or lowers contrast by up to this share."),
    "gamma_fraction": ("Gamma", "Bends the grey scale as other detectors and viewers do."),
    "sharpness": ("Blur and sharpness", "Blurs films, or sharpens them by up to this much, as image processing does."),
    "noise_fraction": ("Noise", "Adds up to so much noise, as low doses and compression do."),
}
