"""What a model file says about its 8-bit form."""

import json
from dataclasses import replace

import pytest

from core.models.int8_form import Int8Form
from core.system.json_records import parse_record

FORM = Int8Form(100, 0.012, 0.0002, 0, 3.1, {"a": (-1.0, 2.5), "b": (0.0, 1.0)}, (0.01,), ((1.0,), (2.0,)))


STORED = json.loads(json.dumps(FORM.to_json_object()))


def test_it_is_read_as_it_was_written():
    assert parse_record(Int8Form, STORED) == FORM


@pytest.mark.parametrize(
    ("changes", "accurate", "accepted"),
    [
        ({}, True, True),
        ({"difference": 0.0201}, False, False),
        ({"auc_difference": 0.0011}, False, False),
        ({"changed": 1}, False, False),
        ({"speed": 1.0}, True, False),
    ],
)
def test_it_is_accepted_where_it_is_accurate_and_faster(changes, accurate, accepted):
    form = replace(FORM, **changes)
    assert (form.is_accurate, form.is_accepted) == (accurate, accepted)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("films", -1),
        ("films", True),
        ("films", 1.5),
        ("difference", -0.1),
        ("difference", "0.1"),
        ("difference", float("nan")),
        ("speed", float("inf")),
        ("ranges", {"a": [2, 1]}),
        ("ranges", {"a": [1]}),
        ("ranges", {"a": ["x", 1]}),
        ("ranges", []),
        ("ranges", {str(number): [0, 1] for number in range(5000)}),
        ("shift", ["x"]),
        ("shift", 3),
        ("known", [[True]]),
        ("known", [1.0]),
        ("more", 1),
    ],
)
def test_what_is_impossible_is_refused(key, value):
    with pytest.raises(ValueError, match=f"{key}|out of range"):
        parse_record(Int8Form, STORED | {key: value})
