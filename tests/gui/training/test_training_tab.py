"""Rate finder and search as a person uses them."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QPushButton, QSpinBox

from core.metrics.intervals import Figure
from core.recipes.recipe import BEST, change_start
from core.runs.run_list import runs_folder
from core.system.product import NOTICE
from core.training import rate_finder
from core.training.events import BatchEnded, RateCurve, SearchResult, TrainingResult
from gui.jobs.jobs import JobState
from gui.training import training_tab
from gui.training.rate_dialog import NO_SUGGESTION, RateDialog
from gui.training.training_tab import BLOCKED, TrainingTab
from gui.widgets import messages
from tests.gui.dataset.examples import FEW, FILMS, LEAK, ROOT, audit
from tests.gui.evaluate.examples import FIGURES
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.person import click
from tests.gui.runs.examples import run


def test_rate_finder_fills_the_form(qtbot, window, tab, tiny_network, monkeypatch):
    monkeypatch.setattr(rate_finder, "STEPS", 20)
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        click(qtbot, tab, "find_rate")
    assert isinstance(shown.args[0], RateCurve)
    tab.findChild(RateDialog, "rate_dialog").reject()
    tab.show_rate_curve(RateCurve((1e-5, 1e-3, 1e-1), (1.0, 0.5, 2.0), 2e-3))
    dialogs = [one for one in tab.findChildren(RateDialog) if one.isVisible()]
    assert "2.0e-03" in dialogs[0].sentence.text()
    dialogs[0].accept()
    assert tab.form.recipe().learning_rate == pytest.approx(2e-3)
    assert isinstance(dialogs[0], QDialog)


def test_search_puts_the_best_recipe_into_the_form(qtbot, window, tab, tiny_network, monkeypatch):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1e-4)  # time for one trial, which may end
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        click(qtbot, tab, "search")
    assert isinstance(shown.args[0], SearchResult)
    assert shown.args[0].finished >= 1
    assert tab.form.recipe().learning_rate == pytest.approx(shown.args[0].recipe.learning_rate, abs=1e-6)
    assert "validation AUC" in tab.view.status.text()
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        click(qtbot, tab, "resume_search")
    assert shown.args[0].finished + shown.args[0].pruned >= 2
    assert len(list(runs_folder().glob("search-*"))) == 1
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.tabs.setCurrentWidget(window.runs_tab)
    assert window.runs_tab.view.model().rowCount() >= 2


def test_continuing_a_search_that_never_was_says_so(qtbot, window, tab, monkeypatch, errors):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1)
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, tab, "resume_search")
    assert errors == ["There is no earlier search on this dataset. Start one with Search."]


STARTING = {"start", "find_rate", "search", "resume_search"}


@pytest.fixture
def tab_alone(qtbot, session, work):
    tab_alone = TrainingTab(session, work)
    qtbot.addWidget(tab_alone, before_close_func=lambda tab_alone: tab_alone.preview_window.close())
    return tab_alone


@pytest.fixture
def ready(tab_alone, session):
    """The tab with a dataset that can be trained on."""
    session.open_dataset(ROOT, audit(findings=(FEW,)))
    return tab_alone


@pytest.fixture
def trainings(monkeypatch):
    """Source, recipe, folder, whether resumed, and preparation of each training that was started."""
    return record(monkeypatch, training_tab, "train_job")


@pytest.fixture
def interrupted(tmp_path):
    """The folder of a training that can be resumed."""
    folder = tmp_path / "interrupted"
    folder.mkdir()
    (folder / "last.ckpt").touch()
    return folder


def enabled(tab_alone):
    names = (*STARTING, "preview", "pause", "cancel")
    return {name for name in names if tab_alone.findChild(QPushButton, name).isEnabled()}


def test_without_a_dataset_nothing_can_be_started(tab_alone):
    assert enabled(tab_alone) == set()
    assert tab_alone.view.status.text() == "Open a dataset first."
    assert tab_alone.resume.isHidden()


def test_a_blocked_dataset_can_only_be_looked_at_until_it_is_accepted(tab_alone, session):
    session.open_dataset(ROOT, audit(findings=(LEAK,)))
    assert enabled(tab_alone) == {"preview"}
    assert tab_alone.view.status.text() == BLOCKED
    session.accept_leaks(True)
    assert enabled(tab_alone) == STARTING | {"preview"}
    assert tab_alone.view.status.text() == f"Ready to train. {NOTICE}"


def test_a_training_starts_with_the_recipe_of_the_form(qtbot, ready, session, work, trainings):
    ready.form.show_recipe(BEST)
    ready.view.append_log("of an earlier training")
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "start")
    ((source, recipe, folder, resume, preparation),) = trainings
    assert (source, recipe, resume, preparation) == (ROOT, BEST, False, session.preparation)
    assert folder.parent == runs_folder()
    assert folder.name.endswith("-best")
    assert ready.view.log.toPlainText() == ""


def test_settings_that_contradict_each_other_start_nothing(qtbot, ready, work, errors, monkeypatch):
    asked = []
    monkeypatch.setattr(messages, "ask_hours", lambda *_: asked.append("hours"))
    ready.form.show_recipe(BEST)
    ready.form.findChild(QSpinBox, "epochs").setValue(0)
    for number, button in enumerate(("start", "find_rate", "search"), start=1):
        click(qtbot, ready, button)
        assert work.state is JobState.IDLE
        assert len(errors) == number
    assert "nothing would be trained" in errors[0]
    assert asked == []


def test_a_running_training_is_paused_continued_and_cancelled_once(qtbot, ready, work):
    work.start(lasting, ignore)
    assert enabled(ready) == {"preview", "pause", "cancel"}
    assert not ready.form.isEnabled()
    click(qtbot, ready, "pause")
    assert work.state is JobState.PAUSED
    assert ready.pause.text() == "Resume"
    ready.view.status.setText("as it was")
    ready.show_event(BatchEnded(1, 3, 1, 10, 0.5, 30.0, None, False))
    assert ready.view.status.text() == "as it was"
    click(qtbot, ready, "pause")
    assert work.state is JobState.RUNNING
    assert ready.pause.text() == "Pause"
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "cancel")
        assert enabled(ready) == {"preview"}
        assert ready.view.status.text() == "Stopping after this batch…"
    assert enabled(ready) == STARTING | {"preview"}


def test_a_finished_training_shows_its_figures_and_its_model_is_used(ready, session):
    model = Path("run/best.safetensors")
    figures = replace(FIGURES, accuracy=Figure(0.9, 0.8, 0.95))
    ready.show_result(TrainingResult(Path("run"), True, model, 2, 3, 0.5, figures))
    assert ready.view.status.text() == (
        f"Done. Epoch 2 was kept. Test accuracy 90.0 % (95 % interval 80.0 % to 95.0 %). {NOTICE}"
    )
    log = ready.view.log.toPlainText().splitlines()
    assert log[0] == "6 films, 95 % intervals:"
    assert log[-2:] == [f"Model: {model}", NOTICE]
    assert session.model == model
    assert ready.resume.isHidden()


def test_a_stopped_training_can_be_resumed(qtbot, ready, session, work, trainings, interrupted, monkeypatch):
    monkeypatch.setattr(training_tab, "new_timestamped_path", lambda *_: interrupted)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "start")
    ready.view.append_log("Epoch 1")
    ready.show_result(TrainingResult(interrupted, False, None, None, 0, None, None))
    assert ready.view.status.text().startswith("Stopped after 0 epochs.")
    assert session.model is None
    assert not ready.resume.isHidden()
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "resume")
    assert trainings[1][2:4] == (interrupted, True)
    log = ready.view.log.toPlainText().splitlines()
    assert log == ["Epoch 1", "No epoch was finished, so there is no model."]  # goes on


def test_a_resumed_training_does_not_ask_the_form(qtbot, ready, work, trainings, interrupted, errors, monkeypatch):
    monkeypatch.setattr(training_tab, "new_timestamped_path", lambda *_: interrupted)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "start")
    ready.show_result(TrainingResult(interrupted, False, None, None, 0, None, None))
    ready.form.show_recipe(BEST)
    ready.form.findChild(QSpinBox, "epochs").setValue(0)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "resume")
    assert trainings[1][2:4] == (interrupted, True)
    assert errors == []


def test_a_run_is_continued_from_its_model(tab_alone, session, tmp_path):
    finished = run("finished", tmp_path)
    finished.folder.mkdir()
    (finished.folder / "best.safetensors").touch()
    recipe = replace(finished.recipe, frozen_epochs=4, name="search result")
    session.continue_from(replace(finished, recipe=recipe))
    expected = replace(change_start(recipe, str(finished.model)), frozen_epochs=0)
    assert tab_alone.form.recipe() == expected
    assert tab_alone.resume.isHidden()


def test_an_interrupted_run_is_offered_to_be_resumed(qtbot, ready, session, work, trainings, interrupted):
    session.continue_from(run(interrupted.name, interrupted.parent, metrics=None, is_resumable=True))
    assert not ready.resume.isHidden()
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "resume")
    assert trainings[0][2:4] == (interrupted, True)


def test_the_rate_finder_uses_the_recipe_and_its_rate_is_taken_only_if_wanted(qtbot, ready, session, work, monkeypatch):
    searches = record(monkeypatch, training_tab, "find_rate_job")
    ready.form.show_recipe(BEST)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "find_rate")
    assert searches == [(ROOT, BEST, session.preparation)]
    curve = RateCurve((1e-5, 1e-3, 1e-1), (1.0, 0.5, 2.0), 2e-3)
    ready.show_rate_curve(curve)
    ready.findChild(RateDialog).reject()
    assert ready.form.recipe() == BEST
    ready.show_rate_curve(replace(curve, suggestion=None))
    dialog = [dialog for dialog in ready.findChildren(RateDialog) if dialog.isVisible()][-1]
    assert dialog.sentence.text() == NO_SUGGESTION
    assert [button.text().replace("&", "") for button in dialog.button_box.buttons()] == ["Close"]
    dialog.reject()
    ready.show_rate_curve(curve)
    [dialog for dialog in ready.findChildren(RateDialog) if dialog.isVisible()][-1].accept()
    assert ready.form.recipe() == replace(BEST, name="own", learning_rate=2e-3)


@pytest.mark.parametrize(("button", "name"), [("search", "search_job"), ("resume_search", "continue_search_job")])
def test_a_search_takes_as_long_as_a_person_says(qtbot, ready, session, work, monkeypatch, button, name):
    searches = record(monkeypatch, training_tab, name)
    monkeypatch.setattr(messages, "ask_hours", lambda *_: None)
    click(qtbot, ready, button)
    assert searches == []
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1.5)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, button)
    ((source, *recipe_and_folder, seconds, preparation),) = searches
    assert (source, seconds, preparation) == (ROOT, 5400, session.preparation)
    if button == "search":
        recipe, folder = recipe_and_folder
        assert recipe == ready.form.recipe()
        assert folder.name.startswith("search-")


def test_the_best_recipe_of_a_search_is_in_the_form(tab_alone):
    found = replace(BEST, name="trial 3", learning_rate=0.002)
    tab_alone.show_search(SearchResult(found, 0.9123, 4, 1))
    assert tab_alone.form.recipe() == found
    assert tab_alone.view.status.text() == (
        f"4 trials finished, 1 stopped early. The form shows the best recipe: validation AUC 0.912. {NOTICE}"
    )
    tab_alone.show_search(SearchResult(None, None, 0, 1))
    assert tab_alone.form.recipe() == found
    assert tab_alone.view.status.text() == "0 trials finished, 1 stopped early. No recipe was found."


def test_the_preview_shows_a_film_of_the_dataset(qtbot, ready, monkeypatch):
    shown = []
    monkeypatch.setattr(ready.preview_window, "show_film", shown.append)
    click(qtbot, ready, "preview")
    assert shown == [FILMS[3].path]
