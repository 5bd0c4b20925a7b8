"""Films made after public reports of wrongly read ones, against the pictures that the standard asks for."""

import json

import numpy as np
import pytest
from PIL import Image

from core.films.film_notes import Note
from core.films.film_reader import read_stream
from core.films.images import explain_read_errors, open_regular, resize
from core.films.outline import correlate_with_chest
from core.system.errors import FilmUnreadable, Reason
from tests.factories import ROOT

CASES = ROOT.parent / "shared" / "cases"
# why a film is not to be scored, as the reader or its facts tell
REFUSED = {
    "d72_mono2_inverse_positive.dcm": Reason.INVERTED, "d73_mono1_lies.dcm": Reason.INVERTED,
    "d76_for_processing.dcm": Reason.RAW_DETECTOR_DATA, "d90_lateral_by_orientation.dcm": Reason.LATERAL_VIEW,
    "d92_lateral_by_description.dcm": Reason.LATERAL_VIEW, "d12_pixels_one_row_short.dcm": Reason.DAMAGED,
    "d88_no_sequence_delimiter.dcm": Reason.DAMAGED,
}  # fmt: skip
INVERTED = -0.3  # correlation with the outline of a chest, below which the gate takes a film for a negative

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not on this computer")


def list_names():
    return [case["name"] for case in json.loads((CASES / "cases.json").read_text("utf-8"))] if CASES.is_dir() else []


def read_case(name):
    with explain_read_errors(), open_regular(CASES / "films" / name) as stream:
        return read_stream(stream)


def find_reason(film):
    """Why the gate has to refuse a film, None if it has not."""
    if film.facts.is_raw:
        return Reason.RAW_DETECTOR_DATA
    if film.facts.is_lateral:
        return Reason.LATERAL_VIEW
    correlation = correlate_with_chest(resize(film.pixels, 64, 64)[None])[0]
    return Reason.INVERTED if correlation < INVERTED else None


@pytest.mark.parametrize("name", [name for name in list_names() if name not in REFUSED])
def test_a_film_is_the_expected_picture(name):
    film = read_case(name)
    assert find_reason(film) is None
    expected = CASES / "expected" / f"{name}.png"
    if not expected.exists():
        assert (name, film.facts.age_years, film.facts.notes) == (
            "d93_age_from_birth_date.dcm", 74, (Note.AGE_COMPUTED,)
        )  # fmt: skip
        return
    with Image.open(expected) as picture:
        assert np.abs(np.asarray(picture.convert("L")).astype(int) - film.pixels).mean() <= 2


@pytest.mark.parametrize("name", REFUSED)
def test_a_film_that_is_not_to_be_scored_has_its_reason(name):
    try:
        reason = find_reason(read_case(name))
    except FilmUnreadable as refusal:
        reason = refusal.reason
    assert reason is REFUSED[name]
