"""Buttons that open a dataset."""

from pathlib import Path

import pytest

from gui.dataset.source_buttons import SourceButtons
from gui.widgets import messages
from tests.gui.person import click


@pytest.fixture
def buttons(qtbot):
    buttons = SourceButtons()
    qtbot.addWidget(buttons)
    return buttons


@pytest.mark.parametrize(("button", "dialog"), [("open_folder", "choose_folder"), ("open_list", "choose_file")])
def test_what_was_chosen_is_wanted_and_nothing_if_nothing_was(qtbot, buttons, monkeypatch, button, dialog):
    wanted = []
    buttons.source_wanted.connect(wanted.append)
    monkeypatch.setattr(messages, dialog, lambda *_: None)
    click(qtbot, buttons, button)
    assert wanted == []
    monkeypatch.setattr(messages, dialog, lambda *_: Path("chosen"))
    click(qtbot, buttons, button)
    assert wanted == [Path("chosen")]


def test_the_demo_needs_no_answer(qtbot, buttons):
    with qtbot.waitSignal(buttons.demo_wanted):
        click(qtbot, buttons, "try_demo")
