"""Which model is evaluated, whatever films are read with."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from gui.evaluate.model_choice import ModelChoice
from gui.widgets import messages
from tests.gui.person import click

TRAINED = Path("runs/ours/best.safetensors")


@pytest.fixture
def choice(qtbot, session):
    choice = ModelChoice(session)
    qtbot.addWidget(choice)
    choice.show()
    return choice


def rows(choice):
    return [choice.box.itemText(row) for row in range(choice.box.count())]


def pick(qtbot, choice, row):
    """Choose a row by the keys."""
    choice.box.setFocus()
    for _ in range(row - choice.box.currentIndex()):
        qtbot.keyClick(choice.box, Qt.Key.Key_Down)


def test_at_first_it_is_the_model_that_films_are_read_with(choice, session):
    assert rows(choice) == ["Used for films: Bundled model", "Bundled model", "Another model file…"]
    assert choice.model is None
    assert not choice.use.isEnabled()
    session.use_model(TRAINED)
    assert rows(choice)[0] == "Used for films: ours"
    assert choice.model == TRAINED


def test_a_trained_model_is_evaluated_without_being_used(qtbot, choice, session):
    with qtbot.waitSignal(choice.model_chosen):
        session.evaluate_model(TRAINED)
    assert (choice.model, session.model) == (TRAINED, None)
    assert choice.box.currentText() == "ours"
    session.use_model(Path("other.safetensors"))
    assert choice.model == TRAINED
    click(qtbot, choice, "use_evaluated")
    assert session.model == TRAINED
    assert not choice.use.isEnabled()


def test_a_file_is_chosen_or_the_choice_stays(qtbot, choice, monkeypatch):
    monkeypatch.setattr(messages, "choose_file", lambda *_: None)
    choice.box.activated.emit(2)
    assert (choice.model, choice.box.currentIndex()) == (None, 0)
    monkeypatch.setattr(messages, "choose_file", lambda *_: Path("models/their\u202e.safetensors"))
    with qtbot.waitSignal(choice.model_chosen):
        choice.box.activated.emit(2)
    assert choice.model == Path("models/their\u202e.safetensors")
    assert choice.box.currentText() == "their\\u202E.safetensors"


def test_the_keys_choose_the_bundled_model(qtbot, choice, session):
    session.use_model(TRAINED)
    pick(qtbot, choice, 1)
    assert choice.model is None
    assert choice.use.isEnabled()
