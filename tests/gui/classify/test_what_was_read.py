"""What was read from a film's file, beside the film."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from gui.classify.film_panel import FilmPanel
from gui.classify.reading_panel import ReadingPanel
from tests.factories import draw_film
from tests.gui.classify.examples import FACTS, reading, refusal, refused
from tests.gui.film.person import LEFT, noise


@pytest.fixture
def panel(qtbot):
    made = FilmPanel()
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def test_it_is_shown_on_request_and_stays_for_the_next_film(qtbot, panel):
    panel.show_reading(noise(64, 96), None, facts=FACTS)
    assert not panel.what_was_read.isVisible()
    qtbot.mouseClick(panel.findChild(QToolButton, "facts"), LEFT)
    text = panel.what_was_read.text()
    for part in ("1.2.840.10008.1.2.1", "96 × 64 px, 12 bits", "2048/4096 LINEAR", "View: PA", "Age: 4 years"):
        assert part in text
    assert "• Pixels that the header marks as padding are shown black." in text
    assert panel.what_was_read.isVisible()
    panel.show_reading(noise(64, 96), None)
    assert not panel.what_was_read.isVisible()
    assert not panel.findChild(QToolButton, "facts").isEnabled()
    panel.show_reading(noise(64, 96), None, facts=FACTS)
    assert panel.what_was_read.isVisible()


def test_the_key_t_does_the_same(qtbot, panel):
    panel.show_reading(noise(64, 96), None, facts=FACTS)
    qtbot.keyClick(panel.film_view, Qt.Key.Key_T)
    assert panel.what_was_read.isVisible()
    assert panel.findChild(QToolButton, "facts").isChecked()
    qtbot.keyClick(panel.film_view, Qt.Key.Key_T)
    assert not panel.what_was_read.isVisible()


@pytest.fixture
def reading_panel(qtbot):
    made = ReadingPanel()
    qtbot.addWidget(made, before_close_func=ReadingPanel.close_films)
    return made


def test_it_belongs_to_answers_hidden_answers_and_refusals(reading_panel):
    for show, film in (
        (reading_panel.show_answer, reading()),
        (reading_panel.show_hidden, reading()),
        (reading_panel.show_refusal, refusal()),
    ):
        reading_panel.film.show_facts(None)
        show(film)
        assert "2048/4096 LINEAR" in reading_panel.film.what_was_read.text()


def test_it_belongs_to_a_refused_row_whose_film_can_be_read(qtbot, reading_panel, tmp_path):
    draw_film(1, 1, 80).save(tmp_path / "side.png")
    reading_panel.show_without_answer(refused("side.png", reason="rotated"), tmp_path / "side.png")
    assert reading_panel.film.what_was_read.text() == ""
    qtbot.waitUntil(lambda: "80 × 80 px, 8 bits" in reading_panel.film.what_was_read.text())
