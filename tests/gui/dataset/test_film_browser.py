"""The films of a dataset: filtered, enlarged, corrected."""

from gettext import NullTranslations

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QComboBox, QPushButton

from core.datasets.events import FindingKind
from core.system.language import _Active
from gui.film.film_grid import FilmGrid
from gui.widgets import messages
from tests.gui.dataset.person import finding_kinds, open_dataset, take_step
from tests.gui.person import click


def test_films_are_filtered_chosen_and_corrected(qtbot, window, leaky, tmp_path, monkeypatch):
    before = sorted(path for path in leaky.rglob("*"))
    tab = open_dataset(qtbot, window, leaky)
    grid = tab.findChild(FilmGrid, "films")
    assert grid.model().rowCount() == 75
    click(qtbot, tab, "show_finding_films")
    assert grid.model().rowCount() == 6
    tab.findChild(QComboBox, "filter_split").setCurrentText("test")
    assert grid.model().rowCount() == 3
    tab.findChild(QComboBox, "filter_class").setCurrentText("PNEUMONIA")
    assert grid.model().rowCount() == 0
    tab.findChild(QComboBox, "filter_class").setCurrentText("NORMAL")
    grid.selectAll()
    take_step(qtbot, window, "exclude")
    assert FindingKind.COPY_LEAK not in finding_kinds(window)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "corrections.csv")
    click(qtbot, tab, "export_corrections")
    assert len((tmp_path / "corrections.csv").read_text().splitlines()) == 4
    assert sorted(path for path in leaky.rglob("*")) == before


class Foreign(NullTranslations):
    """A language in which every word is another one."""

    def gettext(self, message):
        return f"‹{message}›"


def test_films_are_filtered_in_another_language(qtbot, window, leaky, monkeypatch):
    monkeypatch.setattr(_Active, "catalogue", Foreign())
    tab = open_dataset(qtbot, window, leaky)
    grid = tab.findChild(FilmGrid, "films")
    click(qtbot, tab, "show_finding_films")
    assert tab.findChild(QComboBox, "filter_finding").currentText() == "‹Copies across splits›"
    assert grid.model().rowCount() == 6
    tab.findChild(QComboBox, "filter_split").setCurrentText("‹test›")
    tab.findChild(QComboBox, "filter_class").setCurrentText("NORMAL")
    assert grid.model().rowCount() == 3
    open_dataset(qtbot, window, leaky)
    assert tab.findChild(QComboBox, "filter_split").currentText() == "‹test›"


def test_relabel_and_move_patients(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    grid = tab.findChild(FilmGrid, "films")
    tab.findChild(QComboBox, "filter_split").setCurrentText("val")
    for menu, action in (("relabel", 1), ("move_to", 0)):
        index = grid.model().index(0, 0)
        grid.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        with qtbot.waitSignal(window.job_shown, timeout=20_000):
            tab.findChild(QPushButton, menu).menu().actions()[action].trigger()
    counts = window.session.audit.dataset.count_films()
    assert (counts[0, "val"], counts[1, "val"]) == (11, 12)
    assert (counts[0, "train"], counts[1, "train"]) == (12, 13)


def test_space_enlarges_and_arrows_lead_on(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    grid, viewer = tab.browser.grid, tab.browser.viewer
    grid.setCurrentIndex(grid.model().index(4, 0))
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert viewer.isVisible()
    assert "5 of 75" in viewer.caption.text()
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert "6 of 75" in viewer.caption.text()
    qtbot.waitUntil(lambda: viewer.view.film_size.width() == 96)
    qtbot.keyClick(viewer, Qt.Key.Key_Space)
    assert not viewer.isVisible()


def test_thumbnails_of_seen_films_arrive(qtbot, window, leaky):
    grid = open_dataset(qtbot, window, leaky).browser.grid
    window.grab()
    with qtbot.waitSignal(grid.model().dataChanged, timeout=10_000):
        grid.viewport().repaint()
