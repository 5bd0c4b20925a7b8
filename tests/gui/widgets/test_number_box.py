"""A box for a fraction: what is typed is what is meant, in every language."""

import pytest
from PySide6.QtCore import QLocale, Qt

from core.system.language import Language
from gui.shell.ui_language import set_qt_locale
from gui.widgets.number_box import NumberBox


@pytest.fixture(params=Language)
def box(request, speak, qtbot):
    """An empty box of a window in each language."""
    before = QLocale()
    speak(request.param)
    set_qt_locale()
    made = NumberBox(decimals=6, maximum=100)
    qtbot.addWidget(made)
    made.lineEdit().selectAll()
    yield made
    QLocale.setDefault(before)


@pytest.mark.parametrize("typed", ["0.001", "0,001", ".001", "1e-3", "1.0e-3", "1,0e-3"])
def test_a_point_and_a_comma_are_both_the_decimal_sign(box, qtbot, typed):
    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 0.001
    assert box.text() == f"0{box.locale().decimalPoint()}001000"


def test_an_exponent_without_digits_is_no_number(box, qtbot):
    box.setValue(0.25)
    box.lineEdit().setText("1e-")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 0.25


def test_two_decimal_signs_cannot_be_typed(box, qtbot):
    qtbot.keyClicks(box, "1.234,5")
    assert box.value() == 1.2345


def test_steps_keep_the_sign(box):
    box.setValue(0.5)
    box.stepUp()
    assert box.value() == 1.5
    assert box.text() == f"1{box.locale().decimalPoint()}500000"
