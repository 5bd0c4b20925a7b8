"""What every test shares: no display, small synthetic datasets, one trained model."""

import gc
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import threading
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from filelock import FileLock
from hypothesis import settings

from core.system.language import Language, set_language
from tests.factories import CLASSES, NO_PROBE, QUICK, ROOT, Trained, drained, draw_film, write_films, write_phantoms

settings.register_profile("patient", deadline=None)  # the first example may load a library, on a busy machine
settings.load_profile("patient")


def pytest_configure(config):
    """Compile the translations that changed since they were compiled, once for all processes of a run."""
    compiled = {path: path.with_suffix(".mo") for path in (ROOT / "resources/translations").glob("*.po")}
    stale = [po for po, mo in compiled.items() if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime]
    if stale and not hasattr(config, "workerinput"):
        subprocess.run([sys.executable, ROOT / "packaging/translations.py", "--compile", *stale], check=True)


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    """The app's own folders, fresh for each test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "app-data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "app-cache"))


@pytest.fixture(autouse=True)
def collected_on_this_thread():
    """A thread that a test starts must not collect, and so destroy, widgets that an earlier test left in cycles."""
    gc.disable()
    yield
    gc.collect(1)


@pytest.fixture
def speak():
    """Sets the language; it is English again after the test."""
    yield set_language
    set_language(Language.ENGLISH)


@pytest.fixture
def german():
    set_language(Language.GERMAN)
    yield
    set_language(Language.ENGLISH)


@pytest.fixture
def cancel():
    return threading.Event()


@pytest.fixture
def dataset_folder(tmp_path):
    """A small dataset that a test may change."""
    return write_phantoms(tmp_path / "dataset")


@pytest.fixture
def split_folders(made_once, tmp_path):
    """40 clean phantoms of a class, of a patient each, in given splits."""

    def fill(folder):
        for split, seeds in (("train", range(24)), ("val", range(24, 32)), ("test", range(32, 40))):
            for label, name in enumerate(CLASSES):
                (folder / "films" / split / name).mkdir(parents=True)
                for seed in seeds:
                    draw_film(seed, label).save(folder / "films" / split / name / f"p{label}{seed:02}_1.png")

    return shutil.copytree(made_once("split", fill) / "films", tmp_path / "films")


@pytest.fixture
def quick_recipe():
    return QUICK


@pytest.fixture
def tiny_network(monkeypatch):
    """A network of two layers under the name resnet18."""
    from core.networks.architectures import ARCHITECTURES
    from tests.tiny_network import TINY

    monkeypatch.setitem(ARCHITECTURES, "resnet18", TINY)


@pytest.fixture
def no_shortcut_probe(monkeypatch):
    """Audits do not look for shortcuts: for these small datasets that takes longer than a training."""
    monkeypatch.setattr("core.datasets.shortcut_probe.MIN_PATIENTS", NO_PROBE)


@pytest.fixture(scope="session")
def forkserver():
    """Child processes that have loaded torch already, and the part of it that an optimizer loads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.screening.screening", "core.training.training", "torch._dynamo"])
    return context


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Give the folder that a function fills, filled once for all processes of this test run.

    No test may write there.
    """
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent

    def make(name, fill):
        folder = place / name
        with FileLock(place / f"{name}.lock"), pytest.MonkeyPatch.context() as patch:
            if not (folder / "complete").exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a process that failed half-way
                folder.mkdir()
                patch.setenv("XDG_DATA_HOME", str(folder / "app-data"))
                patch.setenv("XDG_CACHE_HOME", str(folder / "app-cache"))
                patch.setattr("core.datasets.shortcut_probe.MIN_PATIENTS", NO_PROBE)
                fill(folder)
                (folder / "complete").touch()
        return folder

    return make


@pytest.fixture(scope="session")
def trained_once(made_once):
    """A model trained on 30 phantoms a class."""

    def fill(folder):
        from core.datasets.demo import DEMO_RECIPE
        from core.training.training import train

        recipe = replace(DEMO_RECIPE, epochs=3, image_size_px=64)
        job = train(write_films(folder / "data", 30), recipe, folder / "run", threading.Event())
        (folder / "job.pickle").write_bytes(pickle.dumps(drained(job)))

    folder = made_once("trained", fill)
    return Trained(folder / "data", folder / "run", *pickle.loads((folder / "job.pickle").read_bytes()))


@pytest.fixture(scope="session")
def train_once(made_once):
    """Give the folder of runs of the tiny network on 24 phantoms, one for each recipe, by the names of the recipes."""

    def make(name, *recipes):
        def fill(folder):
            from core.networks.architectures import ARCHITECTURES
            from core.training.training import train
            from tests.tiny_network import TINY

            write_phantoms(folder / "data")
            with pytest.MonkeyPatch.context() as patch:
                patch.setitem(ARCHITECTURES, "resnet18", TINY)
                for recipe in recipes:
                    drained(train(folder / "data", recipe, folder / "runs" / recipe.name, threading.Event()))

        return made_once(name, fill) / "runs"

    return make


@pytest.fixture
def trained(trained_once, tmp_path):
    """The trained model in a run folder of its own, which a test may change. The films are shared by all tests."""
    run = shutil.copytree(trained_once.run, tmp_path / "trained")
    return trained_once._replace(
        run=run, result=replace(trained_once.result, run_dir=run, model=run / "best.safetensors")
    )


@pytest.fixture
def model(trained):
    return trained.result.model


@pytest.fixture
def local_films(tmp_path):
    """Films that the trained model was not made with."""
    return write_films(tmp_path / "local", 25, first=500)
