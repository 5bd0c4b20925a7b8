"""The bar for calls: its buttons, its note, and what it shows of the film."""

import pytest
from PySide6.QtCore import Qt

from gui.reading.call_bar import HEIGHT_PX, CallBar
from tests.gui.classify.examples import CLASSES, scored

FIRST, SECOND = scored("a.png", 0.9), scored("b.png", 0.1)


@pytest.fixture
def bar(qtbot):
    made = CallBar()
    qtbot.addWidget(made)
    made.resize(900, HEIGHT_PX)
    made.show()
    made.show_classes(CLASSES)
    return made


def button(bar, name):
    return bar.findChild(object, name)


def test_no_class_can_be_called_before_a_film_is_shown(bar, qtbot):
    assert not button(bar, "class_1").isEnabled()
    with qtbot.assertNotEmitted(bar.called):
        bar.press_class(1)
    bar.update_enabled(True, True, True, False)
    with qtbot.waitSignal(bar.called) as called:
        bar.press_class(2)
    assert called.args == ["PNEUMONIA"]
    bar.press_class(9)  # there is no such class


def test_a_class_that_looks_like_markup_is_text_in_full_in_the_tooltip(bar, qtbot):
    name = "<b>a very long name & of a class</b>" * 3
    bar.show_classes((name, "x\u202e"))
    assert "&lt;b&gt;" in button(bar, "class_1").toolTip()
    assert "\u202e" not in button(bar, "class_2").text()
    bar.update_enabled(True, True, True, False)
    with qtbot.waitSignal(bar.called) as called:
        bar.press_class(2)
    assert called.args == ["x\u202e"]


def test_the_call_on_the_film_is_marked(bar):
    bar.show_film(FIRST, "", "PNEUMONIA")
    assert [button(bar, f"class_{number}").property("called") for number in (1, 2)] == [False, True]
    bar.show_film(SECOND, "", "")
    assert not button(bar, "class_2").property("called")


def test_a_note_belongs_to_the_film_for_which_it_was_begun(bar, qtbot):
    written = []
    bar.note_written.connect(lambda row, text: written.append((row.file, text)))
    bar.update_enabled(True, True, True, False)
    bar.show_film(FIRST, "", "")
    qtbot.keyClicks(bar.note, "shadow")
    bar.show_film(SECOND, "old", "")
    assert written[-1] == ("a.png", "shadow")
    assert bar.note.text() == "old"
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.note, Qt.Key.Key_Return)
    assert written[-1] == ("b.png", "old")


def test_progress_is_cut_and_its_details_are_in_the_tooltip(bar):
    bar.show_progress("7 of 20 called · agree 6 of 7 " * 9, "kappa 0.7")
    assert bar.progress.text().endswith("…")
    assert "kappa 0.7" in bar.progress.toolTip()
