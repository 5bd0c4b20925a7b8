"""Past trainings: listed, named, compared; and the tests that say whether a difference is real."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.roc import roc_auc
from core.metrics.significance import Difference, delong_difference, holm_adjust, mcnemar_difference
from core.runs.epoch_log import EpochEnded
from core.runs.run_comparison import compare_runs, find_recipe_differences
from core.runs.run_folder import read_predictions, write_predictions
from core.runs.run_list import list_runs, read_run, rename_run
from core.system.errors import JobFailed
from core.training.training import train
from tests.factories import drained


@pytest.fixture
def two_runs(dataset_folder, quick_recipe, tmp_path, cancel):
    """A training of one epoch and one of three, of another rate."""
    for name, recipe in (
        ("short", replace(quick_recipe, epochs=1, learning_rate=1e-8)),
        ("long", replace(quick_recipe, epochs=3)),
    ):
        drained(train(dataset_folder, recipe, tmp_path / "runs" / name, cancel))
    return tmp_path / "runs"


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


def test_an_interrupted_run_is_listed_but_not_compared(dataset_folder, quick_recipe, tmp_path, cancel, two_runs):
    job = train(dataset_folder, quick_recipe, two_runs / "broken", cancel)
    for event in job:
        if isinstance(event, EpochEnded):
            break
    job.close()
    broken = read_run(two_runs / "broken")
    assert broken.is_resumable
    assert broken.metrics is None
    with pytest.raises(JobFailed, match="only finished trainings"):
        compare_runs(broken, read_run(two_runs / "long"))


def test_recipe_differences_reach_into_the_augmentation(quick_recipe):
    other = replace(quick_recipe, augmentation=replace(quick_recipe.augmentation, rotation_degrees=5))
    assert find_recipe_differences(quick_recipe, other) == (("augmentation rotation_degrees", "0.0", "5"),)


def test_answers_near_certainty_keep_their_order(tmp_path):
    rows = np.array([1 - 1e-9, 1 - 2e-9, 3e-9, 1e-9])
    write_predictions(tmp_path, list("abcd"), ["X"] * 4, rows)
    assert [row[0] for _, row in read_predictions(tmp_path).values()] == list(rows)


def test_delong_difference_finds_what_is_there_and_nothing_else():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1], 200)
    good, poor = labels + random.normal(0, 0.5, 400), labels + random.normal(0, 2.0, 400)
    found = delong_difference(labels, poor, good)
    assert found.value == pytest.approx(roc_auc(labels, good) - roc_auc(labels, poor))
    assert found.low > 0
    assert found.p < 0.001
    falsely = [delong_difference(labels, *(labels + random.normal(0, 1, (2, 400)))).p < 0.05 for _ in range(300)]
    assert 0.02 < np.mean(falsely) < 0.09


def test_mcnemar_of_a_textbook_table():
    # 10 films only the first calls right, 25 only the second: exact two-sided p = 0.0167
    first = np.array([True] * 10 + [False] * 25 + [True] * 65)
    second = np.array([False] * 10 + [True] * 25 + [True] * 65)
    found = mcnemar_difference(first, second)
    assert found.value == pytest.approx(0.15)
    assert found.p == pytest.approx(0.01668, abs=1e-4)
    assert 0 < found.low < 0.15 < found.high


def test_several_tests_are_adjusted_together():
    # Holm 1979: 0.01 x 3, 0.02 x 2, 0.04 x 1, never less than the one before
    found = holm_adjust([Difference(0, 0, 0, p) for p in (0.04, 0.01, 0.02)] + [None])
    assert [difference and difference.p for difference in found] == pytest.approx([0.04, 0.03, 0.04, None])


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_is_symmetric(pairs):
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    one, other = mcnemar_difference(first, second), mcnemar_difference(second, first)
    assert one.value == -other.value
    assert one.p == other.p <= 1
    assert one.low <= one.value <= one.high
