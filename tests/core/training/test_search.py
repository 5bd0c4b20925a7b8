"""The search for a recipe."""

import json
import re
import signal
from dataclasses import replace

import optuna
import pytest
from optuna.trial import TrialState

from core.recipes.recipe_json import format_recipe, to_json_object
from core.runs.epoch_log import EpochEnded
from core.runs.run_list import list_runs
from core.runs.search_file import BEST, JOURNAL, Search, find_latest_search
from core.system.errors import JobFailed
from core.training.events import TrialEnded
from core.training.search import search
from core.training.search_study import join_search
from tests.core.training.processes import killed_at
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


def test_short_trials_on_validation_films_only(dataset_folder, short, tmp_path, cancel, monkeypatch):
    monkeypatch.setattr(optuna.Trial, "should_prune", lambda trial: trial.number == 1)
    events, result = drained(search(dataset_folder, short, tmp_path / "s", cancel, seconds=600, trials=3))
    trials = [event for event in events if isinstance(event, TrialEnded)]
    assert [trial.pruned for trial in trials] == [False, True, False]
    assert (result.finished, result.pruned) == (2, 1)
    assert result.auc == max(trial.auc for trial in trials if not trial.pruned)
    assert len({trial.recipe.fingerprint for trial in trials}) == 3
    assert all(trial.recipe.augmentation.flip_probability == 0.5 for trial in trials)
    runs = list_runs(tmp_path / "s")
    assert len(runs) == 3
    assert all(run.metrics is None and not run.is_resumable for run in runs)
    assert not list((tmp_path / "s").rglob("predictions.csv"))


def test_an_interrupted_search_goes_on(dataset_folder, short, tmp_path, cancel):
    job = search(dataset_folder, short, tmp_path / "s", cancel, seconds=600, trials=3)
    for event in job:
        if isinstance(event, EpochEnded):
            break
    job.close()
    _, result = drained(search(dataset_folder, short, tmp_path / "s", cancel, seconds=600, trials=1))
    assert result.finished == 1
    assert sorted(path.name for path in (tmp_path / "s").glob("trial-*")) == ["trial-001", "trial-002"]


def test_trials_of_different_searches_are_never_mixed(dataset_folder, short, tmp_path, cancel):
    folder = tmp_path / "search-1"
    drained(search(dataset_folder, short, folder, cancel, seconds=600, trials=1))
    assert find_latest_search(tmp_path, dataset_folder) == Search(folder, short, str(dataset_folder))
    with pytest.raises(JobFailed, match="another recipe or dataset"):
        drained(search(dataset_folder, replace(short, epochs=1), folder, cancel, seconds=600, trials=1))
    journal = folder / JOURNAL
    before = journal.read_text()
    journal.write_text(re.sub(r'("data":)\[.+?\]', r'\1"0123abcd"', before))  # as an earlier version wrote it
    with pytest.raises(JobFailed, match="An earlier version of the program began this search"):
        drained(search(dataset_folder, short, folder, cancel, seconds=600, trials=1))
    journal.write_text(before)
    next((dataset_folder / "NORMAL").iterdir()).unlink()
    with pytest.raises(JobFailed, match="changed since this search began"):
        drained(search(dataset_folder, short, folder, cancel, seconds=600, trials=1))
    with pytest.raises(JobFailed, match="no earlier search"):
        find_latest_search(tmp_path, tmp_path / "elsewhere")


def test_the_smallest_budget_is_one_trial(dataset_folder, short, tmp_path, cancel):
    _, result = drained(search(dataset_folder, short, tmp_path / "s", cancel, seconds=0))
    assert (result.finished, result.pruned) == (1, 0)


def test_a_foreign_journal_is_explained(dataset_folder, short, tmp_path, cancel):
    (tmp_path / "s").mkdir()
    (tmp_path / "s/search.journal").write_text("no journal\n")
    with pytest.raises(JobFailed, match="not an earlier output"):
        drained(search(dataset_folder, short, tmp_path / "s", cancel, seconds=600, trials=1))


def test_processes_work_on_one_search_and_a_killed_one_stops_nobody(
    dataset_folder, short, forkserver, tmp_path, cancel
):
    folder, recipe = tmp_path / "s", tmp_path / "short.json"
    recipe.write_text(json.dumps(to_json_object(short)))
    command = [str(part) for part in ("search", dataset_folder, "--output", folder, "--recipe", recipe, "--trials", 2)]
    job = search(dataset_folder, short, folder, cancel, seconds=600, trials=2)
    next(event for event in job if isinstance(event, EpochEnded))  # trial 1 runs here
    killed = killed_at(1, command, forkserver)
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    with (folder / JOURNAL).open("a") as journal:
        journal.write('{"op_code":6,"wor')  # what it was writing
    other = killed_at(None, command, forkserver)
    drained(job)
    other.join(60)
    assert other.exitcode == 0
    assert not list(folder.glob("worker-*"))
    with join_search(folder, short, dataset_folder) as study:
        trials, best = study.study.get_trials(), study.find_best()
    assert [trial.state for trial in trials].index(TrialState.FAIL) == 1
    assert (len(trials), best.finished + best.pruned) == (5, 4)
    assert len({trial.user_attrs["worker"] for trial in trials}) == 3
    assert len({trial.params["learning_rate"] for trial in trials}) == 5
    assert sorted(path.name for path in folder.glob("trial-*")) == [f"trial-{number:03}" for number in range(1, 6)]
    assert (folder / BEST).read_text() == format_recipe(best.recipe)
