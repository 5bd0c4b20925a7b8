"""The films of a dataset: filtered, enlarged, corrected."""

from dataclasses import replace
from gettext import NullTranslations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QComboBox, QPushButton

from core.datasets.dataset import Dataset
from core.datasets.events import FindingKind
from core.datasets.preparation import Action, Correction
from core.system.language import _Active
from gui.dataset.film_browser import FilmBrowser
from gui.film.film_grid import FilmGrid
from gui.widgets import messages
from tests.gui.dataset.examples import FILMS, LEAK, ROOT, audit
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
        with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
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


@pytest.fixture
def browser(qtbot):
    browser = FilmBrowser()
    qtbot.addWidget(browser, before_close_func=FilmBrowser.close_viewer)
    browser.show_audit(audit())
    return browser


def shown(browser):
    table = browser.grid.table
    return [table.film(row).path.name for row in range(table.rowCount())]


def choices(browser, name):
    box = browser.findChild(QComboBox, name)
    return [box.itemText(number) for number in range(box.count())]


def select(browser, *names):
    grid, selection = browser.grid, browser.grid.selectionModel()
    selection.clearSelection()
    for name in names:
        selection.select(grid.table.index(shown(browser).index(name)), QItemSelectionModel.SelectionFlag.Select)


def buttons(browser):
    return [button.isEnabled() for button in (browser.exclude, browser.relabel, browser.move_to)]


def test_without_a_dataset_nothing_is_shown_or_offered(browser):
    browser.show_audit(None)
    assert shown(browser) == []
    assert browser.shown.text() == ""
    assert choices(browser, "filter_class") == ["All"]
    assert buttons(browser) == [False, False, False]


def test_the_filters_offer_what_the_dataset_has(browser):
    assert choices(browser, "filter_class") == ["All", "NORMAL", "P&Q"]
    assert choices(browser, "filter_split") == ["All", "train", "val", "test"]
    # findings without films, or with files that cannot be shown, are not offered
    assert choices(browser, "filter_finding") == ["All", "Copies across splits"]


def test_filters_work_together_and_the_films_are_counted(browser):
    assert browser.shown.text().startswith("6 of 6 films.")
    browser.kind.setCurrentText("P&Q")
    assert shown(browser) == ["a2.png", "c1.png", "e1.png"]
    browser.split.setCurrentText("test")
    assert shown(browser) == ["e1.png"]
    assert browser.shown.text().startswith("1 of 6 films.")


def test_the_films_of_a_finding_are_shown_in_its_order_whatever_was_filtered(browser):
    browser.kind.setCurrentText("P&Q")
    browser.split.setCurrentText("val")
    browser.show_finding(LEAK)
    assert shown(browser) == ["d1.png", "a1.png"]


def test_a_filter_outlives_a_correction_unless_its_value_is_gone(browser):
    browser.split.setCurrentText("test")
    browser.show_finding(LEAK)
    browser.split.setCurrentText("test")
    browser.show_audit(audit(findings=()))
    assert (browser.split.currentText(), browser.finding.currentText()) == ("test", "All")
    assert shown(browser) == ["d1.png", "e1.png"]
    browser.show_audit(audit(films=FILMS[:4]))
    assert browser.split.currentText() == "All"


def test_selected_films_are_excluded(qtbot, browser):
    assert buttons(browser) == [False, False, False]
    select(browser, "a2.png", "e1.png")
    with qtbot.waitSignal(browser.step_wanted) as wanted:
        click(qtbot, browser, "exclude")
    (step,) = wanted.args
    assert step.label == "Exclude 2 films"
    assert step.corrections == (Correction("a2.png", Action.EXCLUDE), Correction("e1.png", Action.EXCLUDE))


def test_selected_films_are_relabelled(qtbot, browser):
    select(browser, "a1.png")
    actions = browser.relabel.menu().actions()
    assert [action.text() for action in actions] == ["NORMAL", "P&&Q"]
    with qtbot.waitSignal(browser.step_wanted) as wanted:
        actions[1].trigger()
    (step,) = wanted.args
    assert step.label == "Relabel 1 film as P&Q"
    assert step.corrections == (Correction("a1.png", Action.RELABEL, "P&Q"),)


def test_a_patient_moves_with_all_films_even_hidden_ones(qtbot, browser):
    browser.kind.setCurrentText("NORMAL")
    select(browser, "a1.png")
    with qtbot.waitSignal(browser.step_wanted) as wanted:
        browser.move_to.menu().actions()[2].trigger()
    (step,) = wanted.args
    assert step.label == "Move 1 patient to test"
    assert step.corrections == (Correction("a1.png", Action.MOVE, "test"), Correction("a2.png", Action.MOVE, "test"))


def test_nothing_selected_asks_for_nothing(qtbot, browser):
    with qtbot.assertNotEmitted(browser.step_wanted):
        browser.relabel.menu().actions()[0].trigger()
        browser.move_to.menu().actions()[0].trigger()


def test_corrections_wait_while_a_job_runs(browser):
    select(browser, "a1.png")
    assert buttons(browser) == [True, True, True]
    browser.set_busy(True)
    assert buttons(browser) == [False, False, False]
    browser.set_busy(False)
    assert buttons(browser) == [True, True, True]


def test_patients_cannot_be_moved_where_the_dataset_has_no_splits_of_its_own(browser):
    plain = tuple(replace(film, split=None) for film in FILMS)
    browser.show_audit(audit(films=plain, planned=Dataset(ROOT, ("NORMAL", "P&Q"), FILMS)))
    assert choices(browser, "filter_split") == ["All", "train", "val", "test"]  # as planned
    select(browser, "a1.png")
    assert buttons(browser) == [True, True, False]
    assert "assigned by patient" in browser.move_to.toolTip()
