"""The room of evaluation, used as a person would: choose a point, evaluate, open what is behind a number."""

import json

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from core.evaluation.evaluation import AcceptanceResult, Evaluation
from core.films.phantoms import draw_phantom
from core.models.model_header import bundled_model_path, read_header
from core.models.operating_point import parse_wish
from core.models.site_record import apply_site_record
from core.screening.events import ScreeningResult
from core.system.language import tr
from gui.evaluate.acceptance_dialog import AcceptanceDialog
from gui.evaluate.operating_panel import WISHES
from gui.jobs.evaluation_jobs import ModelShown, Saved
from gui.widgets import messages


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
    with qtbot.waitSignal(window.job_shown, check_params_cb=lambda result: isinstance(result, ModelShown)):
        window.tabs.setCurrentWidget(window.evaluate_tab)
    return window.evaluate_tab


def ended(qtbot, window, kind, timeout=60_000):
    return qtbot.waitSignal(window.job_shown, timeout=timeout, check_params_cb=lambda result: isinstance(result, kind))


@pytest.fixture
def evaluated(tab, window, qtbot, films, monkeypatch):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
    with ended(qtbot, window, Evaluation) as seen:
        qtbot.mouseClick(tab.buttons["evaluate_folder"], Qt.MouseButton.LeftButton)
    return seen.args[0]


def test_the_room_opens_with_the_model_and_its_mark(tab):
    assert "! Not validated here" in tab.model.text()
    assert "the model's own" in tab.operating.now.text()
    assert not tab.buttons["save_report"].isEnabled()
    assert tab.operating.use.isEnabled()


def test_a_wish_moves_the_point_and_says_what_it_costs(tab):
    before = tab.operating.plots.threshold
    tab.operating.wish.setCurrentText("miss at most 1 of 100")
    assert tab.operating.plots.threshold < before
    assert "of 100 found" in tab.operating.sentence.text()
    assert "Sent to review" in tab.operating.shares.text()
    few = tab.operating.shares.text()
    tab.operating.error.setCurrentText("1 of 100")
    assert tab.operating.shares.text() != few
    tab.operating.wish.setEditText("as good as can be")
    assert "not understood" in tab.operating.sentence.text()
    assert not tab.operating.use.isEnabled()


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_that_is_offered_in_german_means_the_same(german, wish):
    assert parse_wish(tr(wish)) == parse_wish(wish)


def test_dragging_is_a_wish_too(tab):
    tab.operating.plots.threshold_moved.emit(0.625)
    assert tab.operating.wish.currentText() == "threshold 0.625"
    assert "Threshold 0.6250" in tab.operating.sentence.text()


def test_the_point_used_here_is_that_of_screenings(tab, window, qtbot, films):
    tab.operating.wish.setCurrentText("threshold 0.05")
    with ended(qtbot, window, ModelShown):
        qtbot.mouseClick(tab.operating.use, Qt.MouseButton.LeftButton)
    assert "chosen here on" in tab.operating.now.text()
    used = apply_site_record(read_header(bundled_model_path()))
    assert used.threshold == 0.05
    with ended(qtbot, window, ScreeningResult) as seen:
        window.classify_tab.open(films)
    rows = seen.args[0].rows
    assert {row.model for row in rows} == {used.name}
    assert all((row.label == "PNEUMONIA") == (row.probability >= 0.05) for row in rows)
    assert "Not validated here" in window.classify_tab.status.sentence.text()
    window.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: tab.operating.own.isEnabled())
    with ended(qtbot, window, ModelShown):
        qtbot.mouseClick(tab.operating.own, Qt.MouseButton.LeftButton)
    assert "the model's own" in tab.operating.now.text()


def test_figures_open_the_films_behind_them(tab, evaluated, qtbot):
    assert tab.rooms.currentWidget() is tab.figures
    assert f"n = {evaluated.figures.n} films" in tab.figures.notes.text()
    truth, called = max(
        ((t, c) for t in (0, 1) for c in (0, 1)), key=lambda cell: evaluated.figures.confusion[cell[0]][cell[1]]
    )
    cell = tab.figures.confusion.findChild(object, f"cell_{truth}_{called}")
    qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
    assert tab.rooms.currentWidget() is tab.films
    shown = [tab.films.grid.table.film(row).path for row in range(tab.films.grid.table.rowCount())]
    assert shown == [evaluated.films[index].path for index in evaluated.cell(truth, called)]
    assert shown


def test_prevalence_changes_what_a_call_is_worth(tab, evaluated):
    ten = tab.figures.notes.text()
    assert "at 10 % prevalence" in ten
    tab.figures.prevalence.setValue(1)
    assert "at 1 % prevalence" in tab.figures.notes.text()


def test_bars_open_their_films(tab, evaluated, qtbot):
    tab.rooms.setCurrentWidget(tab.plots)
    chosen = np.array([3, 5])
    tab.plots.scores.films_chosen.emit(chosen)
    assert tab.rooms.currentWidget() is tab.films
    assert tab.films.grid.table.rowCount() == 2
    assert tab.films.grid.table.film(0).path == evaluated.films[3].path


def test_all_parts_can_be_seen(tab, evaluated, qtbot):
    tab.rooms.setCurrentWidget(tab.plots)
    for plot in (tab.plots.curves, tab.plots.reliability, tab.plots.scores):
        assert plot.isVisible()
        assert plot.width() > 200
        assert plot.height() > 100


def test_another_point_makes_the_figures_void(tab, window, evaluated, qtbot):
    tab.operating.wish.setCurrentText("threshold 0.9")
    with ended(qtbot, window, ModelShown):
        qtbot.mouseClick(tab.operating.use, Qt.MouseButton.LeftButton)
    assert tab.figures.notes.text() == "Nothing was evaluated yet."
    assert not tab.buttons["save_report"].isEnabled()


def test_the_report_is_saved(tab, window, evaluated, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: tmp_path / "report")
    with ended(qtbot, window, Saved):
        qtbot.mouseClick(tab.buttons["save_report"], Qt.MouseButton.LeftButton)
    assert json.loads((tmp_path / "report" / "metrics.json").read_text())["n"] == 44
    assert len(PdfReader(tmp_path / "report" / "report.pdf").pages) >= 2
    assert "report.pdf" in tab.status.text()


def test_an_acceptance_test_ends_with_a_form_and_a_mark(tab, window, films, qtbot, tmp_path, monkeypatch):
    def filled(dialog):
        dialog.set_source(films)
        dialog.sensitivity.setValue(0.99)
        qtbot.keyClicks(dialog.signed_by, "Dr. X")
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        return QDialog.DialogCode(dialog.result())

    monkeypatch.setattr(AcceptanceDialog, "exec", filled)
    with ended(qtbot, window, AcceptanceResult) as seen:
        qtbot.mouseClick(tab.buttons["acceptance"], Qt.MouseButton.LeftButton)
    result = seen.args[0]
    assert not result.acceptance.passed  # 22 films cannot show 0.99
    assert result.acceptance.signed_by == "Dr. X"
    qtbot.waitUntil(lambda: "Not accepted here" in tab.model.text())
    qtbot.waitUntil(lambda: tab.buttons["save_form"].isEnabled())
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "form.pdf")
    with ended(qtbot, window, Saved):
        qtbot.mouseClick(tab.buttons["save_form"], Qt.MouseButton.LeftButton)
    assert len(PdfReader(tmp_path / "form.pdf").pages) == 1


def test_the_card_is_shown_and_saved(tab, window, qtbot, tmp_path, monkeypatch):
    qtbot.mouseClick(tab.buttons["card"], Qt.MouseButton.LeftButton)
    assert tab.card_window.isVisible()
    assert "Ethical considerations" in tab.card_window.text.toPlainText()
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "card.pdf")
    with ended(qtbot, window, Saved):
        tab.card_window.saving_wanted.emit(tab.card_window.shown)
    assert PdfReader(tmp_path / "card.pdf").metadata.title == "Model card"


def test_doubtful_labels_become_a_finding(window, films, qtbot):
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        window.dataset_tab.open(films)
    (films / "PNEUMONIA" / "P003.png").rename(films / "NORMAL" / "X003.png")
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        window.dataset_tab.open(films)
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        qtbot.mouseClick(window.dataset_tab.doubts, Qt.MouseButton.LeftButton)
    assert window.session.audit.findings[0].kind == "Doubtful labels"
    assert "contradicted" in window.dataset_tab.summary.text()
    assert window.dataset_tab.browser.finding.currentText() == "Doubtful labels"
