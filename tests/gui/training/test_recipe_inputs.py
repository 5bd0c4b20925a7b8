"""The widgets of a recipe's choices."""

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QSpinBox

from core.recipes.recipe import Depth
from gui.shell.ui_language import set_qt_locale
from gui.training.recipe_inputs import change_signal, make_input, read_input, write_input

CASES = [
    ("architecture", str, QComboBox, "densenet121", "DenseNet-121"),
    ("depth", Depth, QComboBox, "last_stage", "last part"),
    ("start", str, QComboBox, "/runs/<b>best.safetensors", "/runs/<b>best.safetensors"),
    ("class_weights", bool, QCheckBox, True, None),
    ("epochs", int, QSpinBox, 12, "12"),
    ("learning_rate", float, QDoubleSpinBox, 0.00125, "0.00125"),
    ("weight_decay", float, QDoubleSpinBox, 0.5, "0.5"),  # without trailing zeros
]


def text_of(widget):
    return widget.currentText() if isinstance(widget, QComboBox) else widget.text()


@pytest.mark.parametrize(("name", "kind", "expected", "value", "text"), CASES)
def test_a_value_is_shown_and_read_back(qtbot, name, kind, expected, value, text):
    widget = make_input(name, kind)
    qtbot.addWidget(widget)
    assert isinstance(widget, expected)
    with qtbot.waitSignal(change_signal(widget)):
        write_input(widget, value)
    assert read_input(widget) == value
    assert text is None or text_of(widget) == text


@pytest.mark.parametrize(("value", "text"), [(0.00125, "0,00125"), (0.00001, "1e-05"), (0.5, "0,5"), (3.0, "3")])
def test_a_rate_is_shown_and_read_back_in_german(qtbot, german, value, text):
    before = QLocale()
    set_qt_locale()
    rate = make_input("learning_rate", float)
    QLocale.setDefault(before)
    qtbot.addWidget(rate)
    write_input(rate, value)
    assert rate.text() == text
    write_input(rate, 1.0)
    rate.selectAll()
    qtbot.keyClicks(rate, text)
    assert read_input(rate) == value
    rate.selectAll()
    qtbot.keyClicks(rate, "0.003")  # as in the papers
    assert read_input(rate) == 0.003


def test_only_the_start_may_be_typed(qtbot):
    start, depth = make_input("start", str), make_input("depth", Depth)
    for widget in (start, depth):
        qtbot.addWidget(widget)
    assert not depth.isEditable()
    start.clearEditText()
    qtbot.keyClicks(start.lineEdit(), "/m.safetensors")
    assert read_input(start) == "/m.safetensors"
    write_input(start, "random")
    assert read_input(start) == "random"


def test_another_widget_is_no_input(qtbot):
    label = QLabel("x")
    qtbot.addWidget(label)
    with pytest.raises(TypeError, match="QLabel"):
        read_input(label)
    with pytest.raises(TypeError, match="QLabel"):
        change_signal(label)
