"""An earlier list is opened as it is on the disk: nothing is screened, nothing is written, no row is lost."""

import csv
import shutil
from dataclasses import replace

import pytest

from core.models.model_header import bundled_model_path
from core.screening.events import FilmAnswered
from core.screening.reader_calls import Call, append_call, calls_path
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.screening.state_log import state_path
from core.screening.worklist_file import CHANGED_FILM, final_ledger_path, guess_classes, open_worklist
from core.system.errors import JobFailed
from tests.factories import CLASSES, drained, draw_film
from tests.faults.hostile_names import small_model
from tests.faults.program import digests


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "clinic"
    folder.mkdir()
    for seed in range(3):
        draw_film(seed, seed % 2, 96).save(folder / f"{seed}.png")
    (folder / "notes.txt").write_text("no film")
    return folder


@pytest.fixture
def ledger(films, tmp_path, cancel):
    """A complete screening of the films by a small model."""
    output = tmp_path / "lists" / "r.csv"
    output.parent.mkdir()
    drained(screen(films, output, small_model(), cancel))
    return output


def test_rows_codes_and_calls_are_those_on_the_disk(films, ledger, cancel):
    call = Call("1.png", "NORMAL", True, "shadow", "2026-01-01T12:00:00+01:00", "code")
    append_call(calls_path(ledger), call)
    _, result = drained(screen(films, ledger.with_name("again.csv"), small_model(), cancel))
    opened = open_worklist(ledger, films, [small_model()])
    assert opened.result.rows == result.rows
    assert [row.film for row in opened.result.rows] == [row.film for row in result.rows]
    assert all(row.film for row in opened.result.rows if row.label)
    assert opened.calls == (call,)
    assert (opened.result.completed, opened.result.found) == (True, 4)
    assert (opened.classes, opened.model) == (CLASSES, small_model())
    assert opened.header.name == opened.result.rows[0].model
    assert opened.screened_at[:2] == "20"


def test_opening_writes_nothing_and_screens_no_new_film(films, ledger):
    draw_film(7, 1, 96).save(films / "new.png")
    (films / "0.png").unlink()  # moved since
    before = digests(ledger.parent) | digests(films)
    opened = open_worklist(ledger, films, [small_model()])
    assert digests(ledger.parent) | digests(films) == before
    assert [row.file for row in opened.result.rows] == ["0.png", "1.png", "2.png", "notes.txt"]


def test_a_folder_without_any_of_its_films_is_refused(films, ledger, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    draw_film(0, 0, 96).save(other / "other.png")
    before = ledger.read_bytes()
    with pytest.raises(JobFailed, match="holds none of the 4 files of this list"):
        open_worklist(ledger, other, [small_model()])
    assert ledger.read_bytes() == before


def test_an_interrupted_list_opens_as_far_as_it_came(films, tmp_path, cancel):
    output = tmp_path / "r.csv"
    for event in screen(films, output, small_model(), cancel):
        if isinstance(event, FilmAnswered):
            cancel.set()
    opened = open_worklist(partial_path(output), films, [small_model()])
    assert not opened.result.completed
    assert opened.output == output == final_ledger_path(partial_path(output))
    assert 1 <= len(opened.result.rows) <= 4


def test_without_its_model_the_list_opens_with_its_answers_and_no_other_models(films, ledger):
    opened = open_worklist(ledger, films, [bundled_model_path().with_name("gone.safetensors")])
    assert (opened.header, opened.model, opened.result.validation) == (None, None, "")
    assert opened.classes == ()  # all films have one class: what the reader's keys mean is not known
    known = open_worklist(ledger, films, classes=("NORMAL", "PNEUMONIA"))
    assert known.classes == ("NORMAL", "PNEUMONIA")


def test_a_file_that_is_no_list_is_refused(films, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("name,value\na,1\n")
    for path in (other, tmp_path / "missing.csv"):
        with pytest.raises(JobFailed, match="cannot be opened as a list of screened films"):
            open_worklist(path, films)


def test_films_of_two_models_are_no_list(films, ledger):
    with ledger.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    lines[1][-1] = "other 12345678"
    with ledger.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    with pytest.raises(JobFailed, match="films of several models"):
        open_worklist(ledger, films)


def test_the_class_of_the_lowest_probability_counts_as_negative(films, ledger):
    rows = open_worklist(ledger, films).result.rows
    labelled = [row for row in rows if row.label]
    both = [replace(labelled[0], label=label, probability=value) for label, value in (("ill", 0.9), ("well", 0.1))]
    assert guess_classes(both) == ("well", "ill")
    assert guess_classes(both[:1]) == ()
    assert guess_classes([*both, replace(both[0], label="third")]) == ()


def test_a_list_that_was_copied_elsewhere_opens_there(films, ledger, tmp_path):
    copied = tmp_path / "copy"
    shutil.copytree(ledger.parent, copied)
    assert open_worklist(copied / "r.csv", films, [small_model()]).output == copied / "r.csv"


def test_an_unfinished_list_is_newer_than_the_finished_one_beside_it(films, ledger):
    rows = ledger.read_text("utf-8").splitlines(keepends=True)
    partial_path(ledger).write_text("".join(rows[:3]), "utf-8")
    opened = open_worklist(ledger, films, [small_model()])
    assert (len(opened.result.rows), opened.result.completed) == (2, False)


def test_a_row_of_a_film_that_was_read_again_later_fits_no_film(films, ledger):
    lines = state_path(ledger).read_text("utf-8").splitlines(keepends=True)
    changed = lines[0].replace('"row": "0.png', '"row": "other.png')
    state_path(ledger).write_text("".join([*lines, changed]), "utf-8")
    opened = open_worklist(ledger, films, [small_model()])
    assert {row.file: row.film for row in opened.result.rows}["0.png"] == CHANGED_FILM
