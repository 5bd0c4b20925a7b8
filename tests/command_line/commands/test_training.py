"""Commands on trainings: what they pass on, print and return."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

import main
from command_line.commands import training
from core.datasets.preparation import (
    AS_IT_IS,
    Preparation,
    save_preparation,
)
from core.recipes.recipe import change_start
from core.recipes.recipe_json import load_recipe, to_json_object
from core.system.exit_status import DONE, INTERRUPTED
from core.training.events import SearchResult, TrainingResult


def train_options(tmp_path, **more):
    options = {
        "dataset": Path("films"), "output": tmp_path / "run", "recipe": "fast", "arch": None, "epochs": None,
        "seed": None, "start": None, "resume": False, "accept_leaks": False, "preparation": None,
    }  # fmt: skip
    return Namespace(**(options | more))


def trained(tmp_path, completed=True, model=True):
    path = tmp_path / "best.safetensors" if model else None
    return TrainingResult(tmp_path, completed, path, 4 if model else None, 5 if model else 0, 0.5, None)


def test_training_takes_the_recipe_with_what_the_options_override(fake, cancel, tmp_path, capsys):
    calls = fake("core.training.training.train", trained(tmp_path))
    options = train_options(tmp_path, arch="resnet34", epochs=3, seed=9, start="random", accept_leaks=True)
    assert training.run_train(options, cancel) == DONE
    ((source, recipe, output, given_cancel, resume, preparation),) = calls
    assert (source, output, given_cancel, resume) == (Path("films"), tmp_path / "run", cancel, False)
    assert (recipe.architecture, recipe.epochs, recipe.seed, recipe.start) == ("resnet34", 3, 9, "random")
    assert recipe.name == load_recipe("fast").name
    assert preparation == Preparation(accepts_leaks=True)
    out = capsys.readouterr().out
    assert f"Model of epoch 4: {tmp_path / 'best.safetensors'}" in out
    assert training.REFERENCE not in out


@pytest.mark.parametrize(
    ("arch", "start", "expected"),
    [
        ("efficientnet_lite0", None, ("imagenet", "resnet")),
        ("efficientnet_lite0", "random", ("random", "per_film")),
        ("efficientnet_lite0", "bundled", ("bundled", "per_film")),
        ("resnet34", None, ("bundled", "per_film")),
        (None, "imagenet", ("imagenet", "resnet")),
    ],
)
def test_a_network_brings_its_start_unless_one_is_asked_for(fake, cancel, tmp_path, arch, start, expected):
    calls = fake("core.training.training.train", trained(tmp_path))
    training.run_train(train_options(tmp_path, arch=arch, start=start), cancel)
    recipe = calls[0][1]
    assert (recipe.architecture, recipe.start, recipe.normalisation) == (arch or "resnet18", *expected)


def test_training_without_options_takes_the_recipe_as_it_is(fake, cancel, tmp_path, capsys):
    calls = fake("core.training.training.train", trained(tmp_path))
    save_preparation(Preparation(patient_pattern="p(.)"), tmp_path / "p.json")
    training.run_train(train_options(tmp_path, recipe="seed", preparation=tmp_path / "p.json"), cancel)
    assert calls[0][1] == load_recipe("seed")
    assert calls[0][5] == Preparation(patient_pattern="p(.)")
    assert training.REFERENCE in capsys.readouterr().out  # only beside the recipe of that project


@pytest.mark.parametrize(("model", "kept"), [(True, "the best model so far is "), (False, "no epoch finished")])
def test_an_interrupted_training_says_what_is_kept(fake, cancel, tmp_path, capsys, model, kept):
    fake("core.training.training.train", trained(tmp_path, completed=False, model=model))
    assert training.run_train(train_options(tmp_path), cancel) == INTERRUPTED
    out = capsys.readouterr().out
    assert kept in out
    assert "Continue with --resume" in out


@pytest.mark.parametrize(("finished", "said"), [(1, "1 trial"), (7, "7 trials")])
def test_a_search_says_where_its_best_recipe_is(fake, cancel, tmp_path, capsys, finished, said):
    best = change_start(load_recipe("best"), "random")
    calls = fake("core.training.search.search", SearchResult(best, 0.912, finished, 3))
    options = train_options(tmp_path, output=tmp_path, recipe="best", hours=0.5, trials=10)
    assert training.run_search(options, cancel) == DONE
    assert calls == [(Path("films"), load_recipe("best"), tmp_path, cancel, 1800, 10, AS_IT_IS)]
    said = f"{said} finished, 3 stopped early; best validation AUC 0.912. Train with --recipe {tmp_path}/recipe"
    assert said in capsys.readouterr().out


def test_a_search_without_a_finished_trial_writes_nothing(fake, cancel, tmp_path, capsys):
    fake("core.training.search.search", SearchResult(None, None, 0, 0))
    options = train_options(tmp_path, output=tmp_path, hours=2.0, trials=None)
    cancel.set()
    assert training.run_search(options, cancel) == INTERRUPTED
    assert list(tmp_path.glob("recipe.json")) == []
    assert "No trial finished" in capsys.readouterr().out


@pytest.mark.parametrize("limit", [("--hours", "0"), ("--hours", "-1"), ("--hours", "nan"), ("--trials", "0")])
def test_a_search_without_time_or_trials_is_wrong_usage(tmp_path, capsys, limit):
    with pytest.raises(SystemExit) as usage:
        main.main(["search", str(tmp_path), "--output", str(tmp_path / "s"), *limit])
    assert usage.value.code == 2
    assert f"{limit[0]} must be" in capsys.readouterr().err


# learning rate and comparison


def test_a_learning_rate_is_suggested_from_a_curve(
    dataset_folder, quick_recipe, tiny_network, no_shortcut_probe, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("core.training.rate_finder.STEPS", 12)
    (tmp_path / "quick.json").write_text(json.dumps(to_json_object(quick_recipe)))
    find = ("find-rate", dataset_folder, "--recipe", tmp_path / "quick.json", "--json", tmp_path / "rate.json")
    assert main.main([*map(str, find)]) == DONE
    lines = capsys.readouterr().out.splitlines()
    written = json.loads((tmp_path / "rate.json").read_text())
    assert lines[0].split() == ["rate", "loss"]
    assert [f"{rate:.2e}" for rate in written["rates"]] == [line.split()[0] for line in lines[1:-2]]
    assert ("The loss falls fastest" in lines[-2]) == (written["suggestion"] is not None)
    assert lines[-1] == written["notice"] == "For research and education, not a diagnosis."
    (tmp_path / "rate.json").write_text('{"mine": 1}')
    assert main.main([*map(str, find)]) == 1
    assert (tmp_path / "rate.json").read_text() == '{"mine": 1}'


def test_finished_trainings_are_compared(train_once, quick_recipe, capsys, tmp_path):
    short = replace(quick_recipe, name="short", epochs=1, learning_rate=1e-8)
    runs = train_once("two-runs", short, replace(quick_recipe, name="long", epochs=3))
    assert main.main(["compare", str(runs / "short"), str(runs / "long")]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["short", "long"]
    assert lines[1].startswith("Test accuracy, n = 4")
    assert ["Epochs", "1", "3"] in [line.split() for line in lines]
    assert "n = 4" in lines[-2]
    assert lines[-1] == "For research and education, not a diagnosis."
    assert main.main(["compare", str(runs / "short"), str(tmp_path)]) == 1
    assert "contains no readable training" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        main.main(["compare", str(runs / "short"), str(runs / "long" / ".." / "short")])
    assert usage.value.code == 2
