"""Strict JSON records: what was written is read again, and whatever else is refused by the name of its key."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.system.json_records import InvalidRecord, check_version, parse_record, parse_value


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    side: Side


@dataclass(frozen=True, slots=True)
class Whole:
    count: int
    share: float
    is_known: bool
    root: Path | None
    bounds: tuple[float, float]
    parts: tuple[Part, ...]
    best: Part | None
    tables: Mapping[str, tuple[int, ...]]


WHOLE = Whole(3, 0.5, True, Path("/films"), (0.0, 1.0), (Part("a", Side.LEFT),), None, {"b": (1, 2)})
numbers = st.floats(allow_nan=False, allow_infinity=False)
part = st.builds(Part, st.text(), st.sampled_from(Side))


@given(
    st.builds(
        Whole,
        st.integers(),
        numbers,
        st.booleans(),
        st.none() | st.text(min_size=1).map(Path),
        st.tuples(numbers, numbers),
        st.lists(part, max_size=3).map(tuple),
        st.none() | part,
        st.dictionaries(st.text(), st.lists(st.integers(), max_size=3).map(tuple), max_size=3),
    )
)
def test_what_is_written_is_read_again(whole):
    stored = json.loads(json.dumps({"format": 2, **asdict(whole)}, default=str))
    assert parse_record(Whole, check_version(stored, 2)) == whole


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"more": 1}, "unknown key more"),
        ({"best": {"name": "a"}}, "missing key best.side"),
        ({"best": 3}, "best is not a JSON object"),
        ({"parts": [{"name": "a", "side": "top"}]}, r"parts\[0\].side is 'top'; it must be one of left, right"),
        ({"parts": [{"name": "\ud800", "side": "left"}]}, r"parts\[0\].name is .*, which is not valid text"),
        ({"tables": {"\ud800": []}}, "tables is .*, which is not valid text"),
        ({"parts": {}}, "parts is {}; it must be of type tuple"),
        ({"tables": {"b": [True]}}, r"tables.b\[0\] is True; it must be of type int"),
        ({"bounds": [1]}, "bounds"),
        ({"bounds": [1, "2"]}, r"bounds\[1\]"),
        ({"count": 1.0}, "count"),
        ({"count": None}, "count"),
        ({"share": True}, "share"),
        ({"share": float("nan")}, "share"),
        ({"share": float("-inf")}, "share"),
        ({"share": 10**400}, "share"),
        ({"is_known": 1}, "is_known"),
        ({"root": ""}, "root"),
    ],
)
def test_what_is_wrong_is_named(changes, said):
    stored = json.loads(json.dumps(asdict(WHOLE), default=str))
    assert parse_record(Whole, stored) == WHOLE
    with pytest.raises(InvalidRecord, match=said):
        parse_record(Whole, stored | changes)


def test_a_missing_key_is_named_unless_its_value_is_given():
    with pytest.raises(InvalidRecord, match="missing key side"):
        parse_record(Part, {"name": "a"})
    assert parse_record(Part, {"name": "a"}, side=Side.LEFT) == Part("a", Side.LEFT)
    assert parse_value(Part | None, None, "part") is None


@pytest.mark.parametrize("content", [None, [], "x", {}, {"format": True}, {"format": "1"}, {"format": 1.0}])
def test_another_version_is_none(content):
    with pytest.raises(InvalidRecord, match=r"JSON object|its format is"):
        check_version(content, 1)
