"""The toolbar above the films."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip

from core.exports.export_jobs import Export
from core.models.model_header import bundled_model_path, read_header
from core.models.model_summary import ModelSummary
from core.models.site_record import Acceptance, save_acceptance
from core.screening.recent_lists import RecentList
from gui.classify.toolbar import HEIGHT_PX, Toolbar, ToolbarState
from gui.state.settings import Theme
from gui.widgets import messages
from gui.widgets.theme import DARK, apply_theme

NARROWEST_PX = 900  # of the window


@pytest.fixture
def toolbar(qtbot, session):
    made = Toolbar(session)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.model_read):
        made.show()
    return made


def test_the_row_is_of_one_height_and_fits_the_narrowest_window(toolbar, german):
    toolbar.show_model_caution(ModelSummary(None, "m 1", "nicht für Aufnahmen dieses Ortes geprüft, " * 5, ""))
    toolbar.model.show_words("a-very-long-name-of-a-model-" * 5)
    assert toolbar.height() == HEIGHT_PX
    assert toolbar.minimumSizeHint().width() < NARROWEST_PX * 2 / 3  # other fonts and languages are wider
    toolbar.resize(NARROWEST_PX, HEIGHT_PX)
    buttons = toolbar.findChildren(QToolButton)
    assert all(button.geometry().right() < NARROWEST_PX for button in buttons)
    assert all(button.accessibleName() and button.objectName() for button in buttons)


def test_signals_of_the_menus_are_those_of_the_toolbar(toolbar, qtbot, monkeypatch):
    monkeypatch.setattr(messages, "choose_file", lambda *_: Path("/a"))
    monkeypatch.setattr(messages, "choose_folder", lambda *_: Path("/b"))
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: Path("/c"))
    toolbar.update_enabled(ToolbarState(can_retry=True, can_continue=True, has_list=True, has_film=True))
    menu, exports = toolbar.open_menu, toolbar.export.menu().actions()
    for signal, action, arguments in (
        (toolbar.path_opened, menu.film, [Path("/a")]),
        (toolbar.path_opened, menu.folder, [Path("/b")]),
        (toolbar.watch_wanted, menu.watch, [Path("/b")]),
        (toolbar.ledger_wanted, menu.worklist, [Path("/a")]),
        (toolbar.retry_wanted, menu.retry, []),
        (toolbar.continue_wanted, menu.continuation, []),
        (toolbar.blind_changed, menu.blind, [True]),
        (toolbar.onnx_wanted, toolbar.model.export, [Path("/c")]),
        (toolbar.export.dicom_wanted, exports[5], [False]),
        (toolbar.export.labels_wanted, exports[-2], [True]),
    ):
        with qtbot.waitSignal(signal) as emitted:
            action.trigger()
        assert emitted.args == arguments
    assert toolbar.is_blind


def test_a_recent_worklist_is_opened_again(toolbar, qtbot, tmp_path):
    recent = RecentList(tmp_path / "l.csv", tmp_path, 2, 0, "2026-01-01T12:00:00+01:00", None, False)
    toolbar.show_recent([recent])
    with qtbot.waitSignal(toolbar.recent_wanted) as wanted:
        toolbar.recent_menu.actions()[0].trigger()
    assert wanted.args == [recent]


def enabled(toolbar):
    menu, model = toolbar.open_menu, toolbar.model
    actions = {
        "film": menu.film, "folder": menu.folder, "watch": menu.watch, "worklist": menu.worklist, "retry": menu.retry,
        "continue": menu.continuation, "blind": menu.blind, "model": model.choose,
    }  # fmt: skip
    return {name for name, action in actions.items() if action.isEnabled()}


def test_films_and_worklists_are_opened_whatever_runs(toolbar, errors):
    always = {"film", "worklist", "blind", "folder", "watch"}
    assert enabled(toolbar) == always | {"model"}
    everything = ToolbarState(can_retry=True, can_continue=True)
    toolbar.update_enabled(everything)
    assert enabled(toolbar) == always | {"model", "retry", "continue"}
    toolbar.update_enabled(replace(everything, busy="A training runs."))
    assert enabled(toolbar) == always
    for action in (toolbar.open_menu.folder, toolbar.open_menu.watch):
        action.trigger()
    assert errors == ["A training runs."] * 2  # before a dialog asks for a folder
    assert toolbar.recent.isEnabled()


@pytest.mark.parametrize(("has_list", "has_film"), [(False, False), (True, False), (False, True), (True, True)])
def test_what_is_there_can_be_exported(toolbar, has_list, has_film):
    toolbar.update_enabled(ToolbarState(has_list=has_list, has_film=has_film))
    assert toolbar.export.isEnabled() is (has_list or has_film)
    can = {action.text(): action.isEnabled() for action in toolbar.export.menu().actions()}
    assert can["CSV…"] is has_list
    assert can["Open disagreements as a dataset"] is has_list
    assert can["Shown film as DICOM, de-identified…"] is has_film


@pytest.fixture
def dark():
    apply_theme(QApplication.instance(), Theme.DARK)
    yield
    QApplication.instance().setStyleSheet("")


def test_the_caution_is_short_coloured_and_said_in_full(dark, toolbar, qtbot, monkeypatch):
    shown = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _owner: shown.append(text))
    assert toolbar.caution.text().startswith("⚠ not validated here, ages 1–5")
    assert "no acceptance test has been done" in toolbar.caution.toolTip()
    assert "no acceptance test has been done" in toolbar.caution.accessibleDescription()
    image = toolbar.caution.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert DARK.likely in seen
    qtbot.mouseClick(toolbar.caution, Qt.MouseButton.LeftButton)
    assert shown == [toolbar.caution.toolTip()]


def test_notes_on_the_list_stand_behind_a_button(toolbar, qtbot, monkeypatch):
    shown = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _owner: shown.append(text))
    assert not toolbar.notes.isVisible()
    toolbar.show_notes(["240 films.", "<b>Otherwise.</b>"], is_warning=True)
    assert toolbar.notes.text() == "⚠ Notes (2)"
    qtbot.mouseClick(toolbar.notes, Qt.MouseButton.LeftButton)
    assert "240 films.\n&lt;b&gt;Otherwise." in shown[0]
    toolbar.show_notes(["240 films."], is_warning=False)
    assert toolbar.notes.text() == "Notes (1)"
    toolbar.show_notes([], is_warning=False)
    assert not toolbar.notes.isVisible()


def test_an_accepted_model_has_no_mark(toolbar, qtbot):
    header = read_header(bundled_model_path())
    save_acceptance(header, Acceptance(True, header.threshold, "Fine.", 200, "2026-01-30", "Dr. Roe"))
    with qtbot.waitSignal(toolbar.model_read):
        toolbar.model.menu().aboutToShow.emit()
    assert toolbar.caution.text().startswith("accepted here")


def test_keys_of_the_open_menu_work_in_the_whole_tab(toolbar, qtbot, monkeypatch):
    monkeypatch.setattr(messages, "choose_file", lambda *_: Path("/a"))
    toolbar.add_keys_to(toolbar)
    qtbot.waitExposed(toolbar)
    with qtbot.waitSignal(toolbar.path_opened) as opened:
        qtbot.keyClick(toolbar.caution, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert opened.args == [Path("/a")]


def test_names_of_exports_begin_with_the_list(toolbar, monkeypatch):
    toolbar.update_enabled(ToolbarState(has_list=True))
    proposed = []
    monkeypatch.setattr(messages, "choose_new_file", lambda *given: proposed.append(given[2]))
    toolbar.show_list(Path("/films/chest-clinic"), Path("/s/2026-11-30-140200-screening.csv"))
    for kind in Export:
        toolbar.export.ask_file(kind)
    assert proposed == [
        f"chest-clinic-2026-11-30-{name}" for name in ("results.csv", "results.xlsx", "summary.pdf", "calls.csv")
    ]
