"""Training, whole, on phantoms."""

import errno
import itertools
import json
import os
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from core.films.phantoms import draw_phantom
from core.jobs.events import Noted
from core.models.model_file import load_model
from core.recipes.recipe import Depth, KeptBy
from core.runs.epoch_log import EpochEnded
from core.runs.run_list import read_run
from core.screening.screening import screen
from core.system import files
from core.system.errors import JobFailed, Reason
from core.training.events import BatchEnded
from core.training.training import train
from core.training.training_data import FILMS_STORE
from tests.factories import drained, write_dicom

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")
DEVICE_FULL = Path("/dev/full")  # Linux: every write there finds the disk full


def test_training_ends_with_a_model_and_figures(trained):
    result = trained.result
    assert result.completed
    assert [event.epoch for event in trained.events if isinstance(event, EpochEnded)] == [1, 2, 3]
    metrics = json.loads((trained.run / "metrics.json").read_text())
    assert metrics["n"] == result.figures.n == sum(map(sum, metrics["confusion"]))
    assert sorted(path.name for path in trained.run.iterdir()) == [
        "best.safetensors", "events.jsonl", "looks.json", "metrics.json", "predictions.csv", "preparation.json",
        "recipe.json", "run.json", "splits.csv",
    ]  # fmt: skip


def test_a_model_knows_the_ages_that_its_films_tell(tmp_path, dataset_folder, quick_recipe, cancel):
    films = sorted(dataset_folder.rglob("*.png"))
    ages = itertools.cycle(["18", "042Y", "77.5", "030Y"])
    rows = [f"{path},{path.parent.name},{age}\n" for path, age in zip(films, ages, strict=False)]
    (tmp_path / "films.csv").write_text("file,label,age\n" + "".join(rows))
    _, result = drained(train(tmp_path / "films.csv", quick_recipe, tmp_path / "run", cancel))
    header = load_model(result.model).header
    assert header.ages == ((18, 77),)
    assert any("Patients aged 18 to 77 years, in completed years." in lines for _, lines in header.content["card"])
    (tmp_path / "new").mkdir()
    write_dicom(tmp_path / "new" / "child.dcm", draw_phantom(900, True, 96), PatientAge="004Y")
    _, screened = drained(screen(tmp_path / "new", tmp_path / "r.csv", result.model, cancel))
    assert "18 to 77 years" in screened.drift[-1]


def test_a_run_is_never_overwritten(trained, quick_recipe, cancel):
    with pytest.raises(JobFailed, match="already contains a training"):
        drained(train(trained.dataset, quick_recipe, trained.run, cancel))


def test_a_label_list_may_name_films_elsewhere(dataset_folder, quick_recipe, tmp_path, cancel):
    (tmp_path / "lists").mkdir()
    films = sorted(dataset_folder.rglob("*.png"))
    lines = ["file,label", *(f"{film},{film.parent.name}" for film in films)]
    (tmp_path / "lists" / "labels.csv").write_text("\n".join(lines))
    _, result = drained(train(tmp_path / "lists" / "labels.csv", quick_recipe, tmp_path / "run", cancel))
    assert result.completed


def test_cancel_inside_an_epoch_is_a_result(dataset_folder, quick_recipe, tmp_path, cancel):
    job = train(dataset_folder, quick_recipe, tmp_path / "run", cancel)
    for event in job:
        if isinstance(event, BatchEnded):
            cancel.set()
            break
    _, result = drained(job)
    assert not result.completed
    assert not (tmp_path / "run" / FILMS_STORE).exists()


@pytest.mark.parametrize("figure", ["auc", "accuracy"])
def test_the_chosen_figure_keeps_an_epoch_also_with_mixup(figure, dataset_folder, quick_recipe, tmp_path, cancel):
    recipe = replace(quick_recipe, mixup_alpha=0.4, kept_by=KeptBy(figure), epochs=3)
    events, result = drained(train(dataset_folder, recipe, tmp_path / "run", cancel))
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    best = max(epochs, key=lambda epoch: (getattr(epoch, f"validation_{figure}"), -epoch.epoch))
    assert result.best_epoch == best.epoch


def test_small_films_come_first_and_the_kept_model_is_for_full_size(dataset_folder, quick_recipe, tmp_path, cancel):
    recipe = replace(quick_recipe, epochs=4, small_share=0.5, small_size_px=32, patience_epochs=1)
    sizes = {}
    job = train(dataset_folder, recipe, tmp_path / "run", cancel)
    for event in job:
        if isinstance(event, EpochEnded) and event.is_best:
            sizes[event.epoch] = load_model(tmp_path / "run/best.safetensors").preprocessing.size_px
    assert sizes[1] == 32
    assert sizes[3] == 64  # the first of full size is kept, however good a model for small films was
    assert load_model(tmp_path / "run/best.safetensors").preprocessing.size_px == 64
    assert read_run(tmp_path / "run").metrics["n"] == 4


def test_a_full_disk_ends_cleanly_with_the_best_model(dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch):
    recipe = replace(quick_recipe, epochs=3, learning_rate=1e-8, kept_by=KeptBy.AUC)  # a second epoch is hardly better
    job = train(dataset_folder, recipe, tmp_path / "run", cancel)
    next(event for event in job if isinstance(event, EpochEnded))
    with monkeypatch.context() as full:
        if DEVICE_FULL.exists():
            name = tmp_path / "run" / ".x.tmp"
            full.setattr(files, "_create_temporary", lambda *_: (os.open(DEVICE_FULL, os.O_WRONLY), name))
        else:
            full.setattr(files.os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
        with pytest.raises(JobFailed, match="The disk is full") as error:
            drained(job)
    assert error.value.reason is Reason.DISK_FULL
    assert load_model(tmp_path / "run/best.safetensors").header.content["best_epoch"] == 1
    assert not [path for path in (tmp_path / "run").iterdir() if path.suffix == ".tmp"]
    _, result = drained(train(dataset_folder, recipe, tmp_path / "run", cancel, resume=True))
    assert result.completed
    assert result.epochs_done == 3


def test_overfitting_is_named_in_words(dataset_folder, quick_recipe, tmp_path, cancel):
    recipe = replace(quick_recipe, depth=Depth.HEAD, learning_rate=1e-8, kept_by=KeptBy.AUC, epochs=7)
    events, result = drained(train(dataset_folder, recipe, tmp_path / "run", cancel))
    said = [event.sentence for event in events if isinstance(event, Noted)]
    assert any("has not improved for 5 epochs" in sentence for sentence in said)
    assert result.best_epoch == 1
