"""A model that was trained the wrong way round is turned."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.models.decision import Decision
from core.models.model_file import load_model
from core.models.model_header import VALIDATION, bundled_model_path
from core.models.turned_model import turn_model
from core.system.errors import JobFailed, Reason
from tests.factories import draw_film

OPPOSITE = {Decision.LIKELY: Decision.UNLIKELY, Decision.UNLIKELY: Decision.LIKELY, Decision.REVIEW: Decision.REVIEW}


def films(size):
    return np.stack([np.asarray(draw_film(seed, seed % 2, size)) for seed in range(8)])


def test_it_gives_the_other_probability_label_and_decision(tmp_path):
    before = load_model(None)
    header = turn_model(None, tmp_path / "turned.safetensors")
    after = load_model(tmp_path / "turned.safetensors")
    assert header.classes == after.header.classes == ("PNEUMONIA", "NORMAL")
    seen = films(before.preprocessing.size_px)
    old, new = before.probabilities(seen), after.probabilities(seen)
    assert new == pytest.approx(1 - old, abs=1e-6)
    for one, other in zip(old, new, strict=True):
        labels = (
            before.header.classes[before.calibration.label(one)],
            after.header.classes[after.calibration.label(other)],
        )
        assert labels[0] == labels[1]
        assert after.calibration.decision(other) is OPPOSITE[before.calibration.decision(one)]


def test_what_depends_on_the_finding_is_mirrored_or_left_out(tmp_path):
    before = load_model(None).header
    after = turn_model(None, tmp_path / "turned.safetensors")
    assert after.content["metrics"] is None
    assert np.array_equal(after.validation.labels, 1 - before.validation.labels)
    assert after.content[VALIDATION]["films"] == before.content[VALIDATION]["films"]
    assert after.content["drift"]["score"] == pytest.approx(
        [1 - value for value in before.content["drift"]["score"]][::-1]
    )
    assert after.heat_scale is None
    assert after.content["gate"] == before.content["gate"]
    assert (after.ages, after.calibration.band_error) == (before.ages, before.calibration.band_error)


def test_turned_twice_it_is_the_model_it_was(tmp_path):
    turn_model(None, tmp_path / "once.safetensors")
    turn_model(tmp_path / "once.safetensors", tmp_path / "twice.safetensors")
    first, last = load_file(bundled_model_path()), load_file(tmp_path / "twice.safetensors")
    assert all(np.array_equal(first[key], last[key]) for key in first)
    before, after = load_model(None), load_model(tmp_path / "twice.safetensors")
    assert after.header.classes == before.header.classes
    assert after.calibration.threshold == pytest.approx(before.calibration.threshold, abs=1e-12)


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "film.png").write_bytes(b"film")
    with pytest.raises(JobFailed, match="not an earlier output") as error:
        turn_model(None, tmp_path / "film.png")
    assert error.value.reason is Reason.OUTPUT_NOT_WRITABLE
    assert (tmp_path / "film.png").read_bytes() == b"film"
