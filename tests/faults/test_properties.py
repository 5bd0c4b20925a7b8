# ruff: noqa: PT017
"""What must hold for any input: parsers refuse in a sentence, nothing is lost in a ledger, no patient in two splits."""

import csv
import io
import json
import re
import string
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from core.datasets.label_list import read_label_list
from core.datasets.list_columns import guess_columns
from core.datasets.patient_ids import EACH_FILE, extract_patients, propose_pattern
from core.datasets.preparation import (
    Action,
    Correction,
    Preparation,
    SplitChoice,
    Step,
    from_json_object,
    load_preparation,
)
from core.datasets.preparation import to_json_object as preparation_json
from core.datasets.splits import assign_splits
from core.films.film_reader import read_pixels
from core.films.patient_age import format_age, parse_age
from core.models.decision import Decision
from core.models.header_values import UnusableEntry
from core.models.model_header import SEAL, _parse_header, compute_seal
from core.models.operating_point import parse_wish
from core.recipes import recipe_json
from core.recipes.recipe import NAMED_RECIPES
from core.screening.events import LedgerRow, Status
from core.screening.folder_listing import path_of_name, relative_name
from core.screening.results_csv import Journal, format_csv, partial_path, read_rows, write_final
from core.system.errors import FilmUnreadable, JobFailed, PneumoScreenError
from core.system.safe_text import escape_unprintable
from tests.faults.fuzz_mutations import list_places

QUICK = settings(max_examples=40, suppress_health_check=list(HealthCheck))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
CELL = TEXT.filter(lambda text: text == text.strip() and text)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("properties")


def changed(content, key, value):
    """JSON with the value of the key-th place, in the order of a walk, replaced."""
    places = list_places(content)
    node, name = places[key % len(places)]
    node[name] = value
    return content


@QUICK
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), st.sampled_from(",;\t"))
@example([("0", "\x04")], ",")
def test_a_label_list_comes_back_cell_by_cell(place, rows, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    text.write(f"file{delimiter}label\r\n")
    writer.writerows(rows)
    path = place / "list.csv"
    path.write_bytes(text.getvalue().encode())
    assert [cells for _, cells in read_label_list(path).rows] == rows


@QUICK
@given(st.binary(max_size=200) | st.text(st.sampled_from('",;\t\r\n\0a='), max_size=60).map(str.encode))
def test_any_bytes_are_a_label_list_or_a_sentence(place, content):
    for suffix in ("csv", "xlsx"):
        path = place / f"odd.{suffix}"
        path.write_bytes(content)
        try:
            table = read_label_list(path)
            assert all(len(cells) == len(table.header) for _, cells in table.rows)
            guess_columns(table)
        except JobFailed as refusal:
            assert refusal.sentence.endswith(".")


@QUICK
@given(st.sampled_from(sorted(NAMED_RECIPES)), st.integers(0, 200), JSON)
def test_a_recipe_is_whole_or_refused(name, key, value):
    whole = recipe_json.to_json_object(NAMED_RECIPES[name])
    assert recipe_json.from_json_object(json.loads(json.dumps(whole))) == NAMED_RECIPES[name]
    try:
        made = recipe_json.from_json_object(changed(json.loads(json.dumps(whole)), key, value))
    except JobFailed as refusal:
        assert "recipe" in refusal.sentence
    else:
        assert recipe_json.from_json_object(recipe_json.to_json_object(made)) == made


@QUICK
@given(JSON)
def test_any_json_is_a_preparation_or_refused_by_name(place, content):
    path = place / "preparation.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(JobFailed, match="not a dataset preparation"):
        load_preparation(path)


@QUICK
@given(
    st.lists(
        st.builds(
            Step,
            TEXT,
            st.lists(st.builds(Correction, TEXT, st.sampled_from(Action), TEXT), max_size=3).map(tuple),
            st.none() | st.sampled_from(SplitChoice),
        ),
        max_size=4,
    ).map(tuple),
    st.none() | TEXT,
    st.integers(0, 40),
    JSON,
)
def test_a_preparation_survives_and_a_changed_one_is_whole_or_refused(place, steps, pattern, key, value):
    made = Preparation(patient_pattern=pattern, steps=steps)
    content = json.loads(json.dumps(preparation_json(made)))
    assert from_json_object(json.loads(json.dumps(content))) == made
    path = place / "changed.json"
    path.write_text(json.dumps(changed(content, key, value)), "utf-8")
    try:
        again = load_preparation(path)
    except JobFailed as refusal:
        assert "not a dataset preparation" in refusal.sentence
    else:
        assert isinstance(again.patient_pattern, str | None)
        assert all(isinstance(file, str) for file, _ in again.corrections())


def test_json_nested_without_end_is_refused_everywhere(place):
    path = place / "deep.json"
    path.write_text("[" * 200_000, "utf-8")
    with pytest.raises(JobFailed):
        load_preparation(path)
    with pytest.raises(JobFailed):
        recipe_json.load_recipe(str(path))


HEADER = {
    "format": 1, "app_version": "0.1.0", "architecture": "resnet18", "classes": ["A", "B"],
    "temperature": 1.0, "threshold": 0.5, "review_band": [0.4, 0.6], "band_error": 0.05,
    "sha256": "0" * 64, "ages_years": [1, 5],
    "preprocessing": {"size_px": 64, "normalisation": "per_film"},
}  # fmt: skip


def test_the_header_that_is_changed_here_is_whole():
    assert _parse_header(Path("m.safetensors"), {**HEADER, SEAL: compute_seal(HEADER)}).classes == ("A", "B")


@QUICK
@given(st.integers(0, 30), JSON)
def test_a_model_header_is_whole_or_refused(key, value):
    content = changed(json.loads(json.dumps(HEADER)), key, value)
    if isinstance(content, dict):
        content[SEAL] = compute_seal(content)
    try:
        header = _parse_header(Path("m.safetensors"), content)
    except (JobFailed, UnusableEntry):
        return
    assert len(header.classes) >= 2
    assert 0 < header.calibration.temperature < 1e6
    assert len(compute_seal(content)) == 64


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
@QUICK
@example(["a"], "([[])")
@given(st.lists(TEXT, max_size=12), st.text(string.printable, max_size=12))
def test_patients_are_told_for_every_name_or_the_pattern_is_refused(stems, pattern):
    assert len(extract_patients(stems, propose_pattern(stems))) == len(stems)
    assert extract_patients(stems, EACH_FILE) == stems
    if re.search(r"[*+?}]", pattern):
        return  # quantifiers nested in quantifiers may take for ever, in any regular expression
    try:
        told = extract_patients(stems, pattern)
    except JobFailed as refusal:
        assert "regular expression" in refusal.sentence
    else:
        assert len(told) == len(stems)


@QUICK
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 25)), min_size=1, max_size=120), st.integers(0, 9))
def test_no_patient_and_no_copies_are_in_two_splits(films, seed):
    made = [Film(Path(f"f{number:03}"), label, f"p{patient}") for number, (label, patient) in enumerate(films)]
    copies = [(made[0].path, made[-1].path)]
    try:
        divided = assign_splits(Dataset(Path(), ("A", "B"), tuple(made)), seed, copies)
    except JobFailed as refusal:
        assert "split" in refusal.sentence
        return
    assert [film.path for film in divided.films] == [film.path for film in made]
    by_patient = {}
    for film in divided.films:
        assert by_patient.setdefault(film.patient, film.split) is film.split is not None
    assert divided.films[0].split is divided.films[-1].split
    assert {film.split for film in divided.films} == set(Split)


@st.composite
def ledger_rows(draw):
    status = draw(st.sampled_from(Status))
    if status is not Status.SCORED:
        return LedgerRow(draw(CELL), status, "damaged", None, None, None, "m 1")
    probability = round(draw(st.floats(0, 1)), 6)
    return LedgerRow(draw(CELL), status, "", "=B", probability, draw(st.sampled_from(Decision)), "m 1")


@QUICK
@example([LedgerRow(name, Status.REFUSED, "damaged", None, None, None, "m 1") for name in ("=", "'=", "''=", "'a")], 0)
@given(st.lists(ledger_rows(), max_size=8, unique_by=lambda row: row.file), st.integers(0, 400))
def test_a_ledger_comes_back_row_by_row_and_a_torn_one_loses_only_its_end(rows, torn):
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "r.csv"
        journal = Journal(output, ("A", "=B"), {})
        journal.add(rows[:1])
        journal.add(rows[1:])
        journal.close()
        assert read_rows(partial_path(output), ("A", "=B"), "m 1") == rows
        whole = partial_path(output).read_bytes()
        write_final(output, rows, ("A", "=B"))
        assert output.read_bytes() == whole == format_csv(rows, ("A", "=B")).encode()
        output.write_bytes(whole[: len(whole) - torn % len(whole)])
        try:
            left = read_rows(output, ("A", "=B"), "m 1")
        except JobFailed as refusal:
            assert "cannot be continued" in refusal.sentence
        else:
            assert left == rows[: len(left)]


@QUICK
@given(st.binary(min_size=1, max_size=40).filter(lambda name: not {0, 47} & set(name) and name not in {b".", b".."}))
def test_any_file_name_leads_back_to_its_file(name):
    import os

    path = Path("/films") / os.fsdecode(name)
    if path.name == os.fsdecode(name):
        told = relative_name(path, Path("/films"))
        assert told.encode("utf-8")
        assert path_of_name(Path("/films"), told) == path


@QUICK
@given(st.text(max_size=40))
def test_texts_of_any_kind_are_read_or_refused(text):
    assert escape_unprintable(escape_unprintable(text)) == escape_unprintable(text)
    assert format_age(text) == "" or parse_age(text) is not None
    try:
        parse_wish(text)
    except PneumoScreenError as refusal:
        assert refusal.sentence
    with pytest.raises(FilmUnreadable):
        read_pixels(Path("/nowhere") / text.encode("utf-8", "replace").decode())


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(["film", "text", "empty", "cut", "folder", "dicom"]), min_size=1, max_size=7))
def test_found_is_scored_and_refused_and_failed(kinds):
    from core.screening.screening import screen
    from tests.factories import drained, write_dicom
    from tests.faults.hostile_films import FILM, encoded
    from tests.faults.hostile_names import small_model

    png = encoded(FILM, "PNG")
    content = {"film": png, "text": b"no film", "empty": b"", "cut": png[:900]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "films"
        folder.mkdir()
        for number, kind in enumerate(kinds):
            if kind == "folder":
                (folder / f"{number}.png").mkdir()
            elif kind == "dicom":
                write_dicom(folder / f"{number}", FILM)
            else:
                (folder / f"{number}.png").write_bytes(content[kind])
        _, result = drained(screen(folder, Path(name) / "r.csv", small_model(), threading.Event()))
        assert result.found == result.scored + result.refused + result.failed == len(kinds) - kinds.count("folder")
        assert len({row.file for row in result.rows}) == result.found
        assert result.failed == kinds.count("cut")
        assert asdict(result)["completed"]
