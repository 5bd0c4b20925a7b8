"""Screening on its worst day: killed, retried, watched, many files. The plain path stands in test_jobs."""

import multiprocessing
import os
import random
import signal
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.films.phantoms import draw_phantom
from core.jobs.events import Progressed, Stage
from core.recipes.recipe import Depth
from core.screening.events import FilmAnswered, ScreeningStarted, Status
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.screening.watch_folder import watch
from core.training.training import train
from tests.factories import drained


def write_worklist(folder, films=24):
    """Phantoms, some in subfolders, and files that are none."""
    (folder / "sub folder").mkdir(parents=True)
    for seed in range(films):
        place = folder / "sub folder" if seed % 3 == 0 else folder
        Image.fromarray(draw_phantom(seed, seed % 2 == 1, 96)).save(place / f"film-{seed:02}.png")
    (folder / "notes.txt").write_text("no film")
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes((folder / "film-01.png").read_bytes()[:700])
    return folder


@pytest.fixture
def worklist(tmp_path):
    return write_worklist(tmp_path / "films")


def screen_in_child(folder, output):
    """What a killed process did; runs in a child."""
    drained(screen(folder, output, None, threading.Event(), resume=True))


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_the_ledger_is_that_of_an_unbroken_run(worklist, tmp_path, cancel):
    whole, output = tmp_path / "whole.csv", tmp_path / "killed.csv"
    _, result = drained(screen(worklist, whole, None, cancel))
    assert (result.found, result.scored, result.refused + result.failed) == (27, 24, 3)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.screening.screening"])
    order, kills = random.Random(1), 0
    for _ in range(6):
        child = context.Process(target=screen_in_child, args=(worklist, output))
        child.start()
        child.join(order.uniform(0.05, 1.5))
        if child.exitcode is None:
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            kills += 1
        assert not output.exists() or output.read_bytes() == whole.read_bytes()
    assert kills
    drained(screen(worklist, output, None, cancel, resume=True))
    assert output.read_bytes() == whole.read_bytes()
    assert not partial_path(output).exists()
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def test_retry_reads_again_only_what_failed(worklist, tmp_path, cancel):
    output = tmp_path / "r.csv"
    _, first = drained(screen(worklist, output, None, cancel))
    assert {row.file for row in first.rows if row.status is Status.FAILED} == {"cut.png"}
    (worklist / "cut.png").write_bytes((worklist / "film-01.png").read_bytes())
    events, again = drained(screen(worklist, output, None, cancel, retry_failed=True))
    assert [event.row.file for event in events if isinstance(event, FilmAnswered)] == ["cut.png"]
    assert again.failed == 0
    assert again.found == first.found == again.scored + again.refused
    before = {row.file: row for row in first.rows}
    assert all(row == before[row.file] for row in again.rows if row.file != "cut.png")


def test_files_that_vanish_or_change_are_rows_too(worklist, tmp_path, cancel):
    job = screen(worklist, tmp_path / "r.csv", None, cancel)
    for event in job:
        if isinstance(event, ScreeningStarted):
            (worklist / "film-02.png").unlink()
            (worklist / "film-04.png").write_bytes(b"something else now")
            break
    _, result = drained(job)
    rows = {row.file: row for row in result.rows}
    assert (rows["film-02.png"].status, rows["film-02.png"].reason) == (Status.FAILED, "missing")
    assert rows["film-04.png"].status is Status.REFUSED
    assert result.found == len(rows) == 27


def test_links_in_circles_and_odd_names_end_in_one_row_each(worklist, tmp_path, cancel):
    odd = ["two\nlines.png", "quote'\".png", "<b>x&.png", "=SUM(A1).png", "é".encode("latin-1")]
    source = (worklist / "film-01.png").read_bytes()
    for name in odd:
        path = Path(os.fsdecode(os.path.join(os.fsencode(worklist), os.fsencode(name))))  # noqa: PTH118
        path.write_bytes(source)
    (worklist / "circle").symlink_to(worklist, target_is_directory=True)
    (worklist / "no suffix").write_bytes(source)
    _, result = drained(screen(worklist, tmp_path / "r.csv", None, cancel))
    assert result.found == 27 + len(odd) + 1 == len({row.file for row in result.rows})
    assert result.scored == 24 + len(odd) + 1
    _, again = drained(screen(worklist, tmp_path / "r.csv", None, cancel, resume=True))
    assert again.rows == result.rows


def test_a_watched_folder_has_one_row_for_each_complete_file(worklist, tmp_path, cancel):
    output, films = tmp_path / "w.csv", (worklist / "film-01.png").read_bytes()
    answered, looks, late = [], 0, worklist / "late.png"
    job = watch(worklist, output, None, cancel, poll_seconds=0)
    for event in job:
        if isinstance(event, FilmAnswered):
            answered.append(event.row.file)
        if not (isinstance(event, Progressed) and event.stage is Stage.WATCHING):
            continue
        looks += 1
        if looks == 5:
            late.write_bytes(films[:500])  # a sender begins
        elif looks in {6, 7}:
            late.write_bytes(films[: 500 * looks])
            assert "late.png" not in answered
        elif looks == 8:
            late.write_bytes(films)
        elif "late.png" in answered:
            cancel.set()
    assert len(answered) == len(set(answered)) == 27  # the empty file is waited for longer
    assert late.name == answered[-1]
    rows = output.read_text().splitlines()
    assert len(rows) == 28
    assert any(line.startswith("late.png,scored") for line in rows)


def test_watching_goes_on_where_it_ended_and_bears_a_share_that_disappears(worklist, tmp_path):
    output, away, cancel = tmp_path / "w.csv", tmp_path / "away", threading.Event()

    def looks(count, each=lambda _: None):
        seen, cancelled = [], threading.Event()
        done = 0
        for event in watch(worklist, output, None, cancelled, poll_seconds=0):
            if isinstance(event, FilmAnswered):
                seen.append(event.row.file)
            if isinstance(event, Progressed) and event.stage is Stage.WATCHING:
                done += 1
                each(done)
                if done == count:
                    cancelled.set()
        return seen

    def disappear(done):
        if done == 1:
            worklist.rename(away)
        if done == 3:
            away.rename(worklist)

    first = looks(40, disappear)
    assert len(first) == 27  # the empty file too, after its longer wait
    (worklist / "new.png").write_bytes((worklist / "film-01.png").read_bytes())
    assert looks(6) == ["new.png"]
    assert not cancel.is_set()


def test_drift_is_told_where_the_model_knows_its_films(tmp_path, quick_recipe, cancel):
    recipe = replace(quick_recipe, epochs=1, batch_size=64, depth=Depth.HEAD)
    for label, name in enumerate(("NORMAL", "PNEUMONIA")):
        (tmp_path / "data" / name).mkdir(parents=True)
        for seed in range(160):
            path = tmp_path / "data" / name / f"{name[0]}{seed:04}.png"
            Image.fromarray(draw_phantom(seed, label == 1, 64)).save(path)
    _, trained = drained(train(tmp_path / "data", recipe, tmp_path / "run", cancel))
    (tmp_path / "same").mkdir()
    (tmp_path / "dark").mkdir()
    for seed in range(60):
        film = draw_phantom(5000 + seed, seed % 2 == 1, 64)
        Image.fromarray(film).save(tmp_path / "same" / f"{seed:03}.png")
        Image.fromarray((film * 0.45).astype(np.uint8)).save(tmp_path / "dark" / f"{seed:03}.png")
    _, same = drained(screen(tmp_path / "same", tmp_path / "s.csv", trained.model, cancel))
    _, dark = drained(screen(tmp_path / "dark", tmp_path / "d.csv", trained.model, cancel))
    assert not any("look otherwise" in sentence for sentence in same.drift)
    assert any("look otherwise" in sentence for sentence in dark.drift)
