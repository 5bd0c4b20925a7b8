"""Films as another source would give them: what the bundled model is taught and validated with."""

import importlib.util

import numpy as np
import pytest
import torch

from core.films.phantoms import draw_phantom
from tests.factories import ROOT

SPEC = importlib.util.spec_from_file_location("changed_source", ROOT / "packaging/changed_source.py")
source = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(source)
LABELS = torch.tensor([0, 1, 0, 1])


@pytest.fixture(scope="module")
def films():
    drawn = [draw_phantom(seed, bool(label), source.SIDE) for seed, label in enumerate(LABELS)]
    return torch.from_numpy(np.stack(drawn))[:, None] / 255


def seeded():
    return torch.Generator().manual_seed(1)


def assert_films(seen, shape):
    assert seen.shape == shape
    assert seen.min() >= 0
    assert seen.max() <= 1


def test_film_gets_the_greys_of_another_and_keeps_their_order(films):
    others = 0.3 + 0.5 * films.flip(0) ** 2
    given = source.match_histogram(films, others)
    theirs = others.flatten(1).sort(1).values
    assert (given.flatten(1).sort(1).values - theirs).abs().mean() < 0.01
    brightness = films[0].flatten().argsort(stable=True)
    assert (given[0].flatten()[brightness].diff() >= 0).all()


def test_partner_is_of_another_group():
    assert (LABELS[source.draw_other_group(LABELS, seeded())] != LABELS).all()
    assert source.draw_other_group(torch.ones(3, dtype=torch.long), seeded()).tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", [*source.CHANGES, *source.EXCHANGED])
def test_every_change_gives_films(films, name):
    seen = source.change_films(films, LABELS, name)
    assert_films(seen, films.shape)
    assert torch.equal(seen, films) == (name == "as they are")
    assert torch.equal(seen, source.change_films(films, LABELS, name))


def augment(films, masks):
    return source.augment_films(films, LABELS, torch.zeros(len(films)), masks, seeded())


def test_random_changes_repeat_with_their_seed(films):
    masks = torch.zeros(len(films), 1, 28, 28)
    seen, _ = augment(films, masks)
    assert_films(seen, films.shape)
    assert torch.equal(seen, augment(films, masks)[0])
    assert not torch.equal(seen, films)


def test_boxes_follow_the_geometry_of_their_films(films):
    marked, masks = torch.zeros_like(films), torch.zeros(len(films), 1, 28, 28)
    marked[..., 48:96, 120:176] = 1
    masks[..., 6:12, 15:22] = 1
    seen, moved = augment(marked, masks)
    inside = torch.nn.functional.interpolate(moved, films.shape[-2:]) > 0.9
    for film, box in zip(seen, inside, strict=True):
        assert film[box].mean() > film[~box].mean() + 0.2
    assert not torch.equal(moved, masks)
