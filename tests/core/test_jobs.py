"""Training, model file, screening and their commands, whole, on phantoms."""

import csv
import errno
import itertools
import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch

import main
from core.datasets.demo import DEMO_RECIPE
from core.datasets.patient_ages import age_range
from core.films.phantoms import draw_phantom
from core.jobs.events import Noted
from core.models.model_file import load_model
from core.networks import device
from core.networks.device import choose_compute
from core.recipes.recipe import FAST, SEED, Depth, KeptBy
from core.recipes.recipe_json import from_json_object, load_recipe, to_json_object
from core.runs.epoch_log import EpochEnded
from core.runs.run_list import read_run
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.system import files, measurement_cache
from core.system.csv_text import quote_formula
from core.system.errors import JobFailed, Reason
from core.training import learner
from core.training.events import BatchEnded
from core.training.training import train
from tests.factories import drained, write_dicom, write_phantoms

DEVICE_FULL = Path("/dev/full")  # Linux: every write there finds the disk full


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small trained model and its dataset, made once."""
    root = tmp_path_factory.mktemp("trained")
    write_phantoms(root / "data")
    recipe = replace(DEMO_RECIPE, epochs=2, image_size_px=64)
    events, result = drained(train(root / "data", recipe, root / "run", threading.Event()))
    return root, events, result


def test_training_ends_with_a_model_and_figures(trained):
    root, events, result = trained
    assert result.completed
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [1, 2]
    metrics = json.loads((root / "run" / "metrics.json").read_text())
    assert metrics["n"] == result.figures.n == sum(map(sum, metrics["confusion"]))
    assert sorted(path.name for path in (root / "run").iterdir()) == [
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
    assert header.ages == (18, 77)
    assert any("Patients of 18 to 77 completed years." in lines for _, lines in header.content["card"])
    (tmp_path / "new").mkdir()
    write_dicom(tmp_path / "new" / "child.dcm", draw_phantom(900, True, 96), PatientAge="004Y")
    _, screened = drained(screen(tmp_path / "new", tmp_path / "r.csv", result.model, cancel))
    assert "18 to 77 years" in screened.drift[-1]


@pytest.mark.parametrize(("told", "ages"), [(("5", "", ""), None), ((), None), (("5", "006M", *["3"] * 7, ""), (0, 5))])
def test_ages_that_too_few_films_tell_say_nothing(told, ages):
    assert age_range(told) == ages


def test_a_run_is_never_overwritten(trained, quick_recipe, cancel):
    root, _, _ = trained
    with pytest.raises(JobFailed, match="already holds a training"):
        drained(train(root / "data", quick_recipe, root / "run", cancel))


@pytest.mark.parametrize(("renamed", "rate", "is_told"), [(True, 0.2, True), (True, 1.0, False), (False, 0.2, False)])
def test_a_start_for_other_classes_that_may_hardly_learn_is_told(
    trained, renamed, rate, is_told, quick_recipe, tmp_path, cancel
):
    root, _, result = trained
    shutil.copytree(root / "data", tmp_path / "data")
    if renamed:
        (tmp_path / "data" / "PNEUMONIA").rename(tmp_path / "data" / "OTHER")
    recipe = replace(quick_recipe, start=str(result.model), epochs=1, backbone_rate_factor=rate)
    events, _ = drained(train(tmp_path / "data", recipe, tmp_path / "run", cancel))
    told = [event.sentence for event in events if isinstance(event, Noted) and "other classes" in event.sentence]
    assert bool(told) is is_told
    assert all("NORMAL, PNEUMONIA" in text and "uses 0.2" in text for text in told)


def test_resume_equals_an_unbroken_run(dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch):
    recipe = replace(quick_recipe, mixup_alpha=0.4)
    monkeypatch.setattr(measurement_cache, "cache_folder", lambda: tmp_path)
    choose_compute.cache_clear()  # the first training on a computer measures it, and must not differ for that
    _, whole = drained(train(dataset_folder, recipe, tmp_path / "whole", cancel))
    job = train(dataset_folder, recipe, tmp_path / "broken", cancel)
    for event in job:
        if isinstance(event, EpochEnded):
            break
    job.close()
    _, resumed = drained(train(dataset_folder, recipe, tmp_path / "broken", cancel, resume=True))
    assert resumed.figures == whole.figures
    first, second = (load_model(tmp_path / name / "best.safetensors") for name in ("whole", "broken"))
    assert first.header.content["sha256"] == second.header.content["sha256"]


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
    assert not (tmp_path / "run" / ".films.tmp").exists()


@pytest.mark.parametrize("fails_above", [5, 3])
def test_memory_that_runs_out_makes_smaller_parts_and_nearly_the_same_step(
    dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch, fails_above
):
    real = learner.network_input

    def scarce(films, preprocessing):
        if len(films) > fails_above and torch.is_grad_enabled():
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(films, preprocessing)

    monkeypatch.setattr(learner, "network_input", scarce)
    events, result = drained(train(dataset_folder, quick_recipe, tmp_path / "run", cancel))
    assert result.completed
    said = [event.sentence for event in events if isinstance(event, Noted) and "Memory ran out" in event.sentence]
    assert said
    assert f"{4 if fails_above == 5 else 2} films at a time" in said[-1]


def test_parts_of_a_batch_sum_to_the_whole_gradient(dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch):
    recipe = replace(quick_recipe, depth=Depth.HEAD, epochs=1)  # no BatchNorm in the part that trains
    drained(train(dataset_folder, recipe, tmp_path / "whole", cancel))
    real = learner.Learner.__init__

    def in_parts(self, *arguments):
        real(self, *arguments)
        self.gradients.part_size = 2

    monkeypatch.setattr(learner.Learner, "__init__", in_parts)
    drained(train(dataset_folder, recipe, tmp_path / "parts", cancel))
    models = (load_model(tmp_path / name / "best.safetensors") for name in ("whole", "parts"))
    first, second = (model.network.head.weight for model in models)
    assert torch.allclose(first.float(), second.float(), atol=1e-3)


@pytest.mark.parametrize("figure", ["auc", "accuracy"])
def test_the_chosen_figure_keeps_an_epoch_also_with_mixup(figure, dataset_folder, quick_recipe, tmp_path, cancel):
    recipe = replace(quick_recipe, mixup_alpha=0.4, kept_by=KeptBy(figure), epochs=3)
    events, result = drained(train(dataset_folder, recipe, tmp_path / "run", cancel))
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    best = max(epochs, key=lambda epoch: (getattr(epoch, f"validation_{figure}"), -epoch.epoch))
    assert result.best_epoch == best.epoch


@pytest.mark.parametrize(("times_as_fast", "half"), [(3.0, True), (1.1, False)])
def test_precision_is_measured_once_for_a_computer(times_as_fast, half, tmp_path, monkeypatch):
    monkeypatch.setattr(device.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(device.torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(measurement_cache, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(device, "_times_as_fast", Mock(side_effect=[times_as_fast, times_as_fast]))
    choose = choose_compute.__wrapped__  # as in another start
    assert [choose().half, choose().half] == [half, half]
    assert device._times_as_fast.call_count == 1
    (kept,) = (tmp_path / "training").iterdir()
    kept.write_text("{damaged")
    assert choose().half == half
    assert device._times_as_fast.call_count == 2


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_validation_is_sane_from_the_first_steps(decay, dataset_folder, quick_recipe, tmp_path, cancel):
    recipe = replace(quick_recipe, learning_rate=3e-3, averaging_decay=decay, epochs=3)
    events, _ = drained(train(dataset_folder, recipe, tmp_path / "run", cancel))
    losses = [event.validation_loss for event in events if isinstance(event, EpochEnded)]
    assert max(losses) < 2, "with statistics of BatchNorm that lag behind it is 30 to 140 here"


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
            name = str(tmp_path / "run" / ".x.tmp")
            full.setattr(files.tempfile, "mkstemp", lambda **_: (os.open(DEVICE_FULL, os.O_WRONLY), name))
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


def test_seed_recipe_is_the_origins():
    assert (SEED.optimizer, SEED.learning_rate, SEED.epochs, SEED.depth, SEED.operating_point) == (
        "adam", 0.01, 3, "head", "fixed",
    )  # fmt: skip


def test_recipe_survives_json_and_names_wrong_keys():
    assert from_json_object(json.loads(json.dumps(to_json_object(FAST)))) == FAST
    with pytest.raises(JobFailed, match="learning_rte"):
        from_json_object({**to_json_object(FAST), "learning_rte": 1})
    with pytest.raises(JobFailed, match="neither a file"):
        load_recipe("nonsense")


def test_a_recipe_from_before_stretching_is_read_as_one_that_does_not_stretch():
    old = to_json_object(FAST)
    del old["augmentation"]["stretch_fraction"]
    recipe = from_json_object({**old, "format": 1})
    assert recipe.augmentation.stretch_fraction == 0
    assert recipe.augmentation.zoom_fraction == FAST.augmentation.zoom_fraction


def test_one_flipped_byte_is_noticed(trained, tmp_path):
    _, _, result = trained
    content = bytearray(result.model.read_bytes())
    content[-1000] ^= 1
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(JobFailed, match="weights were changed") as error:
        load_model(tmp_path / "model.safetensors")
    assert error.value.reason is Reason.MODEL_INVALID


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"\x80\x04K\x01."])
def test_what_is_no_model_is_refused(tmp_path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(JobFailed, match="cannot be used as a model"):
        load_model(tmp_path / "model.safetensors")


@pytest.fixture
def worklist(trained, tmp_path):
    folder = tmp_path / "films"
    shutil.copytree(trained[0] / "data", folder)
    (folder / "notes.txt").write_text("no film")
    (folder / "empty.png").write_bytes(b"")
    (folder / "=1+1.png").write_bytes(b"x")
    return folder


def test_every_file_has_one_row(trained, worklist, tmp_path, cancel):
    output = tmp_path / "results.csv"
    _, result = drained(screen(worklist, output, trained[2].model, cancel, tmp_path / "heat"))
    with output.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert (result.found, result.scored, result.refused, result.failed) == (27, 24, 3, 0)
    assert len({row["file"] for row in rows}) == len(rows) == 27
    assert "'=1+1.png" in {row["file"] for row in rows}
    assert all(0 <= float(row["probability"]) <= 1 for row in rows if row["status"] == "scored")
    assert len(list((tmp_path / "heat").rglob("*.png"))) == 24
    again = tmp_path / "again.csv"
    drained(screen(worklist, again, trained[2].model, cancel))
    assert again.read_bytes() == output.read_bytes()


def test_an_interrupted_screening_resumes_to_the_same_ledger(trained, worklist, tmp_path, cancel):
    whole, output = tmp_path / "whole.csv", tmp_path / "broken.csv"
    drained(screen(worklist, whole, trained[2].model, cancel))
    job = screen(worklist, output, trained[2].model, cancel)
    for _ in range(8):
        next(job)
    job.close()
    partial = partial_path(output)
    partial.write_bytes(partial.read_bytes()[:-5])  # a torn last row, as kill -9 leaves it
    assert not output.exists()
    _, result = drained(screen(worklist, output, trained[2].model, cancel, resume=True))
    assert result.completed
    assert output.read_bytes() == whole.read_bytes()
    assert not partial.exists()


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_starts_a_formula(text):
    assert quote_formula(text).startswith("'")


def test_commands_and_exit_statuses(trained, worklist, tmp_path, capsys):
    root, _, result = trained
    assert main.main(["screen", str(worklist), "--output", str(tmp_path / "r.csv"), "--model", str(result.model)]) == 3
    evaluated = ["evaluate", str(result.model), str(root / "data"), "--output", str(tmp_path / "figures")]
    assert main.main(evaluated) == 0
    assert json.loads((tmp_path / "figures" / "metrics.json").read_text())["n"] == 24
    assert "not a diagnosis" in (tmp_path / "figures" / "report.html").read_text()
    assert main.main(["audit", str(root / "data"), "--json", str(tmp_path / "audit.json")]) == 0
    assert json.loads((tmp_path / "audit.json").read_text())["classes"] == ["NORMAL", "PNEUMONIA"]
    capsys.readouterr()
    assert main.main(["screen", str(tmp_path / "nowhere"), "--output", str(tmp_path / "n.csv")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit) as usage:
        main.main(["train"])
    assert usage.value.code == 2


def test_answers_do_not_depend_on_the_batch(trained):
    model = load_model(trained[2].model)
    films = np.random.default_rng(0).integers(0, 255, (20, 64, 64), dtype=np.uint8)
    together = model.probabilities(films)
    alone = np.concatenate([model.probabilities(film[None]) for film in films])
    assert np.abs(together - alone).max() < 1e-4
