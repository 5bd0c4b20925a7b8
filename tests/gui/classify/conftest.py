"""The Classify tab with a screened folder."""

import shutil
import threading

import pytest

from core.screening.events import ScreeningResult
from gui.classify.classify_tab import ClassifyTab
from gui.widgets import messages
from tests.factories import drained, draw_film
from tests.gui.person import job_ended


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
        drained(screen(films, folder / "screening.csv", None, threading.Event()))

    return made_once("screened", fill)


@pytest.fixture
def films(screened_once, tmp_path):
    """The screened films, which a test may change."""
    return shutil.copytree(screened_once / "films", tmp_path / "films")


@pytest.fixture
def empty_tab(window, qtbot):
    tab = window.findChild(ClassifyTab)
    window.tabs.setCurrentWidget(tab)
    window.resize(1280, 720)
    with qtbot.waitActive(window):
        window.activateWindow()
    return tab


@pytest.fixture
def screened_tab(empty_tab, window, qtbot, films):
    """The tab after it has screened the films."""
    with job_ended(qtbot, window, ScreeningResult):
        empty_tab.open(films)
    return empty_tab


@pytest.fixture
def ledger(screened_once, tmp_path):
    """The screening of earlier, with what belongs to it."""
    (tmp_path / "lists").mkdir()
    for name in ("screening.csv", "screening.csv.state"):
        shutil.copy(screened_once / name, tmp_path / "lists" / name)
    return tmp_path / "lists" / "screening.csv"


@pytest.fixture
def open_list(empty_tab, qtbot, ledger, films, monkeypatch):
    """Open the screening of earlier as a person does, blind or not; gives the tab."""

    def open_it(is_blind=False):
        monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
        empty_tab.toolbar.open_menu.blind.setChecked(is_blind)
        with qtbot.waitSignal(empty_tab.opener.opened):
            empty_tab.toolbar.ledger_wanted.emit(ledger)
        return empty_tab

    return open_it


@pytest.fixture
def tab(open_list):
    """The tab with the screening of earlier."""
    return open_list()


@pytest.fixture
def blind_tab(open_list):
    """The same, opened for blind reading."""
    return open_list(is_blind=True)
