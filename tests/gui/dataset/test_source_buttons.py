"""Buttons that open a dataset."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from gui.dataset.source_buttons import SourceButtons
from gui.widgets import messages
from tests.gui.person import click


@pytest.fixture
def area(qtbot):
    area = QWidget()
    qtbot.addWidget(area)
    return area


@pytest.fixture
def buttons(area):
    buttons = SourceButtons(area)
    for button in buttons.buttons:
        button.setParent(area)
    return buttons


@pytest.mark.parametrize(("button", "dialog"), [("open_folder", "choose_folder"), ("open_list", "choose_file")])
def test_what_was_chosen_is_wanted_and_nothing_if_nothing_was(qtbot, area, buttons, monkeypatch, button, dialog):
    wanted = []
    buttons.source_wanted.connect(wanted.append)
    monkeypatch.setattr(messages, dialog, lambda *_: None)
    click(qtbot, area, button)
    assert wanted == []
    monkeypatch.setattr(messages, dialog, lambda *_: Path("chosen"))
    click(qtbot, area, button)
    assert wanted == [Path("chosen")]


def test_the_demo_needs_no_answer(qtbot, area, buttons):
    with qtbot.waitSignal(buttons.demo_wanted):
        click(qtbot, area, "try_demo")
