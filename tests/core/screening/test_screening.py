"""A folder becomes a worklist that misses no file, also after kill -9, a retry, or changes meanwhile."""

import os
import random
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.films.phantoms import draw_phantom
from core.jobs.events import Noted
from core.recipes.recipe import Depth
from core.screening.events import FilmAnswered, ScreeningStarted, Status
from core.screening.results_csv import COLUMNS, partial_path
from core.screening.screening import screen
from core.system.errors import JobFailed
from core.training.training import train
from tests.factories import drained, draw_film, write_dicom
from tests.faults.hostile_names import small_model


def screen_in_child(folder, output, model):
    """What a killed process did; runs in a child."""
    drained(screen(folder, output, model, threading.Event(), resume=True))


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_the_ledger_is_that_of_an_unbroken_run(
    worklist, forkserver, model, tmp_path, cancel
):
    whole, output = tmp_path / "whole.csv", tmp_path / "killed.csv"
    _, result = drained(screen(worklist, whole, model, cancel))
    assert (result.found, result.scored, result.refused + result.failed) == (27, 24, 3)
    order, kills = random.Random(1), 0
    for _ in range(6):
        child = forkserver.Process(target=screen_in_child, args=(worklist, output, model))
        child.start()
        child.join(order.uniform(0.05, 1.5))
        if child.exitcode is None:
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            kills += 1
        assert not output.exists() or output.read_bytes() == whole.read_bytes()
    assert kills
    drained(screen(worklist, output, model, cancel, resume=True))
    assert output.read_bytes() == whole.read_bytes()
    assert not partial_path(output).exists()
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def test_retry_reads_again_only_what_failed(worklist, model, tmp_path, cancel):
    output = tmp_path / "r.csv"
    _, first = drained(screen(worklist, output, model, cancel))
    assert {row.file for row in first.rows if row.status is Status.FAILED} == {"cut.png"}
    (worklist / "cut.png").write_bytes((worklist / "film-01.png").read_bytes())
    events, again = drained(screen(worklist, output, model, cancel, retry_failed=True))
    assert [event.row.file for event in events if isinstance(event, FilmAnswered)] == ["cut.png"]
    assert again.failed == 0
    assert again.found == first.found == again.scored + again.refused
    before = {row.file: row for row in first.rows}
    assert all(row == before[row.file] for row in again.rows if row.file != "cut.png")


def test_files_that_vanish_or_change_are_rows_too(worklist, model, tmp_path, cancel):
    job = screen(worklist, tmp_path / "r.csv", model, cancel)
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


def test_drift_is_told_where_the_model_knows_its_films(tmp_path, quick_recipe, tiny_network, no_shortcut_probe, cancel):
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
    assert not any("differ from those" in sentence for sentence in same.drift)
    assert any("differ from those" in sentence for sentence in dark.drift)


def test_unfinished_ledgers_that_were_set_aside_are_never_screened(worklist, model, cancel):
    output = worklist / "r.csv"
    for _ in range(3):
        partial_path(output).write_text(",".join(COLUMNS) + "\n")
        _, result = drained(screen(worklist, output, model, cancel))
    set_aside = sorted(path.name for path in worklist.glob("*.bak"))
    assert set_aside == ["r.csv.partial-2.bak", "r.csv.partial-3.bak", "r.csv.partial.bak"]
    assert result.found == 27


def test_another_folder_costs_no_results(worklist, model, tmp_path, cancel):
    output = tmp_path / "r.csv"
    drained(screen(worklist, output, model, cancel))
    before = output.read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    draw_film(50, 0, 96).save(other / "x.png")
    with pytest.raises(JobFailed, match="holds none of the 27 files"):
        drained(screen(other, output, model, cancel, resume=True))
    assert output.read_bytes() == before


def test_patients_of_other_ages_are_flagged_after_a_resume_too(tmp_path, cancel):
    folder, output = tmp_path / "films", tmp_path / "r.csv"
    folder.mkdir()
    for number, age in enumerate(("004Y", "071Y")):
        write_dicom(folder / f"{number}.dcm", np.asarray(draw_film(number, 1, 200)), PatientAge=age)
    first = drained(screen(folder, output, small_model(), cancel))[1]
    again = drained(screen(folder, output, small_model(), cancel, resume=True))[1]
    assert first.drift == again.drift
    assert any("not among those of the training films" in sentence and "1.dcm" in sentence for sentence in again.drift)
    os.utime(folder / "1.dcm")  # touched, not changed
    touched = drained(screen(folder, output, small_model(), cancel, resume=True))[1]
    assert touched.drift == first.drift


def test_rows_of_films_that_are_gone_stay_when_a_screening_goes_on(worklist, model, tmp_path, cancel):
    output = tmp_path / "r.csv"
    _, first = drained(screen(worklist, output, model, cancel))
    scored = next(row.file for row in first.rows if row.status is Status.SCORED)
    (worklist / scored).unlink()
    events, again = drained(screen(worklist, output, model, cancel, resume=True))
    assert again.rows == first.rows
    said = [event.sentence for event in events if isinstance(event, Noted)]
    assert "1 file of this list is no longer in the folder; its row is kept." in said
