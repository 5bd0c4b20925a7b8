"""The object of one film has the keys that docs/FILES.md tells, whatever became of the film."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.films.dicom_details import FilmDetails
from core.films.film_facts import FilmFacts
from core.films.film_notes import Note
from core.models.decision import Decision
from core.models.model_header import bundled_model_path, read_header
from core.screening.events import FilmReading, FilmRefusal
from core.screening.film_json import describe_reading, describe_refusal, describe_unchecked, describe_unreadable
from core.system.errors import REFUSALS, UNLIKE_CAUTION, FilmUnreadable, Reason
from tests.factories import ROOT, draw_film
from tests.faults.hostile_names import small_model

PATH = Path("/films/a.dcm")
PIXELS = np.zeros((96, 80), np.uint8)
FACTS = FilmFacts(
    stored_width=160, stored_height=192, transfer_syntax="1.2.840.10008.1.2.1", view="AP", age_years=4.5,
    photometric_interpretation="MONOCHROME2", window="2048/4096 LINEAR", notes=(Note.AGE_COMPUTED,),
)  # fmt: skip
READING = FilmReading(
    PATH, "PNEUMONIA", "PNEUMONIA", 0.123456789, 0.123456789, 0.1, Decision.REVIEW, "m-1", "", FilmDetails(), PIXELS,
    PIXELS.astype(np.float32), FACTS, reason="inverted",
)  # fmt: skip
REFUSAL = FilmRefusal(PATH, Reason.LATERAL_VIEW, "m-1", FilmDetails(), FACTS, PIXELS)
WHAT_WAS_READ = {
    "file": "a.dcm", "width_px": 80, "height_px": 96, "transfer_syntax": "1.2.840.10008.1.2.1", "view": "AP",
    "age_years": 4.5, "photometric_interpretation": "MONOCHROME2", "window": "2048/4096 LINEAR",
    "notes": ["age_computed"], "notice": "For research and education, not a diagnosis.",
}  # fmt: skip


def documented_keys():
    text = (ROOT / "docs/FILES.md").read_text(encoding="utf-8")
    table = text.split("\n## Film object\n")[1].split("\n## ")[0].split("| --- | --- |\n")[1].split("\n\n")[0]
    return {key for row in table.splitlines() for key in re.findall(r"`(\w+)`", row.split("|")[1])}


def unchecked(folder):
    draw_film(1, 1, 96).save(folder / "film.png")
    return describe_unchecked(folder / "film.png")


def test_every_film_has_the_documented_keys(tmp_path):
    objects = [
        describe_reading(READING), describe_refusal(REFUSAL), unchecked(tmp_path)[0],
        describe_unreadable(PATH, FilmUnreadable(Reason.DAMAGED, "It is cut off."), small_model()),
        describe_unchecked(tmp_path / "missing.png")[0],
    ]  # fmt: skip
    assert len(documented_keys()) == 17
    for content in objects:
        assert set(content) == documented_keys()
        assert json.loads(json.dumps(content)) == content


def test_a_film_that_was_read_has_its_row_and_its_facts():
    told = {"status": "scored", "reason": "inverted", "explanation": "", "label": "PNEUMONIA", "model": "m-1"}
    assert describe_reading(READING) == WHAT_WAS_READ | told | {"probability": 0.123457, "decision": "review"}
    told = {"status": "refused", "reason": "lateral_view", "label": None, "model": "m-1"}
    told |= {"explanation": REFUSALS[Reason.LATERAL_VIEW], "probability": None, "decision": None}
    assert describe_refusal(REFUSAL) == WHAT_WAS_READ | told


def test_a_film_unlike_validated_ones_says_so():
    content = describe_reading(replace(READING, reason="unlike_validated_films", is_unlike=True))
    assert (content["status"], content["reason"]) == ("scored", "unlike_validated_films")
    assert content["explanation"] == UNLIKE_CAUTION
    assert content["probability"] == 0.123457


@pytest.mark.parametrize(("reason", "status"), [(Reason.DAMAGED, "failed"), (Reason.EMPTY_FILE, "refused")])
def test_an_unreadable_file_has_its_reason_and_the_model_that_was_to_score_it(reason, status):
    content = describe_unreadable(PATH, FilmUnreadable(reason, "A sentence."), small_model())
    assert (content["status"], content["reason"], content["explanation"]) == (status, reason, "A sentence.")
    assert (content["model"], content["width_px"], content["notes"]) == (read_header(small_model()).name, None, [])
    bundled = describe_unreadable(PATH, FilmUnreadable(reason, "A sentence."), None)
    assert bundled["model"] == read_header(bundled_model_path()).name


def test_without_a_model_only_the_rules_refuse(tmp_path):
    content, pixels = unchecked(tmp_path)
    assert (content["status"], content["reason"], content["model"]) == (None, "", None)
    assert (content["height_px"], content["width_px"]) == pixels.shape == (96, 96)
    draw_film(1, 1, 96).resize((400, 96)).save(tmp_path / "wide.png")
    content, pixels = describe_unchecked(tmp_path / "wide.png")
    assert (content["status"], content["reason"]) == ("refused", "too_cropped")
    assert pixels.shape == (96, 400)
    content, pixels = describe_unchecked(tmp_path / "missing.png")
    assert (content["status"], content["reason"], pixels) == ("failed", "missing", None)
