"""The Classify tab with a screened folder."""

import pickle
import shutil
import threading
from dataclasses import replace

import pytest

from core.models.model_header import bundled_model_path, read_header
from core.screening.events import ScreeningResult
from gui.classify.classify_tab import ClassifyTab
from gui.jobs.screening_jobs import WorklistResult
from tests.factories import drained, draw_film
from tests.gui.person import job_shown


@pytest.fixture(scope="session")
def screened_once(made_once):
    """Six phantoms, a text, and a name that looks like markup, screened with the bundled model."""

    def fill(folder):
        from core.screening.screening import screen

        films = folder / "films"
        films.mkdir()
        for seed in range(6):
            draw_film(seed, seed % 2, 128).save(films / f"film-{seed}.png")
        shutil.copy(films / "film-1.png", films / "<b>x&.png")
        (films / "notes.txt").write_text("no film")
        _, result = drained(screen(films, folder / "screening.csv", None, threading.Event()))
        (folder / "result.pickle").write_bytes(pickle.dumps(result))

    return made_once("screened", fill)


@pytest.fixture
def films(screened_once, tmp_path):
    """The screened films, which a test may change."""
    return shutil.copytree(screened_once / "films", tmp_path / "films")


@pytest.fixture
def empty_tab(window):
    tab = window.findChild(ClassifyTab)
    window.tabs.setCurrentWidget(tab)
    return tab


@pytest.fixture
def screened_tab(empty_tab, window, qtbot, films):
    """The tab after it has screened the films."""
    with job_shown(qtbot, window, ScreeningResult):
        empty_tab.open(films)
    return empty_tab


@pytest.fixture
def tab(empty_tab, screened_once, films, tmp_path):
    """The tab with the screening of earlier."""
    ledger = shutil.copy(screened_once / "screening.csv", tmp_path / "screening.csv")
    result = replace(pickle.loads((screened_once / "result.pickle").read_bytes()), output=ledger)
    empty_tab.show_opened(WorklistResult(films, result, (), read_header(bundled_model_path()).classes))
    return empty_tab
