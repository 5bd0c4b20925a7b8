"""Random changes of training films."""

import math

import torch

from core.networks.augmentation import augment
from core.recipes.recipe import Augmentation


def test_stretching_changes_the_proportions_within_its_limit_and_keeps_the_area():
    square = torch.zeros(64, 1, 100, 100)
    square[:, :, 40:60, 40:60] = 1
    films = augment(square, Augmentation(stretch_fraction=0.5), torch.Generator().manual_seed(1))
    high = (films.amax(3) > 0.5).sum(2)[:, 0].float()
    wide = (films.amax(2) > 0.5).sum(2)[:, 0].float()
    assert 1 / 1.6 < (wide / high).min() < 0.8
    assert 1.25 < (wide / high).max() < 1.6
    assert (wide * high).min() > 0.9 * 400
    assert (wide * high).max() < 1.15 * 400


def test_rotation_keeps_lengths_where_nothing_else_changes():
    bar = torch.zeros(1, 1, 101, 101)
    bar[:, :, 49:52, 20:81] = 1
    turned = augment(bar, Augmentation(rotation_degrees=40), torch.Generator().manual_seed(3))
    y, x = torch.nonzero(turned[0, 0] > 0.5, as_tuple=True)
    assert abs(math.hypot(int(y.max() - y.min()), int(x.max() - x.min())) - 61) < 4
    assert int(y.max() - y.min()) > 5
