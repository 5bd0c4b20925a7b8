"""The weights that a training starts from: bundled, ImageNet, random, or another model's. Trains nothing."""

import threading
from collections.abc import Generator
from pathlib import Path

from core.architectures import Network, load_imagenet
from core.errors import JobFailed, Reason
from core.events import Noted, Progressed, Severity
from core.model_file import load_model
from core.recipe import Recipe


def start_weights(
    network: Network, recipe: Recipe, cancel: threading.Event
) -> Generator[Progressed | Noted, None, bool]:
    """Give the backbone the recipe's starting weights. False if cancelled meanwhile.

    Raises JobFailed (recipe_invalid, model_invalid or weights_unavailable).
    """
    if recipe.start == "random":
        return True
    if recipe.start == "imagenet":
        return (yield from load_imagenet(network, recipe.architecture, cancel))
    model = load_model(None if recipe.start == "bundled" else Path(recipe.start))
    if model.header.architecture != recipe.architecture:
        sentence = (
            f"The starting model {model.header.name} is a {model.header.architecture}, but the recipe says "
            f"{recipe.architecture}. Choose the same architecture, or other starting weights."
        )
        raise JobFailed(Reason.RECIPE_INVALID, sentence)
    network.backbone.load_state_dict(model.network.backbone.state_dict())
    if model.preprocessing.normalisation is not recipe.normalisation:
        yield Noted(
            f"{model.header.name} was trained with {model.preprocessing.normalisation} normalisation, this recipe "
            f"uses {recipe.normalisation}.",
            Severity.WARNING,
        )
    return True
