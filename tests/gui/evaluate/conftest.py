"""The Evaluate tab, with an evaluation."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from core.evaluation.evaluation import Evaluation
from core.films.phantoms import draw_phantom
from gui.jobs.evaluation_jobs import ModelSummary
from gui.widgets import messages
from tests.gui.person import job_shown


@pytest.fixture
def films(tmp_path):
    """22 phantoms a class, which the bundled model was not made with."""
    for label, name in enumerate(("NORMAL", "PNEUMONIA")):
        (tmp_path / "films" / name).mkdir(parents=True)
        for seed in range(22):
            path = tmp_path / "films" / name / f"{name[0]}{seed:03d}.png"
            Image.fromarray(draw_phantom(seed, label == 1, 128)).save(path)
    return tmp_path / "films"


@pytest.fixture
def tab(window, qtbot):
    with qtbot.waitSignal(window.job_shown, check_params_cb=lambda result: isinstance(result, ModelSummary)):
        window.tabs.setCurrentWidget(window.evaluate_tab)
    return window.evaluate_tab


@pytest.fixture
def evaluated(tab, window, qtbot, films, monkeypatch):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
    with job_shown(qtbot, window, Evaluation) as seen:
        qtbot.mouseClick(tab.buttons["evaluate_folder"], Qt.MouseButton.LeftButton)
    return seen.args[0]
