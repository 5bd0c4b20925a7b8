"""One film with the model's answer."""

import shutil
from dataclasses import replace

from core.models.decision import Decision
from core.models.model_header import bundled_model_path
from core.screening.events import FilmReading
from tests.gui.classify.person import choose
from tests.gui.person import job_shown


def test_a_refused_file_says_why(tab, window):
    tab.worklist.select_file("notes.txt")
    assert tab.reading.verdict.text() == "Refused: not an image"
    assert not tab.controls.buttons["override"].isEnabled()


def test_an_answer_by_another_model_than_the_worklist_says_so(tab, window, qtbot, tmp_path):
    choose(tab, window, qtbot, 0)
    assert "Screen the folder again" not in tab.reading.details.text()
    shutil.copy(bundled_model_path(), tmp_path / "other.safetensors")
    window.session.use_model(tmp_path / "other.safetensors")
    choose(tab, window, qtbot, 1)
    assert "⚠ The films were screened by pneumonia-resnet18 " in tab.reading.details.text()


def test_the_answer_on_a_normal_film_names_the_class_that_its_probability_is_of(tab, window, qtbot):
    with job_shown(qtbot, window, FilmReading) as seen:
        tab.worklist.view.selectRow(0)
    reading = seen.args[0]
    assert reading.finding == "PNEUMONIA"
    tab.show_reading(replace(reading, label="NORMAL", probability=0.0123, decision=Decision.UNLIKELY))
    assert tab.reading.verdict.text() == "PNEUMONIA · ▽ unlikely"
    assert "called NORMAL · probability of PNEUMONIA 0.012" in tab.reading.details.text()
