"""The model that answers, and the menu that chooses it."""

import shutil
import threading
from pathlib import Path

import pytest

from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import LocalPoint, save_point
from core.runs.run_list import runs_folder
from gui.classify.model_menu import ModelButton, list_trained_models
from gui.widgets import messages


@pytest.fixture
def button(qtbot, session):
    made = ModelButton(session)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.model_read):
        made.show()
    return made


@pytest.fixture
def another(tmp_path):
    path = tmp_path / "ours" / "right & <b>.safetensors"
    path.parent.mkdir()
    shutil.copy(bundled_model_path(), path)
    return path


def entries(button):
    return [action.text() for action in button.menu().actions() if not action.isSeparator()]


def test_the_model_is_named_by_its_file(button, session, qtbot, another):
    assert button.text() == "pneumonia-resnet18"
    assert read_header(bundled_model_path()).name in button.toolTip()
    assert button.bundled.isChecked()
    with qtbot.waitSignal(button.model_read) as read:
        session.use_model(another)
    assert button.text() == "right & <b>"
    assert read.args[0].path == another
    assert not button.bundled.isChecked()


def test_headers_are_read_on_a_thread_of_their_own(button, session, qtbot, monkeypatch):
    threads = []
    monkeypatch.setattr(
        "core.models.model_summary.read_header",
        lambda path: threads.append(threading.current_thread()) or read_header(path),
    )
    with qtbot.waitSignal(button.model_read):
        button.menu().aboutToShow.emit()
    assert threading.main_thread() not in threads
    assert threads


def test_a_new_operating_point_is_seen_when_the_button_is_shown_again(button, qtbot):
    before = button.summary.name
    save_point(read_header(bundled_model_path()), LocalPoint("by hand", 0.2, (0.1, 0.3), None, "2026-01-01"))
    button.hide()
    with qtbot.waitSignal(button.model_read) as read:
        button.show()
    assert read.args[0].name not in ("", before)


def test_what_is_no_model_is_refused_when_it_is_chosen(button, session, qtbot, tmp_path, monkeypatch, errors, another):
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_text("no model")
    asked, answers = [], iter([another, wrong])
    monkeypatch.setattr(messages, "choose_file", lambda *given: asked.append(given[-1]) or next(answers))
    with qtbot.waitSignal(session.model_changed) as changed:
        button.choose.trigger()
    assert changed.args == [another]
    button.choose.trigger()
    qtbot.waitUntil(lambda: bool(errors))
    assert "cannot be used as a model" in errors[0]
    assert session.model == another
    assert asked == [None, another.parent]


def test_no_answer_changes_no_model(button, session, qtbot, monkeypatch):
    monkeypatch.setattr(messages, "choose_file", lambda *_: None)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: None)
    with qtbot.assertNotEmitted(session.model_changed), qtbot.assertNotEmitted(button.onnx_wanted):
        button.choose.trigger()
        button.export.trigger()


def test_a_model_that_is_gone_is_named_and_said_to_be_unusable(button, session, qtbot, tmp_path):
    with qtbot.waitSignal(button.model_read) as read:
        session.use_model(tmp_path / "gone.safetensors")
    assert button.text() == "gone.safetensors"
    assert read.args[0].short == "the model cannot be used"


def test_the_model_in_use_is_exported_for_other_programs(button, qtbot, monkeypatch):
    monkeypatch.setattr(messages, "choose_new_file", lambda *given: Path("/out") / given[2])
    with qtbot.waitSignal(button.onnx_wanted) as wanted:
        button.export.trigger()
    assert wanted.args == [Path("/out") / bundled_model_path().with_suffix(".onnx").name]


def test_no_model_is_chosen_while_a_job_uses_it(button, session, qtbot):
    session.use_model(Path("ours.safetensors"))
    button.set_busy(True)
    with qtbot.assertNotEmitted(session.model_changed):
        button.bundled.trigger()
    button.set_busy(False)
    with qtbot.waitSignal(session.model_changed):
        button.bundled.trigger()


def test_finished_trainings_of_this_computer_are_listed(button, session, qtbot, trained):
    assert list_trained_models() == []
    run = shutil.copytree(trained.run, runs_folder() / trained.run.name)
    unfinished = shutil.copytree(run, runs_folder() / "unfinished")
    (unfinished / "metrics.json").unlink()
    (model,) = list_trained_models()
    assert model.path.parent == run
    button.menu().aboutToShow.emit()
    qtbot.waitUntil(lambda: len(entries(button)) == 4)
    entry = next(action for action in button.menu().actions() if action.data() == model)
    with qtbot.waitSignal(button.model_read):
        entry.trigger()
    assert session.model == model.path
    assert entry.isChecked()
    assert not button.bundled.isChecked()
    shutil.rmtree(run)
    button.menu().aboutToShow.emit()
    qtbot.waitUntil(lambda: len(entries(button)) == 3)
