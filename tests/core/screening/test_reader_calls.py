"""The reader's calls."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.datasets.dataset import read_dataset
from core.films.phantoms import draw_phantom
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import (
    UNSURE,
    Call,
    Stance,
    calls_path,
    compare_call,
    format_calls,
    format_labels,
    load_calls,
)
from core.system.errors import JobFailed


def call(file, reader="NORMAL", blind=False, note=""):
    return Call(file, reader, blind, note, "2026-01-02T03:04:05+00:00")


def test_calls_are_on_disk_at_once_and_the_last_word_counts(tmp_path):
    output = tmp_path / "results.csv"
    book = load_calls(output)
    book.record(call("a.png"))
    book.record(call("b.png", UNSURE, note="=1+1\nsecond line"))
    book.record(call("a.png", "PNEUMONIA", blind=True))
    again = load_calls(output)
    assert (
        again.calls()
        == book.calls()
        == (
            call("a.png", "PNEUMONIA", True),
            call("b.png", UNSURE, note="=1+1\nsecond line"),
        )
    )
    assert len(again) == 2


def test_undo_goes_back_step_by_step_also_on_disk(tmp_path):
    book = load_calls(tmp_path / "r.csv")
    book.record(call("a.png"))
    book.record(call("a.png", "PNEUMONIA"))
    assert book.undo() == "a.png"
    assert load_calls(tmp_path / "r.csv").find("a.png") == call("a.png")
    assert book.undo() == "a.png"
    assert book.find("a.png") is None
    assert load_calls(tmp_path / "r.csv").calls() == ()
    assert book.undo() is None


def test_a_torn_last_line_loses_only_itself(tmp_path):
    book = load_calls(tmp_path / "r.csv")
    book.record(call("a.png"))
    book.record(call("b.png"))
    path = calls_path(tmp_path / "r.csv")
    path.write_bytes(path.read_bytes()[:-30])
    left = load_calls(tmp_path / "r.csv")
    assert [one.file for one in left.calls()] == ["a.png"]
    left.record(call("c.png"))
    assert [one.file for one in load_calls(tmp_path / "r.csv").calls()] == ["a.png", "c.png"]


def test_a_foreign_file_is_not_written_into(tmp_path):
    calls_path(tmp_path / "r.csv").write_text("something else\n")
    with pytest.raises(JobFailed, match="contains no reader's calls"):
        load_calls(tmp_path / "r.csv")


@settings(max_examples=30)
@given(st.text(max_size=30), st.text(max_size=60))
def test_any_name_and_note_come_back(tmp_path_factory, name, note):
    if any(0xD800 <= ord(letter) < 0xE000 for letter in name + note) or "\0" in name + note:
        return  # file names in ledgers are always valid text
    output = tmp_path_factory.mktemp("calls") / "r.csv"
    said = call(name.replace("\r", ""), note=note.replace("\r", ""))
    load_calls(output).record(said)
    assert load_calls(output).find(said.file) == said


def row(file, label, probability=0.9, film=""):
    return LedgerRow(file, Status.SCORED, "", label, probability, Decision.LIKELY, "m 12345678", film=film)


def test_calls_of_an_earlier_version_are_read_and_the_file_goes_on_with_all_columns(tmp_path):
    path = calls_path(tmp_path / "r.csv")
    path.write_text("file,reader,blind,note,called_at\na.png,NORMAL,yes,,2026-01-02T03:04:05+00:00\nb.png,NOR")
    book = load_calls(tmp_path / "r.csv")
    assert book.calls() == (call("a.png", blind=True),)
    book.record(replace(call("c.png"), film="0123456789abcdef"))
    assert load_calls(tmp_path / "r.csv").calls() == book.calls()
    assert path.read_text().splitlines()[0] == "file,reader,blind,note,called_at,film"


@pytest.mark.parametrize(
    ("reader", "film", "label", "stance", "sentence"),
    [
        ("NORMAL", "new", "NORMAL", Stance.AGREES, "The reader agreed: NORMAL."),
        ("NORMAL", "new", "PNEUMONIA", Stance.DISAGREES, "The reader disagreed: NORMAL."),
        (UNSURE, "new", "PNEUMONIA", Stance.UNSURE, "The reader was unsure."),
        ("NORMAL", "old", "NORMAL", Stance.EARLIER_FILM, "The reader called an earlier version of this film: NORMAL."),
        (UNSURE, "old", None, Stance.EARLIER_FILM, "The reader called an earlier version of this film: unsure."),
        ("NORMAL", "", "NORMAL", Stance.EARLIER_FILM, "The reader called an earlier version of this film: NORMAL."),
    ],
)
def test_a_call_stands_to_the_answer_on_the_film_that_was_called(reader, film, label, stance, sentence):
    opinion = compare_call(replace(call("a.png", reader), film=film), "new", label)
    assert (opinion.stance, opinion.sentence) == (stance, sentence)


def test_without_a_class_or_an_answer_there_is_no_opinion():
    assert compare_call(None, "new", "NORMAL") is None
    assert compare_call(call("a.png", "", note="look again"), "", "NORMAL") is None
    assert compare_call(call("a.png"), "", None) is None


@pytest.mark.parametrize("film", ["", "old"])
def test_a_call_counts_where_the_code_of_the_film_is_not_known(film):
    """The row is of an earlier version of the program, or its state was lost."""
    assert compare_call(replace(call("a.png"), film=film), "", "NORMAL").stance is Stance.AGREES


def test_a_call_on_an_earlier_film_is_kept_but_is_no_label(tmp_path):
    rows = [row("a.png", "NORMAL", film="new"), row("b.png", "NORMAL", film="new")]
    calls = [replace(call(file, "PNEUMONIA"), film=film) for file, film in (("a.png", "old"), ("b.png", "new"))]
    for only_disagreements in (False, True):
        lines = format_labels(tmp_path, calls, rows, only_disagreements).splitlines()
        assert lines[1:] == [f"{tmp_path / 'b.png'},PNEUMONIA"]
    table = list(csv.DictReader(io.StringIO(format_calls(calls, rows))))
    assert [(line["reader"], line["stance"]) for line in table] == [
        ("PNEUMONIA", "earlier_film"), ("PNEUMONIA", "disagrees"),
    ]  # fmt: skip


def test_exports_stand_beside_the_answers_and_open_as_a_dataset(tmp_path):
    for number in range(4):
        Image.fromarray(draw_phantom(number, number % 2 == 1, 64)).save(tmp_path / f"f{number}.png")
    rows = [row("f0.png", "NORMAL"), row("f1.png", "NORMAL"), row("f2.png", "PNEUMONIA"), row("f3.png", "PNEUMONIA")]
    calls = [call("f0.png", "NORMAL"), call("f1.png", "PNEUMONIA"), call("f2.png", "NORMAL"), call("f3.png", UNSURE)]
    table = list(csv.DictReader(io.StringIO(format_calls(calls, rows))))
    assert [(line["reader"], line["label"]) for line in table][1] == ("PNEUMONIA", "NORMAL")
    (tmp_path / "labels.csv").write_text(format_labels(tmp_path, calls, rows, only_disagreements=True))
    dataset = read_dataset(tmp_path / "labels.csv")
    assert {(film.path.name, dataset.classes[film.label]) for film in dataset.films} == {
        ("f1.png", "PNEUMONIA"), ("f2.png", "NORMAL"),
    }  # fmt: skip
    every = format_labels(tmp_path, calls, rows, only_disagreements=False)
    assert every.count("\n") == 4  # the header and three; unsure is no label
