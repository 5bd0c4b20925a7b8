"""Past trainings: compared."""

from dataclasses import replace

from core.runs.run_comparison import compare_runs, find_recipe_differences
from core.runs.run_list import list_runs, read_run, rename_run


def test_runs_are_listed_named_and_compared(two_runs, tmp_path):
    (two_runs / "no run").mkdir()
    runs = {run.folder.name: run for run in list_runs(two_runs)}
    assert set(runs) == {"short", "long"}
    short, long = runs["short"], runs["long"]
    assert (len(short.epochs), len(long.epochs)) == (1, 3)
    assert long.metrics["n"] == 4
    assert long.card.data_fingerprint == short.card.data_fingerprint
    assert long.card.seconds > 0
    rename_run(long, "The better one", "ask Ana")
    assert read_run(two_runs / "long").card.name == "The better one"
    seen = compare_runs(short, read_run(two_runs / "long"))
    assert {choice[0] for choice in seen.choices} == {"epochs", "learning_rate"}
    assert seen.films == 4
    assert "n = 4" in seen.pairs[0].sentence
    assert [figure.value for figure in seen.auc] == [run.metrics["roc_auc"]["value"] for run in seen.runs]
    three = compare_runs(short, short, long)
    assert [(pair.first.folder.name, pair.second.folder.name) for pair in three.pairs] == [
        ("short", "short"), ("short", "long"), ("short", "long"),
    ]  # fmt: skip
    assert three.pairs[0].auc.value == 0
    assert three.choices[0][0] == "epochs"
    assert three.choices[0][1:] == ("1", "1", "3")


def test_recipe_differences_reach_into_the_augmentation(quick_recipe):
    other = replace(quick_recipe, augmentation=replace(quick_recipe.augmentation, rotation_degrees=5))
    assert find_recipe_differences(quick_recipe, other) == (("augmentation rotation_degrees", "0.0", "5.0"),)
