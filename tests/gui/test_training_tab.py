"""Preview, rate finder and search as a person uses them."""

import itertools
from dataclasses import fields, replace

import pytest
from pyqtgraph import PlotWidget
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox, QDialog, QDoubleSpinBox, QPushButton, QSpinBox, QWidget

from core.recipes.recipe import BEST, Augmentation, Recipe, change_start
from core.runs.epoch_log import EpochEnded
from core.runs.run_list import runs_folder
from core.training import rate_finder
from core.training.events import BatchEnded, RateCurve, SearchResult
from gui.training.rate_dialog import RateDialog
from gui.widgets import messages


def press(qtbot, parent, name):
    qtbot.mouseClick(parent.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


@pytest.fixture
def tab(qtbot, window, dataset_folder, quick_recipe):
    assert not window.training_tab.findChild(QPushButton, "preview").isEnabled()
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.dataset_tab.open(dataset_folder)
    window.tabs.setCurrentWidget(window.training_tab)
    window.training_tab.form.show_recipe(replace(quick_recipe, epochs=1, image_size_px=32))
    return window.training_tab


def test_preview_follows_the_form(qtbot, tab):
    preview = tab.preview_window
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        press(qtbot, tab, "preview")
    plain = [label.pixmap().toImage() for label in preview.films]
    assert all(image == plain[0] for image in plain)
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        tab.form.findChild(QDoubleSpinBox, "rotation_degrees").setValue(20)
    turned = [label.pixmap().toImage() for label in preview.films]
    assert turned[0] != plain[0]
    assert turned[0] != turned[1]
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        press(qtbot, preview, "again")
    assert preview.films[0].pixmap().toImage() != turned[0]
    preview.close()


def test_rate_finder_fills_the_form(qtbot, window, tab, monkeypatch):
    monkeypatch.setattr(rate_finder, "STEPS", 20)
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        press(qtbot, tab, "find_rate")
    assert isinstance(shown.args[0], RateCurve)
    tab.findChild(RateDialog, "rate_dialog").reject()
    tab.show_curve(RateCurve((1e-5, 1e-3, 1e-1), (1.0, 0.5, 2.0), 2e-3))
    dialogs = [one for one in tab.findChildren(RateDialog) if one.isVisible()]
    assert "2.0e-03" in dialogs[0].sentence.text()
    dialogs[0].accept()
    assert tab.form.recipe().learning_rate == pytest.approx(2e-3)
    assert isinstance(dialogs[0], QDialog)


def test_search_puts_the_best_recipe_into_the_form(qtbot, window, tab, monkeypatch):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1e-4)  # time for one trial, which may end
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        press(qtbot, tab, "search")
    assert isinstance(shown.args[0], SearchResult)
    assert shown.args[0].finished >= 1
    assert tab.form.recipe().learning_rate == pytest.approx(shown.args[0].recipe.learning_rate, abs=1e-6)
    assert "validation AUC" in tab.view.status.text()
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        press(qtbot, tab, "resume_search")
    assert shown.args[0].finished + shown.args[0].pruned >= 2
    assert len(list(runs_folder().glob("search-*"))) == 1
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.tabs.setCurrentWidget(window.runs_tab)
    assert window.runs_tab.view.model().rowCount() >= 2


def test_continuing_a_search_that_never_was_says_so(qtbot, window, tab, monkeypatch, errors):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1)
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        press(qtbot, tab, "resume_search")
    assert errors == ["There is no earlier search on this dataset. Begin one with Search."]


def epoch(number, loss, is_best, sensitivity=0.9):
    return EpochEnded(number, 9, loss, 0.8, loss + 0.1, 0.7, 0.85, sensitivity, 0.6, 1e-3, 30.0, 5.0, is_best)


def test_values_of_an_epoch_stand_beside_its_curves(qtbot, tab):
    plots = tab.view.plots
    for number, loss in enumerate((0.7, 0.5, 0.4), start=1):
        tab.show_event(epoch(number, loss, is_best=number < 3))
    qtbot.waitUntil(lambda: plots.loss.names() == ("training", "validation"))
    assert not plots.loss.reading.isVisible()
    plots.loss.setFocus()
    qtbot.keyClick(plots.loss, Qt.Key.Key_Right)
    assert plots.loss.reading.text() == "Epoch 1\ntraining 0.700\nvalidation 0.800"
    qtbot.keyClick(plots.loss, Qt.Key.Key_Right)
    assert plots.loss.reading.text().startswith("Epoch 2\n")
    canvas = plots.validation.findChild(PlotWidget)
    box = canvas.getPlotItem().vb
    qtbot.waitUntil(lambda: box.viewRange()[0][0] < 2 < box.viewRange()[0][1])
    places = itertools.cycle((1.2, 2.1, 2.0))

    def read_beside_the_second_epoch():
        """Move on; the canvas drops a move that follows another within 10 ms."""
        there = box.mapViewToScene(QPointF(next(places), sum(box.viewRange()[1]) / 2))
        qtbot.mouseMove(canvas.viewport(), canvas.mapFromScene(there))
        return plots.validation.reading.text() == "Epoch 2\nAUC 0.850\nsensitivity 0.900\nspecificity 0.600"

    qtbot.waitUntil(read_beside_the_second_epoch)
    assert plots.validation.reading.isVisible()


def test_figures_that_several_classes_lack_have_no_curve(qtbot, tab):
    tab.show_event(replace(epoch(1, 0.7, True), validation_sensitivity=None, validation_specificity=None))
    qtbot.waitUntil(lambda: tab.view.plots.validation.names() == ("AUC",))


def test_every_choice_is_explained_where_it_is_made(qtbot, window, tab):
    tab.form.advanced.setChecked(True)
    tab.form.findChild(QDoubleSpinBox, "mixup_alpha").setFocus()
    assert "Blends films in pairs" in tab.form.hint.text()
    choices = [tab.form.findChild(QWidget, field.name) for kind in (Recipe, Augmentation) for field in fields(kind)]
    explained = [choice.accessibleDescription() for choice in choices if choice is not None]
    assert len(explained) == len(fields(Recipe)) - 2 + len(fields(Augmentation))
    assert all(sentence.endswith(".") for sentence in explained)


def test_the_time_left_is_said(qtbot, window, tab):
    def job(cancel):
        yield BatchEnded(1, 9, 1, 2, 0.5, 31.4, 754, may_end_early=True)
        cancel.wait()

    window.jobs.start(job, tab.show_event)
    qtbot.waitUntil(lambda: "31 films/s · at most 13 min left" in tab.view.status.text())
    with qtbot.waitSignal(window.job_shown):
        window.jobs.cancel()


def test_a_changed_recipe_is_called_ones_own(tab):
    form = tab.form
    form.recipe_name.setCurrentText("best")
    assert form.recipe() == BEST
    epochs = form.findChild(QSpinBox, "epochs")
    epochs.setValue(BEST.epochs + 1)
    assert form.recipe_name.currentText() == form.recipe().name == "own"
    assert "Your own choices" in form.sentence.text()
    epochs.setValue(BEST.epochs)
    assert form.recipe_name.currentText() == "best"
    form.show_recipe(replace(BEST, name="trial 3", learning_rate=2e-3))
    assert form.recipe_name.currentText() == "own"
    assert form.recipe().name == "trial 3"


def test_other_starting_weights_bring_what_they_need(tab):
    form = tab.form
    form.recipe_name.setCurrentText("best")
    start, rate = form.findChild(QComboBox, "start"), form.findChild(QDoubleSpinBox, "backbone_rate_factor")
    start.setCurrentText("random")
    assert form.recipe() == replace(change_start(BEST, "random"), name="own")
    assert rate.value() == 1
    rate.setValue(0.5)
    assert form.recipe().backbone_rate_factor == 0.5  # what a person chooses stays
    start.setCurrentText("imagenet")
    assert form.recipe().normalisation == "resnet"
    start.setCurrentText("bundled")
    assert (form.recipe().normalisation, form.recipe().backbone_rate_factor) == ("per_film", 0.2)
