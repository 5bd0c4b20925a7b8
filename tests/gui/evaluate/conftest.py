"""The Evaluate tab, with an evaluation."""

import pickle
import shutil
import threading

import pytest
from PySide6.QtCore import Qt

from core.evaluation.evaluation import Evaluation
from core.models.model_in_use import ModelInUse
from gui.evaluate.evaluate_tab import EvaluateTab
from gui.widgets import messages
from tests.factories import drained, write_films
from tests.gui.person import job_ended


@pytest.fixture(scope="session")
def evaluated_once(made_once):
    """22 phantoms a class, which the bundled model was not made with, and its evaluation on them."""

    def fill(folder):
        from core.evaluation.evaluate import evaluate

        films = write_films(folder / "films", 22, side=128)
        _, evaluation = drained(evaluate(None, films, None, threading.Event()))
        (folder / "evaluation.pickle").write_bytes(pickle.dumps(evaluation))

    return made_once("evaluated", fill)


@pytest.fixture
def films(evaluated_once, tmp_path):
    """The films of the evaluation, which a test may change."""
    return shutil.copytree(evaluated_once / "films", tmp_path / "films")


@pytest.fixture
def tab(window, qtbot):
    tab = window.findChild(EvaluateTab)
    with job_ended(qtbot, window, ModelInUse):
        window.tabs.setCurrentWidget(tab)
    return tab


@pytest.fixture
def evaluated(tab, evaluated_once):
    """An earlier evaluation, shown in the tab."""
    evaluation = pickle.loads((evaluated_once / "evaluation.pickle").read_bytes())
    tab.show_evaluation(evaluation)
    return evaluation


@pytest.fixture
def evaluated_here(tab, window, qtbot, films, monkeypatch):
    """The evaluation that the tab has made of the films."""
    monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
    with job_ended(qtbot, window, Evaluation) as seen:
        qtbot.mouseClick(tab.buttons["evaluate_folder"], Qt.MouseButton.LeftButton)
    return seen.args[0]
