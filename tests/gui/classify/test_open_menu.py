"""The Open menu."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.classify.open_menu import OpenMenu
from gui.widgets import messages


@pytest.fixture
def area(qtbot):
    """A widget with a field, as the tab that has the menu."""
    made = QWidget()
    qtbot.addWidget(made)
    made.field = QLineEdit()
    QVBoxLayout(made).addWidget(made.field)
    return made


@pytest.fixture
def menu(area):
    return OpenMenu(area)


@pytest.fixture
def asked(monkeypatch):
    """Where the dialogs started; a film and a folder are chosen in them."""
    started = []

    def choose(answer):
        return lambda _parent, *rest: started.append(rest[-1]) or Path(answer)

    monkeypatch.setattr(messages, "choose_file", choose("/films/a.dcm"))
    monkeypatch.setattr(messages, "choose_folder", choose("/other"))
    return started


@pytest.mark.parametrize(
    ("entry", "signal", "path"),
    [
        ("film", "path_opened", "/films/a.dcm"),
        ("folder", "path_opened", "/other"),
        ("watch", "watch_wanted", "/other"),
        ("worklist", "ledger_wanted", "/films/a.dcm"),
    ],
)
def test_each_entry_asks_and_hands_on(menu, qtbot, asked, entry, signal, path):
    with qtbot.waitSignal(getattr(menu, signal)) as wanted:
        getattr(menu, entry).trigger()
    assert wanted.args == [Path(path)]


@pytest.mark.parametrize(("entry", "signal"), [("retry", "retry_wanted"), ("continuation", "continue_wanted")])
def test_a_screening_is_taken_up_again(menu, qtbot, entry, signal):
    with qtbot.waitSignal(getattr(menu, signal)):
        getattr(menu, entry).trigger()


@pytest.mark.parametrize("entry", ["film", "folder", "watch", "worklist"])
def test_no_answer_opens_nothing(menu, qtbot, monkeypatch, entry):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: None)
    monkeypatch.setattr(messages, "choose_file", lambda *_: None)
    opened = []
    for signal in (menu.path_opened, menu.watch_wanted, menu.ledger_wanted):
        signal.connect(opened.append)
    getattr(menu, entry).trigger()
    assert opened == []


def test_keys_open_a_film_and_a_folder_also_from_a_text_field(area, menu, qtbot, asked):
    area.addActions(menu.actions())
    area.show()
    qtbot.waitExposed(area)
    area.field.setFocus()
    qtbot.waitUntil(area.field.hasFocus)
    opened = []
    menu.path_opened.connect(opened.append)
    qtbot.keyClick(area.field, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(area.field, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert opened == [Path("/films/a.dcm"), Path("/other")]


def test_blind_reading_is_switched(menu, qtbot):
    with qtbot.waitSignal(menu.blind_changed) as changed:
        menu.blind.trigger()
    assert changed.args == [True]


def test_every_entry_says_what_it_does(menu):
    entries = [action for action in menu.actions() if not action.isSeparator()]
    assert all(action.statusTip().endswith(".") for action in entries)
