"""The model that answers."""

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import LocalPoint, save_point
from core.screening.events import ScreeningResult
from gui.classify.model_bar import ModelBar
from gui.state.session import Session
from gui.widgets import messages
from tests.gui.classify.person import choose
from tests.gui.person import click, job_shown


def test_the_model_is_called_what_its_answers_call_it(tab, window, qtbot):
    choose(tab, window, qtbot, 0)
    name = tab.worklist.selected_row().model
    assert tab.model.model.text() == f"Model: {name}, bundled"
    save_point(read_header(bundled_model_path()), LocalPoint("by hand", 0.2, (0.1, 0.3), None, "2026-01-01"))
    window.tabs.setCurrentWidget(window.dataset_tab)
    window.tabs.setCurrentWidget(tab)
    assert name not in tab.model.model.text()
    with job_shown(qtbot, window, ScreeningResult):
        tab.open(tab.worklist.table.path_of(tab.worklist.selected_row()).parent)
    assert tab.model.model.text() == f"Model: {tab.result.rows[0].model}, bundled"


def test_what_is_no_model_is_refused_when_it_is_chosen(window, qtbot, tmp_path, monkeypatch, errors):
    tab, wrong, right = window.classify_tab, tmp_path / "wrong.safetensors", tmp_path / "ours" / "right.safetensors"
    window.tabs.setCurrentWidget(tab)
    wrong.write_text("no model")
    right.parent.mkdir()
    shutil.copy(bundled_model_path(), right)
    chosen = iter([right, wrong])
    monkeypatch.setattr(messages, "choose_file", lambda *_: next(chosen))
    for _ in range(2):
        qtbot.mouseClick(tab.findChild(QPushButton, "choose_model"), Qt.MouseButton.LeftButton)
    assert window.session.model == right
    assert tab.model.model.text().startswith("Model: right ")
    assert tab.model.model.text().endswith(", in ours")
    assert len(errors) == 1
    assert "cannot be used as a model" in errors[0]
    qtbot.mouseClick(tab.findChild(QPushButton, "bundled"), Qt.MouseButton.LeftButton)
    assert window.session.model is None


@pytest.fixture
def bar(qtbot):
    made = ModelBar(Session())
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_model_that_is_gone_is_said_instead_of_its_name(bar, tmp_path):
    bar._session.use_model(tmp_path / "<b>gone.safetensors")
    assert "<b>gone.safetensors" in bar.model.text()
    assert "cannot be used" in bar.model.text()


def test_no_model_is_chosen_while_a_job_runs(bar, qtbot, monkeypatch):
    monkeypatch.setattr(messages, "choose_file", lambda *_: pytest.fail("asked"))
    bar.set_busy(True)
    click(qtbot, bar, "choose_model")
    click(qtbot, bar, "bundled")
    bar.set_busy(False)
    with qtbot.waitSignal(bar._session.model_changed) as changed:
        click(qtbot, bar, "bundled")
    assert changed.args == [None]


def test_a_question_without_an_answer_changes_no_model(bar, qtbot, monkeypatch):
    monkeypatch.setattr(messages, "choose_file", lambda *_: None)
    with qtbot.assertNotEmitted(bar._session.model_changed):
        click(qtbot, bar, "choose_model")


def test_the_model_in_use_is_exported_for_other_programs(tab, window, qtbot, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        messages, "choose_new_file", lambda _parent, *rest: asked.append(rest[1]) or tmp_path / "model.onnx"
    )
    with job_shown(qtbot, window):
        click(qtbot, tab.model, "export_onnx")
    assert asked == [bundled_model_path().with_suffix(".onnx").name]
    assert (tmp_path / "model.onnx").stat().st_size > 10_000_000
    assert tab.status.sentence.text() == f"Written: {tmp_path / 'model.onnx'}"
