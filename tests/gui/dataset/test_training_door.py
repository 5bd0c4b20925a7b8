"""The button that leads from a dataset to its training."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton

from gui.dataset.training_door import TrainingDoor
from gui.state.session import Room
from tests.gui.dataset.examples import FEW, LEAK, ROOT, audit
from tests.gui.person import click


@pytest.fixture
def door(qtbot, session):
    door = TrainingDoor(session)
    qtbot.addWidget(door)
    return door


def is_open(door):
    return door.findChild(QPushButton, "train_these").isEnabled()


def test_it_is_closed_without_a_dataset(door):
    assert not is_open(door)
    assert door.sentence.text() == "Open a dataset to train on it."


def test_it_leads_to_the_training_tab(qtbot, door, session):
    session.open_dataset(ROOT, audit(findings=(FEW,)))
    assert door.sentence.text() == "6 films are ready for training."
    with qtbot.waitSignal(session.room_wanted) as wanted:
        click(qtbot, door, "train_these")
    assert wanted.args == [Room.TRAINING]


def test_it_says_what_blocks_training_until_that_is_accepted(door, session):
    session.open_dataset(ROOT, audit(findings=(LEAK, FEW)))
    assert not is_open(door)
    assert door.sentence.text() == "Resolve or accept this finding first: Copies across splits."
    session.accept_leaks(True)
    assert is_open(door)


def test_it_asks_for_the_finding_first(door, session):
    result = audit(findings=(FEW,))
    session.open_dataset(ROOT, replace(result, dataset=replace(result.dataset, is_finding_certain=False)))
    assert not is_open(door)
    assert door.sentence.text() == "Say which class is the finding, then these films can be trained on."
