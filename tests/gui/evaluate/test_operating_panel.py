"""The operating point: chosen by a wish or by dragging, used by screenings."""

import pytest
from PySide6.QtCore import Qt

from core.models.model_header import bundled_model_path, read_header
from core.models.model_in_use import ModelInUse
from core.models.operating_point import parse_wish
from core.models.site_record import apply_site_record
from core.screening.events import ScreeningResult
from core.system.language import Language, tr
from gui.classify.screening_line import list_notes
from gui.evaluate.operating_panel import WISHES
from tests.gui.person import job_ended


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
@pytest.mark.parametrize("language", Language)
def test_a_wish_that_is_offered_means_the_same_in_every_language(speak, language, wish):
    speak(language)
    assert parse_wish(tr(wish)) == parse_wish(wish)


def test_dragging_is_a_wish_too(tab):
    tab.operating.plots.threshold_moved.emit(0.625)
    assert tab.operating.wish.currentText() == "threshold 0.625"
    assert "Threshold 0.6250" in tab.operating.sentence.text()


def test_the_point_used_here_is_that_of_screenings(tab, window, qtbot, films):
    tab.operating.wish.setCurrentText("threshold 0.05")
    with job_ended(qtbot, window, ModelInUse):
        qtbot.mouseClick(tab.operating.use, Qt.MouseButton.LeftButton)
    assert "chosen here on" in tab.operating.now.text()
    used = apply_site_record(read_header(bundled_model_path()))
    assert used.threshold == 0.05
    with job_ended(qtbot, window, ScreeningResult) as seen:
        window.classify_tab.open(films / "NORMAL")
    rows = seen.args[0].rows
    assert {row.model for row in rows} == {used.name}
    assert all((row.label == "PNEUMONIA") == (row.probability >= 0.05) for row in rows)
    assert "Not validated here" in " ".join(list_notes(window.classify_tab.room.opened, "")[0])
    window.tabs.setCurrentWidget(tab)
    qtbot.waitUntil(lambda: tab.operating.own.isEnabled())
    with job_ended(qtbot, window, ModelInUse):
        qtbot.mouseClick(tab.operating.own, Qt.MouseButton.LeftButton)
    assert "the model's own" in tab.operating.now.text()
