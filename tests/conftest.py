"""What every test shares: no display, small synthetic datasets, a tiny network."""

import gc
import os
import threading

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from core.system.language import Language, set_language
from tests.factories import QUICK, write_phantoms


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
def quick_recipe():
    return QUICK
