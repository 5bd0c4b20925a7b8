"""What the app keeps, damaged or of a newer version: a sentence, and what holds somebody's work stays as it is."""

import json

import pytest

from core.datasets.preparation import AS_IT_IS, preparation_path, save_preparation
from core.models.model_header import bundled_model_path, read_header
from core.models.operating_point import parse_wish
from core.models.point_selection import select_point
from core.recipes.recipe import Recipe
from core.runs.run_folder import RunCard, begin_run, write_card
from core.runs.run_list import list_runs, runs_folder
from core.runs.run_listing import read_listing
from core.runs.search_file import begin_search
from core.screening.reader_calls import calls_path, load_calls
from core.system.app_folders import cache_folder, data_folder
from core.system.errors import JobFailed
from gui.jobs.dataset_jobs import audit_job
from tests.factories import drained

BROKEN = {
    "empty": b"",
    "binary": bytes(range(256)) * 8,
    "half": b'{"format": 1, "point": {"wish": "best',
    "newer": b'{"format": 99}',
    "other shape": b'[1, "2", null]',
    "none": b"null",
    "too deep": b"[" * 200_000,
    "wrong types": b'{"format": 1, "point": 5, "acceptance": 7, "steps": 4, "columns": 1, "root": 2, "recipe": 3, '
    b'"dataset": 4, "name": 5, "note": {}, "data_fingerprint": [], "started": 8, "seconds": "x", "accepts_leaks": 9, '
    b'"patient_pattern": 7}',
}


@pytest.fixture(params=BROKEN)
def broken(request):
    return BROKEN[request.param]


def test_a_damaged_operating_point_is_never_guessed_nor_overwritten(told, broken, tmp_path):
    header = read_header(bundled_model_path())
    select_point(header, parse_wish("best balance"))
    (path,) = (data_folder() / "models").iterdir()
    path.write_bytes(broken)
    (tmp_path / "films").mkdir()
    for command in (
        ("operating-point", "bundled", "--wish", "best balance"),
        ("operating-point", "bundled", "--own"),
        ("screen", tmp_path / "films", "--output", tmp_path / "r.csv"),
    ):
        status, said = told(*command)
        assert (status, str(path) in said) == (1, True)
        assert path.read_bytes() == broken


def test_a_damaged_count_of_looks_is_never_begun_anew(told, broken, dataset_folder, tmp_path):
    header = read_header(bundled_model_path())
    path = data_folder() / "models" / f"{header.key}.looks.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(broken)
    status, said = told("evaluate", "bundled", dataset_folder, "--output", tmp_path / "out")
    assert (status, str(path) in said) == (1, True)
    assert path.read_bytes() == broken


def test_damaged_decisions_about_a_dataset_stay(told, broken, dataset_folder, cancel):
    path = preparation_path(dataset_folder)
    save_preparation(AS_IT_IS, path)
    path.write_bytes(broken)
    with pytest.raises(JobFailed, match=path.name):
        drained(audit_job(dataset_folder, None)(cancel))
    assert path.read_bytes() == broken
    status, said = told("audit", dataset_folder, "--preparation", path)
    assert (status, str(path) in said) == (1, True)


@pytest.mark.parametrize("name", ["run.json", "recipe.json", "metrics.json", "events.jsonl", "looks.json"])
def test_one_damaged_run_hides_no_other(broken, name):
    for run in ("good", "bad"):
        begin_run(runs_folder() / run, Recipe(), AS_IT_IS)
        write_card(runs_folder() / run, RunCard(run, "", "films", "12345678", "2026-01-01T00:00:00+00:00"))
    (runs_folder() / "bad" / name).write_bytes(broken)
    runs = list_runs(runs_folder())
    assert "good" in {run.card.name for run in runs}
    assert all(isinstance(run.metrics, dict | None) for run in runs)
    assert all(isinstance(run.card.name, str) for run in runs)
    listed = read_listing(runs_folder())
    assert {path.name for path in listed.unreadable} == {"good", "bad"} - {run.card.name for run in listed.runs}
    assert (runs_folder() / "bad" / name).read_bytes() == broken


@pytest.mark.parametrize("name", ["recipe.json", "preparation.json"])
def test_damaged_choices_of_an_interrupted_training_are_not_resumed(told, broken, name, dataset_folder, tmp_path):
    run = tmp_path / "run"
    begin_run(run, Recipe(start="random", epochs=1, image_size_px=64), AS_IT_IS)
    (run / "last.ckpt").write_bytes(b"no checkpoint")
    (run / name).write_bytes(broken)
    status, said = told("train", dataset_folder, "--output", run, "--resume")
    assert (status, str(run / name) in said) == (1, True)
    assert (run / name).read_bytes() == broken


@pytest.mark.parametrize("name", ["search.json", "search.journal"])
def test_a_damaged_search_is_not_continued(told, broken, name, dataset_folder, tmp_path):
    folder = tmp_path / "search"
    begin_search(folder, Recipe(name="best"), dataset_folder)
    if name == "search.journal" and broken in {b"", BROKEN["half"]}:
        pytest.skip("an empty journal, or one torn in its first line, is that of a search which had no trial")
    (folder / name).write_bytes(broken + b"\n")
    status, said = told("search", dataset_folder, "--output", folder, "--trials", "1")
    assert (status, str(folder) in said) == (1, True)
    assert (folder / name).read_bytes() == broken + b"\n"


@pytest.mark.usefixtures("tiny_network")
def test_a_damaged_checkpoint_is_not_resumed(told, dataset_folder, tmp_path):
    run = tmp_path / "run"
    begin_run(run, Recipe(start="random", epochs=1, image_size_px=64), AS_IT_IS)
    (run / "last.ckpt").write_bytes(b"no checkpoint")
    status, said = told("train", dataset_folder, "--output", run, "--resume")
    assert (status, str(run / "last.ckpt") in said) == (1, True)
    assert (run / "last.ckpt").read_bytes() == b"no checkpoint"


def test_damaged_readers_calls_stay(broken, tmp_path):
    path = calls_path(tmp_path / "r.csv")
    path.write_bytes(broken)
    with pytest.raises(JobFailed, match=path.name):
        load_calls(tmp_path / "r.csv")
    assert path.read_bytes() == broken


def test_a_damaged_cache_is_made_anew(told, broken, dataset_folder, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    status, first = told("audit", dataset_folder)
    for path in cache_folder().rglob("*"):
        if path.is_file():
            path.write_bytes(broken)
    assert told("audit", dataset_folder) == (status, first)


def test_a_damaged_unfinished_ledger_is_named_not_overwritten(told, broken, tmp_path):
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "letter.txt").write_text("no film")
    partial = tmp_path / "r.csv.partial"
    partial.write_bytes(broken)
    for options in (("--resume",), ()):
        status, said = told("screen", tmp_path / "films", "--output", tmp_path / "r.csv", *options)
        if not broken:  # an empty one is torn in its first line
            break
        assert (status, str(partial) in said) == (1, True)
        assert partial.read_bytes() == broken
        assert not (tmp_path / "r.csv").exists()
    if broken:
        partial.rename(tmp_path / "elsewhere")
        assert told("screen", tmp_path / "films", "--output", tmp_path / "r.csv")[0] == 3
    assert len((tmp_path / "r.csv").read_text().splitlines()) == 2


def test_metrics_that_are_no_metrics_are_not_compared(tmp_path):
    run = runs_folder() / "odd"
    begin_run(run, Recipe(), AS_IT_IS)
    write_card(run, RunCard("odd", "", "films", "12345678", "2026-01-01T00:00:00+00:00"))
    (run / "metrics.json").write_text(json.dumps({"accuracy": 5, "n": "x"}))
    assert list_runs(runs_folder()) == ()
