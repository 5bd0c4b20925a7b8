"""The end of a training."""

import shutil

import pytest

from core.datasets.preparation import AS_IT_IS
from core.jobs.events import Progressed, Stage
from core.runs.run_folder import CHECKPOINT
from core.training.final_test import run_final_test
from core.training.run_writer import RunWriter
from core.training.training_data import FILMS_STORE, prepare_training_data
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


@pytest.mark.parametrize("cancelled", [False, True])
def test_the_test_films_are_scored_once_unless_cancelled(
    dataset_folder, quick_recipe, quick_model, tmp_path, cancel, cancelled
):
    run = shutil.copytree(quick_model.parent, tmp_path / "run")
    for name in ("metrics.json", "predictions.csv", "looks.json"):
        (run / name).unlink()
    (run / CHECKPOINT).write_bytes(b"state")
    _, data = drained(prepare_training_data(dataset_folder, quick_recipe, AS_IT_IS, run / FILMS_STORE, cancel))
    if cancelled:
        cancel.set()
    events, figures = drained(run_final_test(RunWriter(run, quick_recipe, data), cancel))
    assert events[0] == Progressed(Stage.TESTING, 0, 4)
    assert (figures is None) is cancelled
    for name in ("metrics.json", "predictions.csv", "looks.json"):
        assert (run / name).exists() is not cancelled
    assert (run / CHECKPOINT).exists() is cancelled
