"""A model in a few words."""

from dataclasses import replace

import pytest

from core.models import model_summary
from core.models.model_header import ACCEPTED, AGES, bundled_model_path, read_header
from core.models.model_summary import summarize_model
from core.models.site_record import Acceptance, LocalPoint, save_acceptance, save_point

HEADER = read_header(bundled_model_path())


def accept(passed, threshold=HEADER.threshold):
    save_acceptance(HEADER, Acceptance(passed, threshold, "It was fine.", 200, "2026-01-30", "Dr. Roe"))


def test_a_model_without_an_acceptance_test_is_not_validated_here():
    summary = summarize_model(None)
    assert (summary.path, summary.name, summary.is_accepted) == (None, HEADER.name, False)
    assert summary.short.startswith("not validated here, ages 1–5")
    assert summary.full.splitlines()[0].startswith("Not validated here: no acceptance test")
    assert "patients of 1 to 5" in summary.full


@pytest.mark.parametrize(
    ("passed", "threshold", "short"),
    [
        (True, HEADER.threshold, "accepted here"),
        (False, HEADER.threshold, "not accepted here"),
        (True, 0.9, "not validated here"),
        (False, 0.9, "not validated here"),
    ],
)
def test_the_acceptance_test_counts_at_its_operating_point_only(passed, threshold, short):
    accept(passed, threshold)
    summary = summarize_model(None)
    assert summary.short.split(",")[0] == short
    assert summary.is_accepted is (short == "accepted here")


def test_the_name_is_that_at_the_operating_point_in_use():
    save_point(HEADER, LocalPoint("by hand", 0.2, (0.1, 0.3), None, "2026-01-30"))
    assert summarize_model(None).name not in ("", HEADER.name)


def test_known_problems_speak_against_an_accepted_model(monkeypatch):
    known = replace(HEADER, content={**HEADER.content, ACCEPTED: ["Twins in both splits."], AGES: None})
    monkeypatch.setattr(model_summary, "read_header", lambda _path: known)
    accept(True)
    summary = summarize_model(None)
    assert not summary.is_accepted
    assert summary.short.startswith("accepted here, known problems in its films")
    assert "Twins in both splits." in summary.full


def test_ages_that_nobody_knows_are_said_to_be_unknown(monkeypatch):
    content = {**HEADER.content, AGES: None, "data_fingerprint": "another"}
    monkeypatch.setattr(model_summary, "read_header", lambda _path: replace(HEADER, content=content))
    summary = summarize_model(None)
    assert summary.short == "not validated here"
    assert "does not say how old" in summary.full


def test_a_file_that_is_no_model_has_no_name_but_a_reason(tmp_path):
    (tmp_path / "no.safetensors").write_text("no model")
    summary = summarize_model(tmp_path / "no.safetensors")
    assert (summary.path, summary.name) == (tmp_path / "no.safetensors", "")
    assert summary.short == "the model cannot be used"
    assert "cannot be used as a model" in summary.full
