"""The rate finder and the search."""

import json
from dataclasses import replace

import numpy as np
import pytest

import main
from core.recipes.recipe import Augmentation
from core.recipes.recipe_json import load_recipe, to_json_object
from core.runs.epoch_log import EpochEnded
from core.runs.run_list import list_runs
from core.runs.search_file import Search, find_latest_search
from core.system.errors import JobFailed
from core.training import rate_finder
from core.training.events import TrialEnded
from core.training.rate_finder import find_rate, suggest_rate
from core.training.search import search
from tests.factories import drained


def test_the_rate_where_the_loss_falls_fastest_is_suggested():
    rates = np.geomspace(1e-6, 1, 80)
    fall = 1 / (1 + (rates / 1e-3) ** 1.5)
    losses = 0.7 * fall + 0.05 + (rates > 0.1) * (rates - 0.1) * 5
    assert 4e-4 < suggest_rate(list(rates), list(losses)) < 3e-3
    assert suggest_rate(list(rates), list(1 + rates)) is None
    assert suggest_rate([1e-6], [1.0]) is None


def test_the_suggestion_is_not_led_astray_by_batches_that_waver():
    rates = np.geomspace(1e-6, 1, 80)
    fall = 0.4 - 0.2 / (1 + (1e-4 / rates) ** 1.5) + (rates > 0.02) * (rates - 0.02)
    for seed in range(20):
        random = np.random.default_rng(seed)
        noise, level = [], 0.0
        for number in range(80):  # the running mean of noise, as the finder smooths it
            level = 0.9 * level + 0.1 * random.normal(0, 0.08)
            noise.append(level / (1 - 0.9 ** (number + 1)))
        assert 1e-5 < suggest_rate(list(rates), list(fall + noise)) < 1e-2


def test_rate_finder_gives_a_curve_and_leaves_nothing(dataset_folder, quick_recipe, cancel, monkeypatch):
    monkeypatch.setattr(rate_finder, "STEPS", 30)
    before = sorted(dataset_folder.rglob("*"))
    _, curve = drained(find_rate(dataset_folder, replace(quick_recipe, image_size_px=32), cancel))
    assert len(curve.rates) == len(curve.losses) > 10
    assert list(curve.rates) == sorted(curve.rates)
    assert sorted(dataset_folder.rglob("*")) == before


def test_cancelled_rate_finder_gives_nothing(dataset_folder, quick_recipe, cancel):
    job = find_rate(dataset_folder, quick_recipe, cancel)
    next(job)
    cancel.set()
    assert drained(job)[1] is None


@pytest.fixture
def short(quick_recipe):
    return replace(quick_recipe, epochs=2, augmentation=Augmentation(rotation_degrees=10, flip_probability=0.5))


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
    with pytest.raises(JobFailed, match="cannot be read as a search"):
        drained(search(dataset_folder, short, tmp_path / "s", cancel, seconds=600, trials=1))


def test_search_on_the_command_line_writes_a_recipe(dataset_folder, short, tmp_path, capsys):
    (tmp_path / "short.json").write_text(json.dumps(to_json_object(short)))
    recipe = ("--recipe", tmp_path / "short.json", "--trials", "2")
    arguments = ["search", dataset_folder, "--output", tmp_path / "s", *recipe]
    assert main.main([str(argument) for argument in arguments]) == 0
    assert load_recipe(str(tmp_path / "s/recipe.json")).image_size_px == short.image_size_px
    assert "validation AUC" in capsys.readouterr().out
