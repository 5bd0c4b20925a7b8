"""The files beside a list of results: none of another origin is replaced, none that is removed meanwhile is missed."""

import csv
import sys

import pytest

from core.films.phantoms import draw_phantom
from core.screening.events import FilmAnswered
from core.screening.reader_calls import Call, append_call, calls_path
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.screening.screening_files import list_own_files
from core.screening.state_log import read_states, state_path
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import temporary_prefix
from tests.factories import drained, encode_png
from tests.faults.hostile_names import small_model
from tests.faults.program import digests

FILM = encode_png(draw_phantom(2, True, 72))


@pytest.fixture
def worklist(tmp_path):
    folder = tmp_path / "worklist"
    folder.mkdir()
    for name in "abcdef":
        (folder / f"{name}.png").write_bytes(encode_png(draw_phantom(ord(name), name < "d", 72)))
    return folder


def rows_of(output):
    with output.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_names_like_those_of_own_files_have_rows_and_are_kept(worklist, cancel):
    output = worklist / "r.csv"
    like_ours = (".r.csv.film.png", ".write-test-1.png", ".r.csv.lock", "r.csv.partial.bak", "r.calls.csv", "r.csv.bak")
    for name in like_ours:
        (worklist / name).write_bytes(FILM)
    before = digests(worklist)
    _, result = drained(screen(worklist, output, small_model(), cancel))
    assert result.found == result.scored == 6 + len(like_ours)
    assert {row["file"] for row in rows_of(output)} == set(before)
    assert all(digests(worklist)[name] == before[name] for name in before)
    assert not {worklist / name for name in like_ours} & set(list_own_files(output))


@pytest.mark.parametrize("path_of", [partial_path, state_path])
def test_a_companion_of_another_origin_ends_the_screening_before_it_begins(path_of, worklist, tmp_path, cancel):
    output = tmp_path / "r.csv"
    path_of(output).write_bytes(FILM)
    with pytest.raises(JobFailed, match="not an earlier output") as refused:
        drained(screen(worklist, output, small_model(), cancel))
    assert refused.value.reason is Reason.OUTPUT_NOT_WRITABLE
    assert path_of(output).read_bytes() == FILM


def write_studies(root, count):
    """Folders whose films have the same names, but are other films."""
    for number in range(count):
        folder = root / f"study-{number}"
        folder.mkdir()
        for name in "ab":
            (folder / f"{name}.png").write_bytes(encode_png(draw_phantom(10 * number + ord(name), True, 70 + number)))
        yield folder


def test_a_list_of_other_films_is_set_aside_with_its_calls(tmp_path, cancel):
    output, earlier = tmp_path / "r.csv", []
    for number, folder in enumerate(write_studies(tmp_path, 3)):
        events, _ = drained(screen(folder, output, small_model(), cancel))
        said = [event.sentence for event in events if "listed other films" in getattr(event, "sentence", "")]
        assert len(said) == (number > 0)
        assert not calls_path(output).exists()
        append_call(calls_path(output), Call("a.png", f"reader {number}", True, "", "2026-01-01T12:00:00+01:00"))
        earlier.append((output.read_bytes(), calls_path(output).read_bytes()))
        if number == 1:
            (tmp_path / "r.csv.bak").rename(tmp_path / "mine.csv")  # its calls stay where they are
    assert (tmp_path / "mine.csv").read_bytes() == earlier[0][0]
    assert calls_path(tmp_path / "r.csv.bak").read_bytes() == earlier[0][1]
    aside = tmp_path / "r.csv-2.bak"
    assert (aside.read_bytes(), calls_path(aside).read_bytes()) == earlier[1]
    drained(screen(folder, output, small_model(), cancel))  # of the same films: replaced
    assert not (tmp_path / "r.csv-3.bak").exists()
    assert calls_path(output).read_bytes() == earlier[2][1]


def test_a_list_that_somebody_saved_in_another_encoding_is_not_lost(worklist, tmp_path, cancel):
    output = tmp_path / "r.csv"
    drained(screen(worklist, output, small_model(), cancel))
    edited = output.read_bytes() + "Müller.png,refused,blank,,,,m\n".encode("latin-1")
    output.write_bytes(edited)
    drained(screen(worklist, output, small_model(), cancel))
    assert (tmp_path / "r.csv.bak").read_bytes() == edited


def test_files_that_appear_under_own_names_meanwhile_are_not_replaced(worklist, tmp_path, cancel):
    output = tmp_path / "r.csv"
    job = screen(worklist, output, small_model(), cancel)
    next(event for event in job if isinstance(event, FilmAnswered))
    output.write_bytes(FILM)
    with pytest.raises(JobFailed, match="not an earlier output"):
        drained(job)
    assert output.read_bytes() == FILM
    assert len(rows_of(partial_path(output))) == 6


def test_a_folder_named_like_an_earlier_list_is_no_hindrance(worklist, tmp_path, cancel):
    (tmp_path / "r.csv.bak").mkdir()
    assert drained(screen(worklist, tmp_path / "r.csv", small_model(), cancel))[1].found == 6


def test_own_files_are_known_through_a_link(worklist, tmp_path, cancel):
    (tmp_path / "link").symlink_to(worklist)
    for _ in range(2):
        _, result = drained(screen(tmp_path / "link", worklist / "r.csv", small_model(), cancel, heatmaps=worklist))
        assert result.found == result.scored == 6


@pytest.mark.parametrize("what", ["partial", "state", "lock", "all"])
def test_own_files_that_somebody_removes_meanwhile_are_written_anew(what, worklist, tmp_path, cancel):
    output = tmp_path / "r.csv"
    own = {"partial": partial_path(output), "state": state_path(output)}
    own["lock"] = output.with_name(f"{temporary_prefix(output)}lock")
    removed = list(own.values()) if what == "all" else [own[what]]
    job, answered = screen(worklist, output, small_model(), cancel), 0
    for event in job:
        if isinstance(event, FilmAnswered):
            answered += 1
            if answered == 3:
                [path.unlink() for path in removed]
            if answered == 4:
                assert all(path.exists() for path in removed)
                assert [row["file"] for row in rows_of(partial_path(output))] == [f"{name}.png" for name in "abcd"]
                with pytest.raises(JobFailed, match="Another PneumoScreen"), lock_output(output):
                    pass
    if sys.platform != "win32":
        assert {path.stat().st_mode & 0o777 for path in (output, state_path(output))} == {0o600}
    rows = rows_of(output)
    assert [row["file"] for row in rows] == [f"{name}.png" for name in "abcdef"]
    assert not own["lock"].exists()
    _, again = drained(screen(worklist, output, small_model(), cancel, resume=True))
    assert len(read_states(output, again.rows)) == 6


def test_a_lock_that_another_program_took_meanwhile_ends_the_screening(worklist, tmp_path, cancel):
    output = tmp_path / "r.csv"
    job = screen(worklist, output, small_model(), cancel)
    next(event for event in job if isinstance(event, FilmAnswered))
    output.with_name(f"{temporary_prefix(output)}lock").unlink()
    with lock_output(output), pytest.raises(JobFailed, match="Another PneumoScreen"):
        drained(job)
    assert len(rows_of(partial_path(output))) >= 1
