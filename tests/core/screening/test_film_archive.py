"""Answered films that are moved into an archive: none is lost, none is doubled, none is replaced."""

import errno
import os
import shutil
import signal
import sys
import threading
import warnings
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from core.inference.scoring_model import open_model
from core.jobs.events import Noted
from core.screening.earlier_rows import read_earlier_rows
from core.screening.events import FilmAnswered, LedgerRow, Status
from core.screening.file_state import hash_file, observe
from core.screening.film_archive import FilmArchive
from core.screening.folder_listing import find_film, list_folder
from core.screening.screening import Screening, screen
from core.screening.screening_files import list_own_files
from core.screening.single_film import score_anyway
from core.screening.state_log import StateLog, add_film, read_file_states
from core.screening.worklist_file import open_worklist
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from tests.core.screening.watching import Watching
from tests.factories import drained, draw_film, encode_png
from tests.faults.hostile_names import small_model
from tests.faults.program import digests

ANSWERED = {"a.png", "sub/b.png", "letter.txt", "empty.png"}


def write_film(path, seed):
    path.parent.mkdir(exist_ok=True)
    draw_film(seed, seed % 2, 96).save(path)


@pytest.fixture
def inbox(tmp_path):
    """Two films, a file that is none, an empty one and a damaged one."""
    folder = tmp_path / "inbox"
    write_film(folder / "a.png", 1)
    write_film(folder / "sub" / "b.png", 2)
    (folder / "letter.txt").write_text("no film")
    (folder / "empty.png").touch()
    (folder / "cut.png").write_bytes((folder / "a.png").read_bytes()[:700])
    return folder


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "archive"


@pytest.fixture
def output(tmp_path):
    return tmp_path / "r.csv"


@pytest.fixture(params=["same disk", "another disk"])
def disk(request, monkeypatch):
    """With "another disk" a rename from one folder to another fails as between two disks."""
    replace = Path.replace

    def replace_on_disk(self, target):
        if self.parts[-2] != Path(target).parts[-2]:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    if request.param == "another disk":
        monkeypatch.setattr(Path, "replace", replace_on_disk)


@pytest.fixture
def move(inbox, output, archive, cancel):
    """Screens the inbox and moves what is answered; returns the result and the files that were answered."""

    def run(**more):
        events, result = drained(screen(inbox, output, small_model(), cancel, archive=archive, **more))
        return result, [event.row.file for event in events if isinstance(event, FilmAnswered)]

    return run


def names(folder):
    return set(digests(folder))


def films_in(folder):
    """Names, contents and times, without the lock that a killed program leaves."""
    return {name: film for name, film in digests(folder).items() if not name.startswith(".pneumoscreen-")}


@pytest.mark.usefixtures("disk")
def test_what_is_answered_is_moved_with_its_content_and_time_and_keeps_its_row(inbox, archive, output, move):
    before = digests(inbox)
    result, answered = move()
    assert set(answered) == names(archive) | names(inbox) == set(before)
    assert (names(archive), names(inbox)) == (ANSWERED, {"cut.png"})
    assert digests(archive) == {name: before[name] for name in ANSWERED}
    assert {row.file: row.status for row in result.rows}["cut.png"] is Status.FAILED
    ledger = output.read_bytes()
    assert move()[1] == []
    assert output.read_bytes() == ledger
    assert move(retry_failed=True)[1] == ["cut.png"]
    assert archive.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("disk")
def test_a_film_that_arrives_under_the_name_of_a_moved_one_has_a_row_and_a_name_of_its_own(
    inbox, archive, output, move
):
    archive.mkdir()
    (archive / "a.png").write_text("of somebody else")
    move()
    first = (archive / "a-2.png").read_bytes()
    write_film(inbox / "a.png", 7)
    (inbox / "a-2.png").write_bytes((inbox / "cut.png").read_bytes())  # fails, so it stays
    again = (inbox / "a.png").read_bytes()
    result, answered = move()
    assert answered == ["a-2.png", "a-3.png"]
    assert (archive / "a.png").read_text() == "of somebody else"
    assert ((archive / "a-2.png").read_bytes(), (archive / "a-3.png").read_bytes()) == (first, again)
    assert {find_film(inbox, row) for row in result.rows if row.file.startswith("a")} == {
        archive / "a-2.png", archive / "a-3.png", inbox / "a-2.png",
    }  # fmt: skip
    write_film(inbox / "a-2.png", 8)
    assert move()[1] == ["a-2.png"]
    assert (names(inbox), len(names(archive))) == ({"cut.png"}, 1 + len(ANSWERED) + 2)


def test_a_film_that_fails_under_the_name_of_a_moved_one_is_followed_without_moving(inbox, output, move, cancel):
    move()
    (inbox / "a.png").write_bytes((inbox / "cut.png").read_bytes())
    assert move()[1] == ["a-2.png"]
    assert move(retry_failed=True)[1] == ["a-2.png", "cut.png"]
    write_film(inbox / "a.png", 9)
    _, result = drained(screen(inbox, output, small_model(), cancel, resume=True))
    row = next(row for row in result.rows if row.file == "a-2.png")
    assert (row.status, find_film(inbox, row)) == (Status.SCORED, inbox / "a.png")
    assert result.found == 6


def test_a_watched_folder_is_emptied_and_its_films_are_found(inbox, archive, output):
    with Watching(inbox, output, small_model(), archive=archive) as watching:
        watching.wait_for_answer("a.png")
        watching.wait_for_polls(3)
        assert not (inbox / "a.png").exists()
        write_film(inbox / "a.png", 8)
        row = watching.wait_for_answer("a-2.png")
        watching.wait_for_polls(3)
        assert (archive / "a-2.png").is_file()
        watching.stop()
    worklist = open_worklist(output, inbox, [small_model()])
    rows = {row.file: row for row in worklist.result.rows}
    assert rows["a-2.png"] == row
    assert all(find_film(inbox, row).is_file() for row in rows.values())
    assert find_film(inbox, rows["sub/b.png"]) == archive / "sub" / "b.png"


def test_a_refused_film_is_scored_anyway_from_the_archive(inbox, archive, output, cancel):
    colours = np.random.default_rng(1).integers(0, 255, (96, 96, 3), np.uint8)
    (inbox / "photo.png").write_bytes(encode_png(colours))
    _, result = drained(screen(inbox, output, small_model(), cancel, archive=archive))
    row = next(row for row in result.rows if row.file == "photo.png")
    assert (row.status, row.reason) == (Status.REFUSED, "colour_photo")
    _, (scored, _, _) = drained(score_anyway(result, inbox, row, small_model(), cancel))
    assert find_film(inbox, scored) == archive / "photo.png"
    _, again = drained(screen(inbox, output, small_model(), cancel, resume=True))
    assert next(row for row in again.rows if row.file == "photo.png") == scored


@pytest.mark.parametrize("place", ["inbox", "inbox/done", "."])
def test_an_archive_that_is_inside_the_folder_or_around_it_is_refused(inbox, output, tmp_path, cancel, place):
    before = digests(inbox)
    with pytest.raises(JobFailed, match="one contains the other"):
        drained(screen(inbox, output, small_model(), cancel, archive=tmp_path / place))
    assert digests(inbox) == before


def test_a_list_whose_films_were_moved_is_kept_by_a_new_screening(inbox, archive, output, move, cancel):
    move()
    ledger = output.read_bytes()
    events, result = drained(screen(inbox, output, small_model(), cancel))
    assert [row.file for row in result.rows] == ["cut.png"]
    assert any(isinstance(event, Noted) and "kept as r.csv.bak" in event.sentence for event in events)
    aside = output.with_name("r.csv.bak")
    assert aside.read_bytes() == ledger
    moved = {state.place.moved_to for state in read_file_states(aside).values() if state.place.is_moved}
    assert moved == {str(archive / name) for name in ANSWERED}


def test_an_archive_that_goes_away_is_told_once_and_films_stay(inbox, archive, output):
    with Watching(inbox, output, small_model(), archive=archive) as watching:
        watching.wait_for_polls(1)
        archive.rmdir()
        archive.write_text("no folder")
        watching.wait_for_answer("a.png")
        watching.wait_for_polls(4)
        watching.stop()
    assert [sentence for sentence in watching.noted if str(archive) in sentence] == [f"{archive} is not a folder."]
    assert names(inbox) >= ANSWERED


# films and disks that change meanwhile


def read_films(folder):
    """The rows and states of two films that were answered."""
    states = {}
    for name in ("a.png", "sub/b.png"):
        states[name] = replace(observe(folder / name), sha256=hash_file(folder / name))
    return [add_film(LedgerRow(name, Status.SCORED, "", "A", 0.5, None, "m"), states[name]) for name in states], states


@pytest.mark.parametrize("moment", ["while another is moved", "while it is moved itself"])
def test_a_film_that_is_replaced_by_its_sender_meanwhile_is_not_taken_for_the_one_that_was_read(
    inbox, archive, cancel, monkeypatch, moment
):
    archive.mkdir()
    rows, states = read_films(inbox)
    changes = iter(["chosen", "a is moved", "b is moved"])

    def resend():
        write_film(inbox / "sub" / "b.png", 9)

    def record(new):
        states.update(new)
        if next(changes) == "a is moved" and moment == "while another is moved":
            resend()

    def rename(self, target, rename=Path.replace):
        if self.name == "b.png" and moment == "while it is moved itself":
            resend()
        return rename(self, target)

    write_film(inbox / "new.png", 9)
    new = (inbox / "new.png").read_bytes()
    monkeypatch.setattr(Path, "replace", rename)
    assert list(FilmArchive(inbox, archive).move_answered(rows, states, record, cancel)) == []
    assert [states[name].place.is_moved for name in ("a.png", "sub/b.png")] == [True, False]
    assert (inbox / "sub" / "b.png").read_bytes() == new
    assert names(archive) == {"a.png"}


def test_no_film_is_moved_before_its_place_is_on_the_disk(inbox, archive, output, cancel, monkeypatch):
    drained(screen(inbox, output, small_model(), cancel))
    archive.mkdir()
    written = []

    def rename(self, target, rename=Path.replace):
        if self.is_relative_to(inbox):
            written.append(read_file_states(output)[str(self.relative_to(inbox))].place.moved_to)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", rename)
    with lock_output(output) as lock:
        model = open_model(small_model())
        kept, states = read_earlier_rows(output, model)
        with closing(Screening(model, output, lock, kept, states, heatmaps=None)) as screening:
            files = screening.match_files(inbox, list_folder(inbox, list_own_files(output)))
            with monkeypatch.context() as patch:
                full = JobFailed(Reason.DISK_FULL, "The disk is full.")
                patch.setattr(StateLog, "add", lambda *_: (_ for _ in ()).throw(full))
                events, _ = drained(screening.move_answered(FilmArchive(inbox, archive), files, cancel))
            assert [event.sentence for event in events if isinstance(event, Noted)] == ["The disk is full."]
            drained(screening.move_answered(FilmArchive(inbox, archive), files, cancel))
    assert sorted(written) == sorted(str(archive / name) for name in ANSWERED)


# killed


def continue_moving(model, inbox, output, archive):
    """What a resumed screening does without new films, in this process."""
    cancel = threading.Event()
    with lock_output(output) as lock:
        kept, states = read_earlier_rows(output, model)
        with closing(Screening(model, output, lock, kept, states, heatmaps=None)) as screening:
            files = screening.match_files(inbox, list_folder(inbox, list_own_files(output)))
            drained(screening.follow_files(files, cancel))
            waiting = sorted(files.keys() - screening.rows.keys())
            drained(screening.move_answered(FilmArchive(inbox, archive), files, cancel))
            screening.finish(completed=True, found=len(screening.rows))
    return waiting


def kill_at(moment, *arguments):
    """Do the same in a child that kills itself before its nth access to a film or the archive; whether it did."""
    left = [moment]

    def kill(event, details):
        if event in {"open", "os.rename", "os.remove"} and any(str(place) in str(details) for place in arguments[1:]):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        child = os.fork()
    if child == 0:
        try:
            sys.addaudithook(kill)
            continue_moving(*arguments)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.usefixtures("disk")
def test_killed_at_any_moment_of_a_move_no_film_is_lost_or_doubled(inbox, output, cancel, tmp_path):
    for name in ("letter.txt", "empty.png", "cut.png"):
        (inbox / name).unlink()
    drained(screen(inbox, output, small_model(), cancel))
    ledger, films, model = output.read_bytes(), digests(inbox), open_model(small_model())
    new = draw_film(9, 1, 96)
    for moment in count(1):
        place = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-{moment}"))
        at = place / "inbox", place / "r.csv", place / "archive"
        at[2].mkdir()
        is_killed = kill_at(moment, model, *at)
        is_moved = not (at[0] / "a.png").exists()
        if is_moved:
            new.save(at[0] / "a.png")
        assert continue_moving(model, *at) == (["a-2.png"] if is_moved else [])
        assert (films_in(at[2]), at[1].read_bytes()) == (films, ledger)
        assert names(at[0]) == ({"a.png"} if is_moved else set())
        if not is_killed:
            break
    assert moment > 10
