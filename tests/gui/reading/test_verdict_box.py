"""The model's verdict in a box whose size never depends on it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from gui.reading.decision_marks import COLOURS
from gui.reading.verdict_box import VerdictBox
from gui.widgets.named_widgets import format_tip
from gui.widgets.theme import ORANGE
from tests.gui.film.person import LEFT, shown
from tests.gui.reading.examples import CAUTIOUS, LIKELY, LONG, REFUSED, UNLIKELY, colours_in, is_orange


@pytest.fixture
def box(qtbot):
    made = VerdictBox()
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_says_the_verdict_in_words_colour_and_shape(box):
    seen = set()
    for verdict in (LIKELY, CAUTIOUS, UNLIKELY):
        box.show_verdict(verdict)
        assert box.words.text() == verdict.words
        assert box.rank.text() == verdict.rank
        assert colours_in(shown(box), COLOURS[verdict.decision]) > 50
        seen.add(
            (box.mark.grab().toImage().convertToFormat(box.mark.grab().toImage().Format.Format_Mono)).bits().tobytes()
        )
    assert len(seen) == 3, "the shapes differ, whatever the colour"


def test_a_caution_has_a_line_of_its_own_that_is_kept_without_one(box):
    box.show_verdict(LIKELY)
    top = shown(box)[: box.caution.geometry().bottom()]
    assert not is_orange(top).any()
    place = box.words.geometry()
    box.show_verdict(CAUTIOUS)
    assert box.caution.text() == "⚠ Unlike the validated films"
    assert colours_in(shown(box)[: box.caution.geometry().bottom()], ORANGE) > 1000
    assert box.words.geometry().top() == place.top()


def test_its_size_is_the_same_whatever_it_says(box):
    sizes = set()
    for verdict in (LIKELY, CAUTIOUS, LONG, REFUSED):
        box.show_verdict(verdict, can_override=verdict is REFUSED)
        sizes.add((box.width(), box.height()))
    assert len(sizes) == 1
    ((width, height),) = sizes
    assert (width, height) == (pytest.approx(316, abs=20), pytest.approx(104, abs=16))


def test_a_text_that_is_too_long_is_cut_and_whole_in_its_tooltip(box):
    box.show_verdict(LONG)
    for label, text in ((box.words, LONG.words), (box.rank, LONG.rank), (box.caution, f"⚠ {LONG.caution}")):
        assert label.text().endswith("…")
        assert (label.toolTip(), label.full_text) == (format_tip(text), text)
    box.show_verdict(LIKELY)
    assert box.words.toolTip() == ""


def test_a_refused_film_can_be_scored_anyway_if_that_is_allowed(qtbot, box):
    box.show_verdict(REFUSED)
    button = box.findChild(QPushButton, "override")
    assert not button.isVisible()
    box.show_verdict(REFUSED, can_override=True)
    with qtbot.waitSignal(box.override_wanted):
        qtbot.mouseClick(button, LEFT)
    assert box.rect().contains(button.geometry())
    box.show_verdict(LIKELY)
    assert not button.isVisible()


def test_the_details_are_asked_for_by_mouse_and_key(qtbot, box):
    wanted = []
    box.details_wanted.connect(wanted.append)
    info = box.findChild(QToolButton, "details")
    qtbot.mouseClick(info, LEFT)
    qtbot.keyClick(info, Qt.Key.Key_Space)
    assert wanted == [True, False]
    assert info.toolTip() == "Details: figures, model and warnings (D)"


def test_no_verdict_takes_the_box_away(box):
    box.show_verdict(LIKELY)
    box.show_verdict(None)
    assert not box.isVisible()
    assert box.words.full_text == ""


def test_a_small_box_leaves_the_rank_out(box):
    box.show_verdict(LIKELY)
    height = box.height()
    box.set_compact(True)
    assert not box.rank.isVisible()
    assert box.height() < height
    assert box.bar.geometry().bottom() < box.height()


def test_a_screen_reader_gets_it_all_and_names_from_files_stay_plain(box):
    box.show_verdict(CAUTIOUS)
    assert box.accessibleDescription() == ". ".join((CAUTIOUS.caution, CAUTIOUS.words, CAUTIOUS.rank))
    for label in box.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert label.accessibleName()
