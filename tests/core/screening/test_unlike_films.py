"""A film that is unlike those the model was validated on goes to review, wherever it is scored."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from core.models.decision import Decision
from core.models.model_file import load_model, save_model
from core.models.model_header import GATE
from core.models.turned_model import OWN_ENTRIES
from core.screening.cautions import format_unlike_caution
from core.screening.events import Status
from core.screening.film_json import describe_reading
from core.screening.screening import screen
from core.screening.single_film import read_single_film, score_anyway
from core.system.errors import UNLIKE_CAUTION
from tests.factories import drained, draw_film, write_dicom
from tests.likeness_models import knowing_model, write_odd_film

UNLIKE = "unlike_validated_films"


@pytest.fixture
def films(tmp_path):
    """Three phantoms, one that shows no chest, and one of a patient of 74 years."""
    folder = tmp_path / "films"
    folder.mkdir()
    for seed in range(3):
        draw_film(seed + 300, seed % 2, 200).save(folder / f"{seed}.png")
    write_odd_film(folder / "odd.png")
    pixels = np.asarray(draw_film(310, 1, 200))
    write_dicom(folder / "old.dcm", pixels, PatientBirthDate="19500301", StudyDate="20240701")
    return folder


def screened(films, output, cancel, **options):
    return drained(screen(films, output, knowing_model(), cancel, **options))[1]


def test_it_is_scored_and_in_review_with_its_reason(films, tmp_path, cancel):
    result = screened(films, tmp_path / "r.csv", cancel)
    rows = {row.file: row for row in result.rows}
    assert {row.status for row in rows.values()} == {Status.SCORED}
    for name in ("odd.png", "old.dcm"):
        assert (rows[name].reason, rows[name].decision) == (UNLIKE, Decision.REVIEW)
        assert rows[name].label
        assert 0 <= rows[name].probability <= 1
    for name in ("0.png", "1.png", "2.png"):
        assert rows[name].reason == ""
        assert rows[name].decision is not Decision.REVIEW
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as stream:
        cells = {line["file"]: line for line in csv.DictReader(stream)}
    assert (cells["odd.png"]["reason"], cells["odd.png"]["decision"]) == (UNLIKE, "review")


def test_the_screening_says_how_many_first(films, tmp_path, cancel):
    result = screened(films, tmp_path / "r.csv", cancel)
    assert result.drift[0] == (
        "2 of 5 scored films are unlike those that the model was validated on, so they are in review: "
        "read them without the model's answers."
    )
    (films / "odd.png").unlink()
    (films / "old.dcm").unlink()
    assert screened(films, tmp_path / "s.csv", cancel).drift == ()


def test_a_resumed_screening_gives_the_same_rows(films, tmp_path, cancel):
    before = screened(films, tmp_path / "r.csv", cancel)
    assert screened(films, tmp_path / "r.csv", cancel, resume=True).rows == before.rows


def test_a_film_opened_alone_has_the_decision_of_its_row(films, tmp_path, cancel):
    for row in screened(films, tmp_path / "r.csv", cancel).rows:
        _, film = drained(read_single_film(films / row.file, knowing_model(), cancel))
        assert (film.reason, film.decision, film.is_unlike) == (row.reason, row.decision, bool(row.reason))
        content = describe_reading(film)
        assert (content["reason"], content["decision"]) == (row.reason, row.decision)
        assert content["explanation"] == (UNLIKE_CAUTION if film.is_unlike else "")


@pytest.fixture
def gated(model, tmp_path):
    """The same model with the gate of another one."""
    loaded, gate = load_model(knowing_model()), load_model(model).header.content[GATE]
    more = {key: value for key, value in loaded.header.content.items() if key not in OWN_ENTRIES} | {GATE: gate}
    path = tmp_path / "gated.safetensors"
    header = loaded.header
    save_model(
        path, header.architecture, header.classes, loaded.network, loaded.preprocessing, header.calibration, more
    )
    return path


def test_the_reason_of_a_gate_that_a_person_overrode_stays(films, gated, tmp_path, cancel):
    _, result = drained(screen(films, tmp_path / "r.csv", gated, cancel))
    row = next(row for row in result.rows if row.file == "odd.png")
    assert row.status is Status.REFUSED
    _, (scored, reading, _) = drained(score_anyway(result, films, row, gated, cancel))
    assert (scored.status, scored.reason, scored.decision) == (Status.SCORED, row.reason, Decision.REVIEW)
    assert (reading.reason, reading.is_unlike, reading.decision) == (row.reason, True, Decision.REVIEW)


def test_no_sentence_without_such_films(films, tmp_path, cancel):
    rows = screened(films, tmp_path / "r.csv", cancel).rows
    assert format_unlike_caution(row for row in rows if not row.reason) == ()
    one = next(row for row in rows if row.reason)
    (sentence,) = format_unlike_caution([one, replace(one, reason="")])
    assert sentence.startswith("1 of 2 scored films is unlike")
