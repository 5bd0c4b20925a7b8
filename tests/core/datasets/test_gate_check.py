"""Films of a dataset that screening would refuse."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.dataset import Dataset, Film
from core.datasets.gate_check import find_listed_laterals, find_refused_films
from core.films.film_properties import read_properties
from core.models.model_gate import read_bundled_gate
from core.system.errors import Reason
from tests.core.input_checks.pictures import REAL, coloured, text_page
from tests.factories import draw_film, write_dicom


@pytest.fixture
def chests(tmp_path):
    """The properties of 30 phantoms."""
    made = {}
    for seed in range(30):
        path = tmp_path / f"{seed}.png"
        draw_film(seed, seed % 2, 128).save(path)
        made[path] = read_properties(path)
    return made


def added(folder, name, picture):
    Image.fromarray(picture).save(folder / name)
    return folder / name, read_properties(folder / name)


def test_other_pictures_among_chest_films_are_found_with_their_reason(chests, tmp_path):
    film = np.asarray(draw_film(99, 1, 128))
    noise = np.random.default_rng(0).integers(0, 256, (128, 128)).astype(np.uint8)
    others = {
        "page.png": (text_page(), {Reason.NOT_A_CHEST_FILM, Reason.TOO_CROPPED, Reason.ROTATED}),
        "noise.png": (noise, {Reason.NOT_A_CHEST_FILM}),
        "photo.png": (coloured(128), {Reason.COLOUR_PHOTO}),
        "negative.png": (255 - film, {Reason.INVERTED}),
        "turned.png": (np.rot90(film), {Reason.ROTATED}),
    }
    expected = {}
    for name, (picture, reasons) in others.items():
        path, chests[path] = added(tmp_path, name, np.ascontiguousarray(picture))
        expected[path] = reasons
    refused = find_refused_films(chests, frozenset(), read_bundled_gate())
    assert set(refused) == set(expected)
    assert all(refused[path] in reasons for path, reasons in expected.items())


def test_laterals_are_found_by_header_and_by_list(chests, tmp_path):
    side = write_dicom(tmp_path / "side.dcm", np.asarray(draw_film(99, 1, 128)), ViewPosition="LL")
    chests[side] = read_properties(side)
    listed = next(iter(chests))
    refused = find_refused_films(chests, frozenset({listed}), None)
    assert refused == {side: Reason.LATERAL_VIEW, listed: Reason.LATERAL_VIEW}


def test_a_list_names_laterals_in_its_view_column():
    views = ("PA", "Lateral", "ll", "", "AP", "Frontal", "LATERAL", "seitlich", "L lat", "a.p. liegend", "profil")
    films = tuple(Film(Path(str(n)), 0, str(n), attributes=(("view", view),)) for n, view in enumerate(views))
    found = find_listed_laterals(Dataset(Path(), ("a", "b"), films))
    assert found == {Path(number) for number in ("1", "2", "6", "7", "8", "10")}


def test_nothing_is_found_among_films_alone(chests):
    assert find_refused_films(chests, frozenset(), read_bundled_gate()) == {}
    assert find_refused_films({}, frozenset(), read_bundled_gate()) == {}


@pytest.mark.skipif(not REAL.exists(), reason="the real films are not here")
def test_of_real_films_of_another_hospital_few_are_found_and_all_hands():
    films = sorted((REAL / "other-sources").rglob("*nih_chestxray14*/**/*.jpg"))[:120]
    hands = sorted((REAL / "other-sources").rglob("*not_chest_hand*/*.jpg"))[:6]
    properties = {path: read_properties(path) for path in (*films, *hands)}
    refused = find_refused_films(properties, frozenset(), read_bundled_gate())
    assert set(hands) <= set(refused)
    assert len(set(films) & set(refused)) <= 6


@pytest.mark.skipif(not REAL.exists(), reason="the real films are not here")
def test_a_dataset_of_another_body_part_is_left_alone():
    hands = sorted((REAL / "other-sources").rglob("*not_chest_hand*/*.jpg"))[:40]
    properties = {path: read_properties(path) for path in hands}
    assert len(find_refused_films(properties, frozenset(), read_bundled_gate())) <= 2
