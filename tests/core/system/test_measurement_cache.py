"""Measurements that were damaged on the disk are made anew."""

import json

import pytest

from core.system.measurement_cache import measurement_path, read_measurement, write_measurement

KEY = ["a processor", "4"]


@pytest.fixture
def path():
    path = measurement_path("training", KEY)
    write_measurement(path, KEY, {"half": True, "batch": 16})
    return path


def test_a_measurement_is_for_its_key_only(path):
    assert read_measurement(path, KEY) == {"key": KEY, "half": True, "batch": 16}
    assert read_measurement(path, ["another processor", "4"]) is None
    assert read_measurement(path.with_name("none.json"), KEY) is None


def test_one_flipped_bit_anywhere_gives_no_other_measurement(path):
    whole = path.read_bytes()
    for place in range(len(whole)):
        for bit in (1, 32):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            assert read_measurement(path, KEY) in (None, {"key": KEY, "half": True, "batch": 16})


@pytest.mark.parametrize("change", [{"half": False}, {"checksum": None}, {"checksum": 5}, {"more": float("nan")}])
def test_a_value_under_another_checksum_is_not_believed(path, change):
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert read_measurement(path, KEY) is None
