"""The search for a recipe."""

import re
from dataclasses import replace

import pytest

from core.runs.epoch_log import EpochEnded
from core.runs.run_list import list_runs
from core.runs.search_file import JOURNAL, Search, find_latest_search
from core.system.errors import JobFailed
from core.training.events import TrialEnded
from core.training.search import search
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


def test_six_short_trials_on_validation_films_only(dataset_folder, short, tmp_path, cancel):
    events, result = drained(search(dataset_folder, short, tmp_path / "s", cancel, seconds=600, trials=6))
    trials = [event for event in events if isinstance(event, TrialEnded)]
    assert len(trials) == 6 == result.finished + result.pruned
    assert result.auc == max(trial.auc for trial in trials if not trial.pruned)
    assert len({trial.recipe.fingerprint for trial in trials}) == 6
    assert all(trial.recipe.augmentation.flip_probability == 0.5 for trial in trials)
    runs = list_runs(tmp_path / "s")
    assert len(runs) == 6
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
