"""Jobs on trainings."""

import shutil

import pytest

from core.datasets.preparation import AS_IT_IS
from core.recipes.recipe import Recipe
from core.runs.interrupted import find_interrupted
from core.runs.run_folder import RunCard, begin_run, write_card
from core.runs.run_list import list_runs, runs_folder
from core.system.errors import JobFailed
from gui.jobs.run_jobs import delete_run_job, forget_run_job, rename_run_job
from tests.factories import drained


@pytest.fixture
def run():
    folder = runs_folder() / "ours"
    begin_run(folder, Recipe(), AS_IT_IS)
    write_card(folder, RunCard("ours", "", "films", "12345678", "2026-01-01T00:00:00+00:00"))
    (listed,) = list_runs(runs_folder())
    return listed


def test_a_renamed_run_is_in_the_list_that_comes_back(run, cancel):
    _, listing = drained(rename_run_job(run, "theirs", "from Ana")(cancel))
    assert [(listed.card.name, listed.card.note) for listed in listing.runs] == [("theirs", "from Ana")]


def test_a_run_that_cannot_be_deleted_is_said(run, cancel):
    shutil.rmtree(run.folder)
    with pytest.raises(JobFailed, match=r"ours could not be moved to the trash"):
        drained(delete_run_job(run)(cancel))


def test_a_forgotten_run_stays_in_the_list(run, cancel):
    drained(forget_run_job(run)(cancel))
    assert list_runs(runs_folder()) == (run,)
    assert find_interrupted([run]) is None
