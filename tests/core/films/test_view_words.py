"""Words for views in many languages."""

import pytest

from core.films.view_words import LATERAL, is_side_view, read_described_view, view_words


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("Thorax seitlich", LATERAL), ("CHEST_LAT", LATERAL), ("Chest PA/LAT", "BOTH"), ("Thorax p.a.", "PA"),
        ("Chest a. p. supine", "AP"), ("Thorax de face", "FRONTAL"), ("Lateral decubitus", ""), ("Plateau", ""),
        ("standard profile", ""), ("Рентген, боковая", LATERAL), ("胸部侧位", LATERAL), ("", ""),
    ],
)  # fmt: skip
def test_descriptions_tell_of_views(text, view):
    assert read_described_view(text) == view


@pytest.mark.parametrize(
    "view", ["LL", "RL", "LAT", "LATERAL", "RAO", "LPO", "OBLIQUE", "LLATERAL", "LLAT", "X-TABLE LAT"]
)
def test_side_views_are_known_by_their_codes(view):
    assert is_side_view(view)


@pytest.mark.parametrize("view", ["PA", "AP", "", "RLD", "LLD", "L", "PALATE"])
def test_other_views_are_not(view):
    assert not is_side_view(view)


def test_a_word_has_one_meaning():
    words = view_words()
    names = sorted(words)
    assert {"lateral", "pa", "ap", "decubitus"} <= set(names)
    for number, first in enumerate(names):
        for second in names[number + 1 :]:
            assert not words[first] & words[second], (first, second)
