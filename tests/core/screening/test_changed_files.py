"""A screening that is resumed keeps only rows whose files are what they were."""

import json
import os
import random
import signal
import threading
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from core.screening.changed_files import find_changes
from core.screening.events import FilmAnswered, LedgerRow, RowSuperseded, ScreeningStarted, Status
from core.screening.file_state import add_content, observe
from core.screening.folder_listing import list_folder
from core.screening.reader_calls import Call, append_call, calls_path
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.screening.single_film import score_anyway
from core.screening.state_log import state_path
from tests.factories import drained, draw_film


@pytest.fixture
def output(worklist, model, tmp_path, cancel):
    """The ledger of the folder, screened once."""
    drained(screen(worklist, tmp_path / "r.csv", model, cancel))
    return tmp_path / "r.csv"


@pytest.fixture
def resume(worklist, output, model, cancel):
    """Resume the screening; returns the files that were superseded and those that were read."""

    def run(**options):
        events, _ = drained(screen(worklist, output, model, cancel, **({"resume": True} | options)))
        superseded = [event.row.file for event in events if isinstance(event, RowSuperseded)]
        return superseded, [event.row.file for event in events if isinstance(event, FilmAnswered)]

    return run


@pytest.fixture
def fresh(worklist, model, tmp_path, cancel):
    """The ledger of a new screening of the folder, as bytes."""

    def run():
        drained(screen(worklist, tmp_path / "fresh.csv", model, cancel))
        return (tmp_path / "fresh.csv").read_bytes()

    return run


def change(path, seed=30):
    draw_film(seed, 1, 96).save(path, "PNG")


def change_unseen(path):
    """Change one byte of the content, and give the file its time back."""
    content, status = bytearray(path.read_bytes()), path.stat()
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("options", [{"resume": True}, {"resume": False, "retry_failed": True}])
def test_a_film_that_changed_is_read_again(worklist, output, resume, fresh, options):
    change(worklist / "film-01.png")
    superseded, read = resume(**options)
    assert superseded == ["film-01.png"]
    assert set(read) - {"cut.png"} == {"film-01.png"}
    assert output.read_bytes() == fresh()


def test_content_that_changed_behind_equal_size_and_time_is_noticed(worklist, output, resume, fresh):
    change_unseen(worklist / "film-01.png")
    assert resume() == (["film-01.png"], ["film-01.png"])
    assert output.read_bytes() == fresh()


def test_films_that_were_only_copied_or_touched_are_not_read_again(worklist, output, resume, tmp_path):
    before = output.read_bytes()
    for path in worklist.rglob("film*.png"):
        os.utime(path, ns=(0, 10**18))
    assert resume() == ([], [])
    assert resume() == ([], [])
    assert output.read_bytes() == before


def test_a_resumed_run_that_is_cancelled_while_it_compares_keeps_its_rows(worklist, output, model, resume, fresh):
    for path in worklist.rglob("film*.png"):
        os.utime(path, ns=(0, 10**18))
    change_unseen(worklist / "film-02.png")
    cancel = threading.Event()
    cancel.set()
    _, result = drained(screen(worklist, output, model, cancel, resume=True))
    assert (result.completed, result.output) == (False, partial_path(output))
    assert len(result.rows) == 27
    assert resume() == (["film-02.png"], ["film-02.png"])
    assert output.read_bytes() == fresh()


def test_rows_without_a_state_are_kept_and_known_from_then_on(worklist, output, resume, fresh):
    state_path(output).unlink()
    change(worklist / "film-01.png")
    assert resume() == ([], [])
    change(worklist / "film-01.png", seed=31)
    assert resume() == (["film-01.png"], ["film-01.png"])
    assert output.read_bytes() == fresh()


def test_a_state_that_is_no_state_loses_no_row(output, resume):
    before = output.read_bytes()
    state_path(output).write_bytes(b"\xff{]\n" * 9)
    assert resume() == ([], [])
    assert output.read_bytes() == before


def test_rows_whose_states_are_lost_from_between_the_others_are_read_again(output, resume):
    before, lines = output.read_bytes(), state_path(output).read_bytes().splitlines(keepends=True)
    lost = sorted(json.loads(line)["file"] for line in lines[4:])
    state_path(output).write_bytes(b"".join(lines[:4]) + lines[4][:50])
    assert tuple(map(sorted, resume())) == (lost, lost)
    assert output.read_bytes() == before


def test_a_row_under_the_name_of_another_film_is_not_believed(output, resume):
    """Found by fuzz_readers: a name that was changed in the ledger took the answer to another film."""
    content = output.read_bytes()
    gone = b"\n".join(line for line in content.split(b"\n") if not line.startswith(b"film-02.png"))
    output.write_bytes(gone.replace(b"film-04.png", b"film-02.png"))
    state = state_path(output).read_bytes().splitlines(keepends=True)
    state_path(output).write_bytes(b"".join(line for line in state if b"film-02.png" not in line))
    again, _ = resume()
    assert "film-02.png" in again
    assert output.read_bytes() == content


def test_a_new_screening_begins_a_new_state_and_own_files_are_never_screened(worklist, model, cancel):
    output = worklist / "r.csv"
    for _ in range(2):
        _, result = drained(screen(worklist, output, model, cancel))
        append_call(calls_path(output), Call("film-01.png", "NORMAL", False, "", "2026-01-01T12:00:00+01:00"))
    assert result.found == 27
    assert len(state_path(output).read_bytes().splitlines()) == 27


def test_a_heat_map_goes_with_its_row(worklist, output, model, tmp_path, resume):
    resume(resume=False, heatmaps=tmp_path / "maps")
    assert (tmp_path / "maps" / "film-01.png.png").exists()
    (worklist / "film-01.png").write_bytes(b"no film any more")
    resume(heatmaps=tmp_path / "maps")
    assert not (tmp_path / "maps" / "film-01.png.png").exists()


def test_a_film_scored_anyway_stays_scored_until_it_changes(worklist, output, model, resume, cancel):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    Image.fromarray(noise).save(worklist / "photo.png")
    _, result = drained(screen(worklist, output, model, cancel, resume=True))
    row = next(row for row in result.rows if row.file == "photo.png")
    assert (row.status, row.reason) == (Status.REFUSED, "colour_photo")
    _, (scored, _, _) = drained(score_anyway(result, worklist, row, model, cancel))
    assert scored.film
    assert resume() == ([], [])
    os.utime(worklist / "photo.png", ns=(0, 10**18))
    assert resume() == ([], [])
    assert b"photo.png,scored,colour_photo" in output.read_bytes()
    change(worklist / "photo.png")
    assert resume() == (["photo.png"], ["photo.png"])


def screen_in_child(folder, output, model):
    """What a killed process did; runs in a child."""
    drained(screen(folder, output, model, threading.Event(), resume=True))


@pytest.mark.slow
def test_killed_at_any_moment_while_films_change_the_ledger_follows_the_films(
    worklist, forkserver, model, output, resume, fresh
):
    order, kills = random.Random(2), 0
    for number in range(8):
        change(worklist / f"film-{1 + 3 * number % 23:02}.png", seed=40 + number)
        change(worklist / f"film-{2 + 3 * number % 22:02}.png", seed=60 + number)
        child = forkserver.Process(target=screen_in_child, args=(worklist, output, model))
        child.start()
        child.join(order.uniform(0.05, 1.5))
        if child.exitcode is None:
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            kills += 1
    assert kills
    resume()
    assert output.read_bytes() == fresh()


def test_a_crash_between_state_and_row_reads_the_film_again(worklist, output, model, cancel, resume, fresh):
    """The state of a new reading is on the disk, its row is not."""
    old = output.read_bytes()
    change(worklist / "film-01.png")
    resume()
    output.write_bytes(old)
    assert resume() == (["film-01.png"], ["film-01.png"])
    assert output.read_bytes() == fresh()


def test_what_is_superseded_is_told_before_the_kept_rows(worklist, output, model, cancel):
    change(worklist / "film-01.png")
    events, _ = drained(screen(worklist, output, model, cancel, resume=True))
    kinds = [type(event) for event in events]
    assert kinds.index(RowSuperseded) < kinds.index(ScreeningStarted)
    started = next(event for event in events if isinstance(event, ScreeningStarted))
    assert len(started.resumed) == 26


def read_state(path):
    """The state of a file that was read."""
    return add_content(observe(path), path, sha256(path.read_bytes()).hexdigest())


def test_what_became_of_the_file_of_each_row(tmp_path, cancel):
    names = ("same", "touched", "grown", "edited", "unknown", "unhashed", "gone")
    for name in names:
        (tmp_path / name).write_text(name)
    states = {name: read_state(tmp_path / name) for name in names}
    states["unhashed"] = replace(states["unhashed"], sha256="")
    del states["unknown"]
    (tmp_path / "grown").write_text("longer")
    (tmp_path / "edited").write_text("EDITED")
    (tmp_path / "gone").unlink()
    for name in ("touched", "edited", "unhashed"):
        os.utime(tmp_path / name, ns=(0, 0))
    files = list_folder(tmp_path, ())
    rows = [LedgerRow(name, Status.REFUSED, "blank", None, None, None, "m") for name in names]
    _, changes = drained(find_changes(rows, states, files, cancel))
    assert changes.changed == ["grown", "edited", "unhashed"]
    assert changes.renewed == {
        "unknown": observe(tmp_path / "unknown"),
        "touched": replace(observe(tmp_path / "touched"), sha256=states["touched"].sha256),
    }
    assert changes.is_complete


def test_a_cancelled_comparison_says_that_it_is_incomplete(tmp_path, cancel):
    (tmp_path / "film").write_text("film")
    states = {"film": read_state(tmp_path / "film")}
    os.utime(tmp_path / "film", ns=(0, 0))
    rows = [LedgerRow("film", Status.REFUSED, "blank", None, None, None, "m")]
    cancel.set()
    _, changes = drained(find_changes(rows, states, list_folder(tmp_path, ()), cancel))
    assert (changes.changed, changes.renewed, changes.is_complete) == ([], {}, False)
