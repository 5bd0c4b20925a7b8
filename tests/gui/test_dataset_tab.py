"""The Dataset tab as a person uses it."""

import shutil
from gettext import NullTranslations

import pytest
from PIL import Image
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialogButtonBox, QLineEdit, QListWidget, QPushButton

from core.datasets.dataset import Dataset, Film
from core.datasets.events import FindingKind
from core.datasets.preparation import load_kept_preparation
from core.films.phantoms import draw_phantom
from core.system.language import _Spoken
from gui.dataset.intake_dialog import IntakeDialog
from gui.film.film_grid import FilmGrid
from gui.film.thumbnails import Thumbnails
from gui.widgets import messages
from tests.factories import write_phantoms


@pytest.fixture
def leaky(tmp_path):
    """Given splits, with three training films also in the test split."""
    root = tmp_path / "leaky"
    for split in ("train", "val", "test"):
        write_phantoms(root / split)
    for number, path in enumerate(sorted(root.rglob("*.png"))):
        label = path.parent.name == "PNEUMONIA"
        Image.fromarray(draw_phantom(100 + number, label, 96)).save(path)
        path.rename(path.with_name(f"{path.stem}{path.parts[-3]}.png"))
    for path in sorted((root / "train/NORMAL").iterdir())[:3]:
        shutil.copy(path, root / "test/NORMAL" / f"copy{path.name}")
    return root


def click(qtbot, parent, name):
    qtbot.mouseClick(parent.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def opened(qtbot, window, source):
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.dataset_tab.open(source)
    return window.dataset_tab


def stepped(qtbot, window, name):
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, window.dataset_tab, name)


def titles(window):
    return [finding.kind for finding in window.session.audit.findings]


def test_a_leaky_dataset_is_blocked_until_one_click_resolves_it(qtbot, window, leaky):
    tab = opened(qtbot, window, leaky)
    assert titles(window)[0] is FindingKind.COPY_LEAK
    assert "✖" in tab.findChild(QListWidget, "findings").item(0).text()
    start = window.training_tab.findChild(QPushButton, "start")
    assert not start.isEnabled()
    assert "must not be trained on" in window.training_tab.view.status.text()
    stepped(qtbot, window, "fix_0")
    assert FindingKind.COPY_LEAK not in titles(window)
    assert start.isEnabled()
    assert len(load_kept_preparation(leaky).steps) == 1
    opened(qtbot, window, leaky)
    assert start.isEnabled()
    stepped(qtbot, window, "undo")
    assert not start.isEnabled()


def test_a_leak_can_be_accepted_knowingly_and_only_for_now(qtbot, window, leaky):
    tab = opened(qtbot, window, leaky)
    tab.findChild(QCheckBox, "accept_leaks").click()
    assert window.training_tab.findChild(QPushButton, "start").isEnabled()
    assert window.session.preparation.accepts_leaks
    opened(qtbot, window, leaky)
    assert not window.training_tab.findChild(QPushButton, "start").isEnabled()


def test_films_are_filtered_chosen_and_corrected(qtbot, window, leaky, tmp_path, monkeypatch):
    before = sorted(path for path in leaky.rglob("*"))
    tab = opened(qtbot, window, leaky)
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
    stepped(qtbot, window, "exclude")
    assert FindingKind.COPY_LEAK not in titles(window)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "corrections.csv")
    click(qtbot, tab, "export_corrections")
    assert len((tmp_path / "corrections.csv").read_text().splitlines()) == 4
    assert sorted(path for path in leaky.rglob("*")) == before


class Foreign(NullTranslations):
    """A language in which every word is another one."""

    def gettext(self, message):
        return f"‹{message}›"


def test_films_are_filtered_in_another_language(qtbot, window, leaky, monkeypatch):
    monkeypatch.setattr(_Spoken, "catalogue", Foreign())
    tab = opened(qtbot, window, leaky)
    grid = tab.findChild(FilmGrid, "films")
    click(qtbot, tab, "show_finding_films")
    assert tab.findChild(QComboBox, "filter_finding").currentText() == "‹Copies across splits›"
    assert grid.model().rowCount() == 6
    tab.findChild(QComboBox, "filter_split").setCurrentText("‹test›")
    tab.findChild(QComboBox, "filter_class").setCurrentText("NORMAL")
    assert grid.model().rowCount() == 3
    opened(qtbot, window, leaky)
    assert tab.findChild(QComboBox, "filter_split").currentText() == "‹test›"


def test_relabel_and_move_patients(qtbot, window, leaky):
    tab = opened(qtbot, window, leaky)
    grid = tab.findChild(FilmGrid, "films")
    tab.findChild(QComboBox, "filter_split").setCurrentText("val")
    for menu, action in (("relabel", 1), ("move_to", 0)):
        index = grid.model().index(0, 0)
        grid.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        with qtbot.waitSignal(window.job_shown, timeout=20_000):
            tab.findChild(QPushButton, menu).menu().actions()[action].trigger()
    counts = window.session.audit.dataset.counts()
    assert (counts[0, "val"], counts[1, "val"]) == (11, 12)
    assert (counts[0, "train"], counts[1, "train"]) == (12, 13)


def test_space_enlarges_and_arrows_lead_on(qtbot, window, leaky):
    tab = opened(qtbot, window, leaky)
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
    grid = opened(qtbot, window, leaky).browser.grid
    window.grab()
    with qtbot.waitSignal(grid.model().dataChanged, timeout=10_000):
        grid.viewport().repaint()


def test_patient_pattern_is_corrected_in_the_dialog(qtbot, window, leaky):
    tab = opened(qtbot, window, leaky)
    patients = window.session.audit.dataset.patients()
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, tab, "intake")
    dialog = tab.findChild(IntakeDialog, "intake_dialog")
    field = dialog.findChild(QLineEdit, "patient_pattern")
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    field.setText("(")
    assert not ok.isEnabled()
    field.setText("(?:copy)?(NORMAL|PNEUMONIA)[a-l]?.*")
    assert "→" in dialog.examples.text()
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        qtbot.mouseClick(ok, Qt.MouseButton.LeftButton)
    assert window.session.audit.dataset.patients() == 2 < patients
    assert load_kept_preparation(leaky).patient_pattern == "(?:copy)?(NORMAL|PNEUMONIA)[a-l]?.*"


def test_columns_that_cannot_be_guessed_are_chosen(qtbot, window, errors, dataset_folder):
    lines = [f"{path.relative_to(dataset_folder)};{path.parent.name}" for path in dataset_folder.rglob("*.png")]
    listed = dataset_folder / "list.csv"
    listed.write_text("\n".join(["a;b", *(line.replace(".png", "") for line in lines)]), "utf-8")
    tab = opened(qtbot, window, listed)
    assert "No column looks like" in errors[0]
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, tab, "intake")
    dialog = tab.findChild(IntakeDialog, "intake_dialog")
    dialog.findChild(QComboBox, "column_file").setCurrentText("a")
    dialog.findChild(QComboBox, "column_label").setCurrentText("b")
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        dialog.accept()
    assert len(window.session.audit.dataset.films) == 24


def test_grid_of_50000_films_asks_only_for_what_is_seen(qtbot, tmp_path, monkeypatch):
    seen = set()
    monkeypatch.setattr(Thumbnails, "want", lambda _self, path: seen.add(path))
    grid = FilmGrid()
    qtbot.addWidget(grid)
    films = tuple(Film(tmp_path / f"{number}.png", number % 2, str(number)) for number in range(50_000))
    QAbstractItemModelTester(grid.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    grid.table.show_films(Dataset(tmp_path, ("a", "b"), films), films)
    grid.resize(800, 600)
    grid.show()
    qtbot.waitUntil(lambda: tmp_path / "0.png" in seen)
    grid.scrollToBottom()
    qtbot.waitUntil(lambda: tmp_path / "49999.png" in seen)
    assert len(seen) < 200
    grid.table.close()
