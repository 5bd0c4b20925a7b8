"""A film that is opened alone and that the model's gate refuses."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel

from core.screening.events import FilmReading, FilmRefusal
from core.system.product import NOTICE
from gui.classify.reading_panel import ReadingPanel
from tests.factories import draw_film, write_dicom
from tests.gui.classify.examples import refusal
from tests.gui.person import click, job_shown


@pytest.fixture
def noise(tmp_path):
    """A picture of colour noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    return tmp_path / "noise.png"


def test_it_shows_the_refusal_and_no_answer(empty_tab, window, qtbot, noise):
    with job_shown(qtbot, window, FilmRefusal):
        empty_tab.open(noise)
    panel = empty_tab.reading
    assert panel.verdict.text() == "Refused: colour photo"
    assert panel.details.text().splitlines()[0] == "noise.png"
    assert panel.details.text().endswith(NOTICE)
    assert not any("PNEUMONIA" in label.text() for label in panel.findChildren(QLabel))
    assert panel.film.film_view.film_size.width() == 300


def test_it_is_scored_when_a_person_wants_it(empty_tab, window, qtbot, noise):
    assert not empty_tab.controls.buttons["override"].isEnabled()
    with job_shown(qtbot, window, FilmRefusal):
        empty_tab.open(noise)
    with job_shown(qtbot, window, FilmReading) as seen:
        click(qtbot, empty_tab, "override")
    assert seen.args[0].reason == "colour_photo"
    assert "⚠ Scored although it was refused: colour photo." in empty_tab.reading.details.text()
    assert not empty_tab.controls.buttons["override"].isEnabled()


def test_a_lateral_view_is_refused_by_its_header(empty_tab, window, qtbot, tmp_path):
    path = write_dicom(tmp_path / "side.dcm", np.asarray(draw_film(1, 1, 128)), ViewPosition="LL")
    with job_shown(qtbot, window, FilmRefusal):
        empty_tab.open(path)
    assert empty_tab.reading.verdict.text() == "Refused: lateral view"


def test_another_selected_row_takes_its_place(tab, window, qtbot, noise):
    with job_shown(qtbot, window, FilmRefusal):
        tab.open(noise)
    assert tab.controls.buttons["override"].isEnabled()
    tab.worklist.filters.no_films.click()
    tab.worklist.select_file("notes.txt")
    assert tab.reading.verdict.text() == "Refused: not an image"
    assert not tab.controls.buttons["override"].isEnabled()


def test_the_next_film_takes_its_place(empty_tab, window, qtbot, noise, films):
    with job_shown(qtbot, window, FilmRefusal):
        empty_tab.open(noise)
    with job_shown(qtbot, window, FilmReading):
        empty_tab.open(films / "film-1.png")
    assert not empty_tab.controls.buttons["override"].isEnabled()
    assert "⚠" not in empty_tab.reading.details.text()


def test_the_panel_names_what_to_do(qtbot):
    panel = ReadingPanel()
    qtbot.addWidget(panel, before_close_func=ReadingPanel.close_films)
    panel.show_refusal(refusal("<b>a.png"))
    name, advice, notice = panel.details.text().splitlines()
    assert (name, notice) == ("<b>a.png", NOTICE)
    assert advice.startswith("It is a colour image.")
