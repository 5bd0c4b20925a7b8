"""Places over a film: apart from each other at every size of the pane."""

from dataclasses import fields
from itertools import combinations

import pytest
from PySide6.QtCore import QRect, QSize

from gui.reading.pane_places import find_places, is_compact

SIZES = [(650, 330), (760, 400), (1040, 547), (1620, 900)]
STRIP = QSize(340, 32)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_always_there_never_meets(size):
    pane = QSize(*size)
    box = QSize(290, 80) if is_compact(pane) else QSize(316, 104)
    places = find_places(pane, box, STRIP)
    fixed = (places.box, places.strip, places.state, places.notice)
    assert not any(one.intersects(other) for one, other in combinations(fixed, 2))
    assert not any(places.caption.intersects(other) for other in (places.box, places.strip, places.details))
    for other in (places.box, places.strip):
        assert not places.warning.intersects(other)
        assert not places.details.intersects(other)
        assert not places.facts.intersects(other)
    for field in fields(places):
        rect = getattr(places, field.name)
        assert QRect(0, 0, *size).contains(rect), field.name
        assert rect.isValid()


def test_a_small_pane_is_compact():
    assert [is_compact(QSize(*size)) for size in SIZES] == [True, False, False, False]
    assert is_compact(QSize(1600, 399))
