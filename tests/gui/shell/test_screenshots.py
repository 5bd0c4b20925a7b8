"""Pictures of every tab, made by going through a small demo."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from core.datasets import demo
from core.films.images import has_mark
from core.system.errors import JobFailed
from gui.shell import screenshots
from gui.shell.main_window import MainWindow
from gui.shell.screenshots import MARK, take_screenshots

TABS = {"dataset", "training", "runs", "operating-point", "figures", "curves", "classify", "classify-light"}


@pytest.fixture
def small_demo(monkeypatch):
    """Twelve films a class of 32 pixels, and five to screen."""
    monkeypatch.setattr(demo, "FILMS_OF_CLASS", 12)
    monkeypatch.setattr(demo, "WORKLIST_FILMS", 5)
    monkeypatch.setattr(demo, "DEMO_RECIPE", replace(demo.DEMO_RECIPE, image_size_px=32))


@pytest.mark.slow
@pytest.mark.usefixtures("small_demo", "tiny_network", "no_shortcut_probe", "own_settings")
def test_every_tab_has_a_picture_that_shows_something(qtbot, tmp_path, monkeypatch):
    windows = []

    def make_window():
        windows.append(MainWindow())
        qtbot.addWidget(windows[0])
        return windows[0]

    monkeypatch.setattr(screenshots, "MainWindow", make_window)
    monkeypatch.setattr(screenshots, "create_application", QApplication.instance)
    monkeypatch.setattr(screenshots, "_settle", lambda _milliseconds: QApplication.processEvents())
    assert take_screenshots(tmp_path / "pictures") == 0
    assert all(has_mark(path, MARK) for path in (tmp_path / "pictures").iterdir())
    pictures = {path.stem: np.asarray(Image.open(path).convert("L")) for path in (tmp_path / "pictures").iterdir()}
    assert set(pictures) == TABS
    assert [name for name, picture in pictures.items() if picture.std() < 3] == []
    assert pictures["classify"].mean() < 100 < pictures["classify-light"].mean()
    assert not windows[0].isVisible()


def test_pictures_of_another_origin_are_refused_before_the_window_opens(tmp_path, monkeypatch):
    monkeypatch.setattr(screenshots, "MainWindow", None)
    Image.new("L", (70, 70), 3).save(tmp_path / "runs.png")
    before = (tmp_path / "runs.png").read_bytes()
    with pytest.raises(JobFailed, match=r"runs\.png exists"):
        take_screenshots(tmp_path)
    assert (tmp_path / "runs.png").read_bytes() == before
