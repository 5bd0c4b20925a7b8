"""One film with the model's answer."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from core.models.decision import Decision
from core.models.model_header import bundled_model_path
from core.screening.events import FilmReading
from core.system.errors import UNLIKE_CAUTION
from core.system.product import NOTICE
from gui.classify.reading_panel import ReadingPanel
from tests.factories import draw_film
from tests.gui.classify.examples import failed, reading, refused
from tests.gui.classify.person import choose
from tests.gui.film.person import shown
from tests.gui.person import job_shown


def test_a_refused_file_says_why(tab, window):
    tab.worklist.filters.no_films.click()
    tab.worklist.select_file("notes.txt")
    assert tab.reading.verdict.text() == "Refused: not an image"
    assert not tab.controls.buttons["override"].isEnabled()


def test_a_packed_study_says_what_to_do(tab):
    tab.worklist.add(refused("study.zip", "packed"))
    tab.worklist.select_file("study.zip")
    assert tab.reading.verdict.text() == "Refused: packed archive"
    assert "Unpack it and screen the folder" in tab.reading.details.text()


def test_an_answer_by_another_model_than_the_worklist_says_so(tab, window, qtbot, tmp_path):
    choose(tab, window, qtbot, 0)
    assert "Screen the folder again" not in tab.reading.details.text()
    shutil.copy(bundled_model_path(), tmp_path / "other.safetensors")
    window.session.use_model(tmp_path / "other.safetensors")
    choose(tab, window, qtbot, 1)
    assert "⚠ The films were screened with pneumonia-resnet18 " in tab.reading.details.text()


def test_the_answer_on_a_normal_film_names_the_class_that_its_probability_is_of(tab, window, qtbot):
    with job_shown(qtbot, window, FilmReading) as seen:
        tab.worklist.view.selectRow(0)
    reading = seen.args[0]
    assert reading.finding == "PNEUMONIA"
    tab.show_reading(replace(reading, label="NORMAL", probability=0.0123, decision=Decision.UNLIKELY))
    assert tab.reading.verdict.text() == "PNEUMONIA · ▽ unlikely"
    assert "classified as NORMAL · probability of PNEUMONIA 0.012" in tab.reading.details.text()


@pytest.fixture
def panel(qtbot):
    made = ReadingPanel()
    qtbot.addWidget(made, before_close_func=ReadingPanel.close_films)
    made.resize(700, 600)
    made.show()
    return made


def test_the_caution_on_a_film_unlike_validated_ones_comes_first(panel):
    cautions = ("Letters are burned in.",)
    reason = "unlike_validated_films"
    panel.show_answer(reading(is_unlike=True, reason=reason, decision=Decision.REVIEW, cautions=cautions))
    assert panel.verdict.text() == "⚠ Unlike the validated films\nPNEUMONIA · ◆ review"
    lines = panel.details.text().splitlines()
    assert lines[0] == f"⚠ {UNLIKE_CAUTION}"
    assert "probability of PNEUMONIA 0.900" in lines[1]
    assert lines[2] == "⚠ Letters are burned in."
    assert "refused" not in panel.details.text()


def test_a_film_scored_although_refused_may_be_unlike_too(panel):
    panel.show_answer(reading(is_unlike=True, reason="rotated", decision=Decision.REVIEW))
    lines = panel.details.text().splitlines()
    assert lines[0] == f"⚠ {UNLIKE_CAUTION}"
    assert lines[2] == "⚠ Scored although it was refused: rotated."


def test_an_answer_says_all_that_must_be_known_of_it(panel):
    answer = reading("<b>a.png", threshold=0.31, model="model 1", cautions=("Letters are burned in.",))
    panel.show_answer(answer)
    assert "PNEUMONIA" in panel.verdict.text()
    assert "likely" in panel.verdict.text()
    details = panel.details.text()
    parts = ("<b>a.png", "0.900", "0.310", "model 1", "⚠ Letters are burned in.", "Not validated here.", NOTICE)
    assert [part for part in parts if part not in details] == []
    assert panel.film.film_view.film_size.width() == 96


def test_the_line_of_the_heat_map_is_explained(panel):
    panel.show_answer(reading(label="NORMAL"))
    assert "where the evidence for PNEUMONIA" in panel.details.text()
    assert "the most on this film" in panel.details.text()
    panel.show_answer(reading(is_heat_scaled=True))
    assert "clearest validation films" in panel.details.text()
    panel.show_answer(reading(heat=np.zeros((64, 96), np.float32)))
    assert "Heat map: empty" in panel.details.text()


def test_heat_at_the_border_is_a_warning_unless_the_film_is_unlikely(panel):
    heat = np.zeros((64, 96), np.float32)
    heat[:6, :9] = 1
    panel.show_answer(reading(heat=heat))
    assert panel.film.warning.isVisible()
    panel.show_answer(reading(heat=heat, probability=0.1))
    assert not panel.film.warning.isVisible()


def test_several_classes_have_no_threshold(panel):
    panel.show_answer(reading(threshold=None))
    assert "threshold" not in panel.details.text()


def test_a_file_without_an_answer_says_why_and_is_shown_if_it_can_be(panel, qtbot, tmp_path):
    draw_film(1, 1, 80).save(tmp_path / "side.png")
    panel.show_without_answer(refused("side.png", reason="lateral_view"), tmp_path / "side.png")
    assert panel.verdict.text().startswith("Refused: ")
    assert "side.png" in panel.details.text()
    qtbot.waitUntil(lambda: panel.film.film_view.film_size.width() == 80)
    panel.show_without_answer(failed("torn.dcm"), tmp_path / "none.png")
    assert panel.verdict.text().startswith("Failed: ")
    assert panel.film.film_view.film_size.width() == 64  # an empty film


def test_a_film_that_comes_late_is_not_shown_over_the_next(panel, qtbot, tmp_path):
    draw_film(1, 1, 80).save(tmp_path / "side.png")
    panel.show_without_answer(refused("side.png", reason="lateral_view"), tmp_path / "side.png")
    panel.show_answer(reading())
    with qtbot.waitSignal(panel._plain.ready):
        pass
    assert panel.film.film_view.film_size.width() == 96


def has_heat(panel):
    """Whether anything coloured is painted on the film."""
    pixels = shown(panel.film.film_view)
    return bool((np.ptp(pixels, axis=2) > 20).any())


def test_a_hidden_answer_shows_the_film_and_nothing_of_the_model(panel):
    panel.film.film_view.show_heat(True)
    panel.show_answer(reading("<b>a.png"))
    assert has_heat(panel)
    panel.show_hidden(reading("<b>a.png"))
    assert panel.verdict.text() == "Answer hidden"
    assert panel.details.text().startswith("<b>a.png\nMake your call first")
    for label in panel.findChildren(QLabel):
        assert not any(part in label.text() for part in ("PNEUMONIA", "0.9", "likely"))
    assert not has_heat(panel)
    assert not panel.film.film_view.settings.is_side_by_side
    assert panel.film.film_view.film_size.width() == 96


def test_a_film_refused_by_the_gate_says_what_to_do(panel, tmp_path):
    panel.show_without_answer(refused("a.png", "rotated"), tmp_path / "a.png")
    assert panel.verdict.text() == "Refused: rotated"
    name, why, notice = panel.details.text().splitlines()
    assert (name, notice) == ("a.png", NOTICE)
    assert why.startswith("It seems to be rotated")


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (failed("a.png"), "Failed: damaged"),
        (refused("a.png", "of_a_later_version"), "Refused: of a later version"),
    ],
)
def test_other_reasons_have_no_advice(panel, tmp_path, row, verdict):
    panel.show_without_answer(row, tmp_path / "a.png")
    assert panel.verdict.text() == verdict
    assert panel.details.text() == f"a.png\n{NOTICE}"
