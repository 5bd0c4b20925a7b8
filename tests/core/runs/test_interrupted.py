"""Which training is offered to be resumed, and where its films are."""

from dataclasses import replace

import pytest

from core.runs.interrupted import find_interrupted, find_source, forget_run, remember_run
from core.runs.run_folder import RunCard, write_card
from core.runs.run_list import Run
from core.runs.search_file import begin_search
from tests.factories import QUICK


@pytest.fixture
def runs(tmp_path):
    """A finished run, then two that were interrupted, the newest first."""
    card = RunCard("name", "", str(tmp_path), "0123abcd", "2026-01-01T12:34:56+01:00")
    runs = [Run(tmp_path / name, card, QUICK, (), None, name != "done", 0) for name in ("done", "late", "early")]
    for run in runs:
        run.folder.mkdir()
        write_card(run.folder, card)
    return runs


def test_the_newest_that_can_go_on_is_found(runs):
    assert find_interrupted(runs) is runs[1]
    assert find_interrupted(runs[:1]) is None


def test_a_forgotten_run_is_found_again_once_it_was_resumed(runs):
    forget_run(runs[1])
    assert find_interrupted(runs) is runs[2]
    remember_run(runs[1].folder)
    remember_run(runs[2].folder)
    assert find_interrupted(runs) is runs[1]


def test_a_trial_goes_on_with_its_search_only(runs, tmp_path):
    begin_search(tmp_path, QUICK, tmp_path / "films")
    assert find_interrupted(runs) is None


def test_the_films_are_where_the_card_says(runs, tmp_path):
    run = runs[1]
    assert find_source(run.folder) == tmp_path
    for dataset in (str(tmp_path / "gone"), "relative", ""):
        write_card(run.folder, replace(run.card, dataset=dataset))
        assert find_source(run.folder) is None
    (run.folder / "run.json").write_text("{")
    assert find_source(run.folder) is None
    (run.folder / "run.json").unlink()
    assert find_source(run.folder) is None
