"""The Help menu."""

import pytest
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from gui.shell import help_menu
from gui.shell.help_menu import LICENCES, HelpMenu
from gui.widgets import messages


@pytest.fixture
def parent(qtbot, tmp_path, monkeypatch):
    """A window of a program that lies in tmp_path."""
    monkeypatch.setattr(help_menu.sys, "executable", str(tmp_path / "PneumoScreen"))
    made = QWidget()
    qtbot.addWidget(made)
    return made


def entries(menu):
    return {action.text().replace("&", ""): action for action in menu.actions()}


def test_the_welcome_can_be_seen_again(parent, qtbot):
    menu = HelpMenu(parent)
    with qtbot.waitSignal(menu.welcome_wanted):
        entries(menu)["Welcome…"].trigger()


def test_about_is_shown_over_the_window(parent, monkeypatch):
    shown = []
    monkeypatch.setattr(messages, "show_about", shown.append)
    entries(HelpMenu(parent))["About PneumoScreen"].trigger()
    assert shown == [parent]


def test_licences_are_shown_where_the_program_brings_them(parent, tmp_path, monkeypatch):
    assert "Third-party licences…" not in entries(HelpMenu(parent))
    (tmp_path / LICENCES).write_text("MIT <b>licence</b>")
    shown = []
    monkeypatch.setattr(QDialog, "exec", lambda dialog: shown.append(dialog.findChild(QPlainTextEdit).toPlainText()))
    entries(HelpMenu(parent))["Third-party licences…"].trigger()
    assert shown == ["MIT <b>licence</b>"]
