"""Load the weights that a training starts from: bundled, ImageNet, random, or another model's."""

import threading
from collections.abc import Generator
from pathlib import Path

from core.jobs.events import Noted, Progressed, Severity
from core.models.model_file import Model, load_model
from core.networks.architectures import Network, load_imagenet
from core.recipes.recipe import Recipe
from core.recipes.recipe_labels import choice_value
from core.system.errors import JobFailed, Reason
from core.system.language import tr


def load_initial_weights(
    network: Network, recipe: Recipe, classes: tuple[str, ...], cancel: threading.Event
) -> Generator[Progressed | Noted, None, bool]:
    """Load the recipe's initial weights into the backbone, for a training on `classes`.

    Returns False if cancelled. Raises JobFailed (recipe_invalid, model_invalid or
    weights_unavailable).
    """
    if recipe.start == "random":
        return True
    if recipe.start == "imagenet":
        return (yield from load_imagenet(network, recipe.architecture, cancel))
    model = load_model(None if recipe.start == "bundled" else Path(recipe.start))
    if model.header.architecture != recipe.architecture:
        sentence = tr(
            "The starting model {name} is a {architecture}, but the recipe says {wanted}. "
            "Choose the same architecture, or other starting weights.",
            name=model.header.name,
            architecture=choice_value(model.header.architecture),
            wanted=choice_value(recipe.architecture),
        )
        raise JobFailed(Reason.RECIPE_INVALID, sentence)
    network.backbone.load_state_dict(model.network.backbone.state_dict())
    yield from _note_differences(model, recipe, classes)
    return True


def _note_differences(model: Model, recipe: Recipe, classes: tuple[str, ...]) -> Generator[Noted, None, None]:
    """Note where the initial model's training differed in a way that may cost accuracy."""
    if model.preprocessing.normalisation is not recipe.normalisation:
        sentence = tr(
            '{name} was trained with exposure "{normalisation}", this recipe uses "{wanted}".',
            name=model.header.name,
            normalisation=choice_value(model.preprocessing.normalisation),
            wanted=choice_value(recipe.normalisation),
        )
        yield Noted(sentence, Severity.WARNING)
    if model.header.classes != classes and recipe.trains_backbone and recipe.backbone_rate_factor < 1:
        sentence = tr(
            "{name} was trained for other classes ({classes}). In measurements a new task was "
            "learned better with a learning rate factor of 1 below the last layer; this recipe uses "
            "{factor:g}.",
            name=model.header.name,
            classes=", ".join(model.header.classes),
            factor=recipe.backbone_rate_factor,
        )
        yield Noted(sentence)
