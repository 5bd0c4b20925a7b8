"""The worklist, used with the keyboard."""

from gui.classify.worklist_filter import RowKind
from gui.classify.worklist_table import PROBABILITY
from tests.gui.classify.person import texts


def test_the_likeliest_comes_first_and_every_file_is_there(screened_tab):
    tab = screened_tab
    assert len(texts(tab, 0)) == 8
    assert "<b>x&.png" in texts(tab, 0)
    probabilities = [float(text.strip("<> ")) for text in texts(tab, PROBABILITY) if text]
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(probabilities) == 7
    assert "7 scored, 1 refused, 0 failed" in tab.status.sentence.text()


def test_filter_and_search_count_what_they_show(tab, qtbot):
    tab.worklist.filters.kind.setCurrentText(RowKind.REFUSED.value)
    assert texts(tab, 0) == ["notes.txt"]
    tab.worklist.filters.kind.setCurrentText(RowKind.ALL.value)
    qtbot.keyClicks(tab.worklist.filters.search, "FILM-3")
    assert texts(tab, 0) == ["film-3.png"]
    assert tab.worklist.filters.count.text() == "1 of 8"
