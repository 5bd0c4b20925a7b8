"""Trainings as a person starts, stops and resumes them; rate finder and search."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QSpinBox, QTableView

from core.jobs.events import Progressed, Stage
from core.metrics.intervals import Figure
from core.recipes.recipe import BEST, change_start
from core.runs.epoch_log import EpochEnded
from core.runs.run_list import runs_folder
from core.system.errors import JobFailed, Reason
from core.system.product import NOTICE
from core.training import rate_finder
from core.training.events import BatchEnded, DatasetRead, RateCurve, SearchResult, TrainingResult
from core.training.training import train
from gui.jobs.jobs import JobState
from gui.jobs.run_jobs import RunListing
from gui.jobs.training_jobs import LostDataset
from gui.state.session import Room
from gui.training import recipe_tools, training_tab
from gui.training.rate_dialog import NO_SUGGESTION, RateDialog
from gui.training.training_tab import BLOCKED, TrainingTab
from gui.widgets import messages
from tests.gui.dataset.examples import FEW, FILMS, LEAK, ROOT, audit
from tests.gui.evaluate.examples import FIGURES
from tests.gui.fake_jobs import ending_with, ignore, lasting, record
from tests.gui.person import click, job_shown
from tests.gui.runs.examples import run


def test_rate_finder_fills_the_form(qtbot, window, tab, tiny_network, monkeypatch):
    monkeypatch.setattr(rate_finder, "STEPS", 20)
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        click(qtbot, tab, "find_rate")
    assert isinstance(shown.args[0], RateCurve)
    tab.findChild(RateDialog, "rate_dialog").reject()
    tab.tools.show_rate_curve(RateCurve((1e-5, 1e-3, 1e-1), (1.0, 0.5, 2.0), 2e-3))
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
    qtbot.waitUntil(lambda: window.runs_tab.view.model().rowCount() >= 2)


def test_continuing_a_search_that_never_was_says_so(qtbot, window, tab, monkeypatch, errors):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1)
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, tab, "resume_search")
    assert errors == ["There is no earlier search on this dataset. Start one with Search."]


STARTING = {"start", "find_rate", "search", "resume_search"}


@pytest.fixture
def tab_alone(qtbot, session, work):
    tab_alone = TrainingTab(session, work)
    qtbot.addWidget(tab_alone, before_close_func=lambda tab_alone: tab_alone.tools.preview_window.close())
    return tab_alone


@pytest.fixture
def ready(tab_alone, session):
    """The tab with a dataset that can be trained on."""
    session.open_dataset(ROOT, audit(findings=(FEW,)))
    return tab_alone


@pytest.fixture
def trainings(monkeypatch):
    """Source, recipe, folder, whether resumed, preparation and audit of each training that was started."""
    return record(monkeypatch, training_tab, "train_job")


@pytest.fixture
def resumed(monkeypatch):
    """Run and dataset of each training that was resumed; None for the dataset that it had."""
    return record(monkeypatch, training_tab, "resume_job")


@pytest.fixture
def interrupted(tmp_path):
    """A training that can be resumed, after 3 of 5 epochs."""
    return run("ours", tmp_path, metrics=None, is_resumable=True)


def enabled(tab_alone):
    names = (*STARTING, "preview")
    return {name for name in names if tab_alone.findChild(QPushButton, name).isEnabled()}


def test_without_a_dataset_nothing_can_be_started(tab_alone):
    assert enabled(tab_alone) == set()
    assert tab_alone.view.status.text() == "Open a dataset first."
    assert tab_alone.interrupted.isHidden()
    assert tab_alone.finished.isHidden()


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
    ((source, recipe, folder, resume, preparation, audited),) = trainings
    assert (source, recipe, resume, preparation, audited) == (ROOT, BEST, False, session.preparation, session.audit)
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


def start_lasting(qtbot, ready, monkeypatch):
    """Press Start; the training lasts until it is cancelled."""
    monkeypatch.setattr(training_tab, "train_job", lambda *_: lasting)
    click(qtbot, ready, "start")


def test_a_running_training_is_paused_continued_and_stopped_from_elsewhere(qtbot, ready, work, monkeypatch):
    start_lasting(qtbot, ready, monkeypatch)
    assert enabled(ready) == {"preview"}
    assert not ready.form.isEnabled()
    work.set_paused(True)
    ready.view.status.setText("as it was")
    ready.show_event(BatchEnded(1, 3, 1, 10, 0.5, 30.0, None, False))
    assert ready.view.status.text() == "as it was"
    work.set_paused(False)
    with qtbot.waitSignal(work.succeeded):
        work.cancel()
        assert enabled(ready) == {"preview"}
        assert ready.view.status.text() == "Stopping after this batch…"
    assert enabled(ready) == STARTING | {"preview"}


def test_space_stops_no_training(qtbot, ready, work, monkeypatch):
    """Whatever has the focus while a training runs, no button of the tab ends it."""
    start_lasting(qtbot, ready, monkeypatch)
    for button in ready.findChildren(QPushButton):
        if button.isEnabled() and button.isVisibleTo(ready) and button.objectName() != "preview":
            qtbot.keyClick(button, Qt.Key.Key_Space)
    assert work.state is JobState.RUNNING
    with qtbot.waitSignal(work.succeeded):
        work.cancel()


def test_jobs_have_a_name_for_the_strip(qtbot, ready, work, trainings, monkeypatch):
    monkeypatch.setattr(training_tab, "new_timestamped_path", lambda *_: Path("runs/<b>ours\u202e"))
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "start")
    assert work.name == "Training <b>ours\\u202E"


@pytest.mark.parametrize("outcome", ["fails", "is stopped before its first event"])
@pytest.mark.parametrize("button", ["start", "find_rate", "search"])
def test_however_a_job_ends_nothing_goes_on_moving(qtbot, ready, work, monkeypatch, button, outcome):
    def job(cancel):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        if outcome == "fails":
            raise JobFailed(Reason.RECIPE_INVALID, "No such weights.")
        cancel.wait(20)

    for module, name in ((training_tab, "train_job"), (recipe_tools, "find_rate_job"), (recipe_tools, "search_job")):
        monkeypatch.setattr(module, name, lambda *_: job)
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1)
    with qtbot.waitSignals([work.failed] if outcome == "fails" else [work.succeeded]):
        click(qtbot, ready, button)
        if outcome != "fails":
            qtbot.waitUntil(lambda: ready.view.status.text() == "Loading the network…")
            work.cancel()
    assert ready.view.status.text() == f"Ready to train. {NOTICE}"
    assert ready.view.progress.maximum() == 1  # a maximum of 0 would go on moving


def test_the_end_of_a_job_elsewhere_leaves_what_is_shown(qtbot, ready, work):
    ready.show_result(finished("run"))
    with qtbot.waitSignal(work.succeeded):
        work.start(ending_with(None), ignore)
    assert ready.view.status.text().startswith("Done.")


def finished(folder):
    figures = replace(FIGURES, accuracy=Figure(0.9, 0.8, 0.95))
    return TrainingResult(Path(folder), True, Path(folder, "best.safetensors"), 2, 3, 0.5, figures)


def test_a_finished_training_shows_its_figures_and_changes_no_model(ready, session):
    ready.show_result(finished("run"))
    assert ready.view.status.text() == (
        f"Done. Epoch 2 was kept. Test accuracy 90.0 % (95 % interval 80.0 % to 95.0 %). {NOTICE}"
    )
    log = ready.view.log.toPlainText().splitlines()
    assert log[0] == "6 films, 95 % intervals:"
    assert log[-2:] == [f"Model: {Path('run/best.safetensors')}", NOTICE]
    assert session.model is None
    assert not ready.finished.isHidden()
    assert "still read with the model that was in use" in ready.finished.sentence.text()


def test_the_card_of_a_finished_training_leads_to_the_other_rooms(qtbot, ready, session):
    ready.show_result(finished("runs/ours"))
    model, rooms = Path("runs/ours/best.safetensors"), []
    session.room_wanted.connect(rooms.append)
    with qtbot.waitSignal(session.evaluation_wanted) as wanted:
        click(qtbot, ready, "evaluate_trained")
    assert wanted.args == [model]
    with qtbot.waitSignal(session.comparison_wanted) as wanted:
        click(qtbot, ready, "compare_trained")
    assert wanted.args == [Path("runs/ours")]
    assert session.model is None
    click(qtbot, ready, "use_trained")
    assert session.model == model
    assert rooms == [Room.EVALUATE, Room.RUNS, Room.CLASSIFY]
    assert ready.finished.sentence.text() == "ours is trained, and films are read with it."
    assert not ready.finished.use.isEnabled()


def test_another_training_takes_the_card_away(qtbot, ready, work, trainings):
    ready.show_result(finished("run"))
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "start")
    assert ready.finished.isHidden()


def test_a_stopped_training_has_runs_read_again_and_no_model(qtbot, ready, session, work, trainings):
    with qtbot.waitSignals([work.succeeded, session.runs_changed]):
        click(qtbot, ready, "start")
    ready.show_result(TrainingResult(Path("run"), False, None, None, 0, None, None))
    assert ready.view.status.text().startswith("Stopped after 0 epochs.")
    assert session.model is None
    assert ready.finished.isHidden()


def test_an_interrupted_training_is_offered_without_a_dataset(qtbot, tab_alone, work, resumed, interrupted):
    start = tab_alone.start.pos()
    tab_alone.show_runs(RunListing((), (), interrupted))
    assert not tab_alone.interrupted.isHidden()
    assert tab_alone.interrupted.sentence.text() == (
        "A training was interrupted: ours, begun 2026-01-01 12:34, after epoch 3 of 2."
    )
    assert tab_alone.start.pos() == start
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "resume")
        assert tab_alone.interrupted.isHidden()
    assert resumed == [(interrupted, None)]
    assert work.name == "Training ours"


def test_a_resumed_training_shows_its_earlier_epochs_and_opens_its_dataset(
    qtbot, tab_alone, session, work, resumed, interrupted
):
    tab_alone.show_runs(RunListing((), (), interrupted))
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "resume")
        read = audit(findings=(FEW,))
        tab_alone.show_event(DatasetRead(ROOT, read))
    assert tab_alone.findChild(QTableView, "epochs").model().rowCount() == 3
    assert (session.source, session.audit) == (ROOT, read)
    assert enabled(tab_alone) == STARTING | {"preview"}


def test_a_new_training_opens_nothing(ready, session):
    ready.show_event(DatasetRead(Path("others"), audit()))
    assert session.source == ROOT


@pytest.mark.parametrize(("was", "dialog"), [("/gone/films", "choose_folder"), ("/gone/labels.csv", "choose_file")])
def test_films_that_have_moved_are_asked_for(qtbot, tab_alone, work, resumed, interrupted, monkeypatch, was, dialog):
    monkeypatch.setattr(messages, dialog, lambda *_: None)
    tab_alone.ask_for_dataset(LostDataset(interrupted, was))
    assert resumed == []
    monkeypatch.setattr(messages, dialog, lambda *_: Path("moved"))
    with qtbot.waitSignal(work.succeeded):
        tab_alone.ask_for_dataset(LostDataset(interrupted, was))
    assert resumed == [(interrupted, Path("moved"))]


def test_an_interrupted_training_is_forgotten_if_wanted(qtbot, tab_alone, work, interrupted, monkeypatch):
    forgotten = record(monkeypatch, training_tab, "forget_run_job")
    tab_alone.show_runs(RunListing((), (), interrupted))
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "forget")
    assert forgotten == [(interrupted,)]
    tab_alone.show_runs(RunListing((interrupted,)))
    assert tab_alone.interrupted.isHidden()


def test_the_training_that_runs_is_not_offered(qtbot, ready, work, interrupted, monkeypatch):
    start_lasting(qtbot, ready, monkeypatch)
    ready.show_runs(RunListing((), (), interrupted))
    with qtbot.waitSignal(work.succeeded):
        work.cancel()
    assert ready.interrupted.isHidden()


@pytest.fixture
def killed(dataset_folder, quick_recipe, no_shortcut_probe, tiny_network):
    """A training that ended with the program, after 1 of 3 epochs."""
    recipe = replace(quick_recipe, epochs=3, image_size_px=32)
    training = train(dataset_folder, recipe, runs_folder() / "killed", threading.Event())
    next(event for event in training if isinstance(event, EpochEnded))
    training.close()


def test_after_a_restart_a_killed_training_is_found_and_ends_on_its_own_films(
    qtbot, killed, window, dataset_folder, errors
):
    """Nothing is open; the card is there, and a click reads the films, opens them, and trains to the end."""
    window.tabs.setCurrentWidget(window.training_tab)
    card = window.training_tab.interrupted
    qtbot.waitUntil(card.isVisible)
    assert "killed" in card.sentence.text()
    assert "after epoch 1 of 3" in card.sentence.text()
    with job_shown(qtbot, window, TrainingResult, timeout=100_000) as shown:
        click(qtbot, card, "resume")
    assert errors == []
    assert (shown.args[0].completed, shown.args[0].epochs_done) == (True, 3)
    assert window.session.source == dataset_folder
    assert window.dataset_tab.browser.grid.table.rowCount() == len(window.session.audit.dataset.films)
    assert window.training_tab.finished.isVisible()
    assert window.session.model is None
    qtbot.waitUntil(lambda: window.runs_tab.view.model().index(0, 2).data() == "finished")
    assert card.isHidden()


def test_a_run_is_continued_from_its_model(tab_alone, session, tmp_path):
    finished = run("finished", tmp_path)
    finished.folder.mkdir()
    (finished.folder / "best.safetensors").touch()
    recipe = replace(finished.recipe, frozen_epochs=4, name="search result")
    session.continue_from(replace(finished, recipe=recipe))
    expected = replace(change_start(recipe, str(finished.model)), frozen_epochs=0)
    assert tab_alone.form.recipe() == expected
    assert tab_alone.interrupted.isHidden()


def test_an_interrupted_run_of_the_list_is_offered_to_be_resumed(qtbot, tab_alone, session, work, resumed, interrupted):
    session.continue_from(interrupted)
    assert not tab_alone.interrupted.isHidden()
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "resume")
    assert resumed == [(interrupted, None)]


def test_the_rate_finder_uses_the_recipe_and_its_rate_is_taken_only_if_wanted(qtbot, ready, session, work, monkeypatch):
    searches = record(monkeypatch, recipe_tools, "find_rate_job")
    ready.form.show_recipe(BEST)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, ready, "find_rate")
    assert searches == [(ROOT, BEST, session.preparation, session.audit)]
    curve = RateCurve((1e-5, 1e-3, 1e-1), (1.0, 0.5, 2.0), 2e-3)
    ready.tools.show_rate_curve(curve)
    ready.findChild(RateDialog).reject()
    assert ready.form.recipe() == BEST
    ready.tools.show_rate_curve(replace(curve, suggestion=None))
    dialog = [dialog for dialog in ready.findChildren(RateDialog) if dialog.isVisible()][-1]
    assert dialog.sentence.text() == NO_SUGGESTION
    assert [button.text().replace("&", "") for button in dialog.button_box.buttons()] == ["Close"]
    dialog.reject()
    ready.tools.show_rate_curve(curve)
    [dialog for dialog in ready.findChildren(RateDialog) if dialog.isVisible()][-1].accept()
    assert ready.form.recipe() == replace(BEST, name="own", learning_rate=2e-3)


@pytest.mark.parametrize(("button", "name"), [("search", "search_job"), ("resume_search", "continue_search_job")])
def test_a_search_takes_as_long_as_a_person_says(qtbot, ready, session, work, monkeypatch, button, name):
    searches = record(monkeypatch, recipe_tools, name)
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
    monkeypatch.setattr(ready.tools.preview_window, "show_film", shown.append)
    click(qtbot, ready, "preview")
    assert shown == [FILMS[3].path]
