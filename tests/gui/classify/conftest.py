"""The Classify tab with a screened folder."""

import shutil

import pytest
from PIL import Image

from core.films.phantoms import draw_phantom
from core.screening.events import ScreeningResult
from tests.gui.person import job_shown


@pytest.fixture
def films(tmp_path):
    """Six phantoms, a text, and a name that looks like markup."""
    folder = tmp_path / "films"
    folder.mkdir()
    for seed in range(6):
        Image.fromarray(draw_phantom(seed, seed % 2 == 1, 128)).save(folder / f"film-{seed}.png")
    shutil.copy(folder / "film-1.png", folder / "<b>x&.png")
    (folder / "notes.txt").write_text("no film")
    return folder


@pytest.fixture
def tab(window, qtbot, films):
    window.tabs.setCurrentWidget(window.classify_tab)
    with job_shown(qtbot, window, ScreeningResult):
        window.classify_tab.open(films)
    return window.classify_tab
