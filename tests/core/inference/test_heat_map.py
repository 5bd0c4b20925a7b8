"""Where the evidence for a finding lies in a film, and how it is drawn."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.inference.engine import FilmOutputs
from core.inference.film_network import TorchEngine, build_film_network
from core.inference.heat_map import build_heat_map, draw_overlay, heat_to_grey
from core.models.model_header import HEAT_SCALE
from tests.core.inference.networks import FILMS, SIDE


def scaled(header, scale):
    """The header with this entry."""
    return replace(header, content={**header.content, HEAT_SCALE: scale})


@pytest.fixture(scope="module")
def outputs(model):
    engine = TorchEngine(build_film_network(model))
    return max((engine.compute(film) for film in FILMS), key=lambda one: float(one.evidence.max()))


def test_a_film_with_less_evidence_than_the_scale_stays_pale(model, outputs):
    own = build_heat_map(model.header, outputs, "B")
    assert own.shape == (SIDE, SIDE)
    assert own.max() == pytest.approx(1)
    top = float(outputs.evidence.max())
    assert top > 0
    pale = build_heat_map(scaled(model.header, 4 * top), outputs, "B")
    assert pale == pytest.approx(own * pale.max(), abs=1e-5)
    assert 0.1 < pale.max() <= 0.25 + 1e-6  # enlarging may lower the highest place
    assert build_heat_map(scaled(model.header, top / 10), outputs, "B") == pytest.approx(own, abs=1e-6)


def test_it_is_enlarged_as_torch_does(model, outputs):
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(outputs.evidence)[None], (SIDE, SIDE), mode="bilinear", align_corners=False
    )[0, 0].numpy()
    assert build_heat_map(model.header, outputs, "B") == pytest.approx(expected / expected.max(), abs=1e-5)


def test_of_several_classes_each_has_its_own(model):
    header = replace(model.header, classes=("A", "B", "C"))
    evidence = np.zeros((3, 2, 2), np.float32)
    evidence[2, 0, 1] = 1
    outputs = FilmOutputs(np.zeros(8, np.float32), np.zeros(3, np.float32), evidence)
    heat = build_heat_map(header, outputs, "C")
    assert heat[0, -1] == 1
    assert heat[-1, 0] == 0
    assert not build_heat_map(header, outputs, "B").any()


def test_the_negative_of_two_classes_has_no_map(model, outputs):
    with pytest.raises(ValueError, match="not the finding"):
        build_heat_map(model.header, outputs, "A")


def test_heat_is_drawn_in_orange_over_the_film():
    film = np.full((4, 4), 100, np.uint8)
    heat = np.zeros((4, 4), np.float32)
    heat[0, 0] = 1
    picture = np.asarray(draw_overlay(film, heat))
    assert (picture[1:] == 100).all()
    assert picture[0, 0, 0] > picture[0, 0, 1] > picture[0, 0, 2]
    assert heat_to_grey(heat).max() == 255
