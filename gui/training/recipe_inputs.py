"""The input widgets of a recipe: one for each type of field."""

from enum import StrEnum
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from core.recipes.recipe import ARCHITECTURES, START_NAMES
from core.recipes.recipe_labels import choice_value
from gui.widgets.number_box import NumberBox


def make_input(name: str, kind: type) -> QWidget:
    """Make the widget for a recipe field of type `kind`: a choice, a bool, an int or a float."""
    choices: tuple[str, ...] | None = {"architecture": ARCHITECTURES, "start": START_NAMES}.get(name)
    if issubclass(kind, StrEnum):
        choices = tuple(kind)
    if choices:
        box = QComboBox()
        for choice in choices:
            box.addItem(choice_value(choice), str(choice))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setEditable(name == "start")  # the path of a model file is allowed too
        return box
    if kind is bool:
        return QCheckBox()
    if kind is int:
        return QSpinBox(maximum=2**31 - 1)
    return _NumberInput(decimals=6, maximum=100, singleStep=0.01)


class _NumberInput(NumberBox):
    """A number shown without trailing zeros."""

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 6)


def change_signal(widget: QWidget) -> Any:
    """Return the signal that an input emits when its value changes."""
    match widget:
        case QComboBox():
            return widget.currentTextChanged
        case QCheckBox():
            return widget.toggled
        case QSpinBox() | QDoubleSpinBox():
            return widget.valueChanged
    raise TypeError(type(widget).__name__)


def write_input(widget: QWidget, value: Any) -> None:
    """Show a value in an input."""
    match widget:
        case QComboBox():
            index = widget.findData(str(value))
            widget.setCurrentText(str(value) if index < 0 else widget.itemText(index))
        case QCheckBox():
            widget.setChecked(value)
        case QSpinBox() | QDoubleSpinBox():
            widget.setValue(value)


def read_input(widget: QWidget) -> Any:
    """Return the value that an input shows."""
    match widget:
        case QComboBox():
            text = widget.currentText()
            return widget.itemData(widget.findText(text)) or text  # a typed path has no data
        case QCheckBox():
            return widget.isChecked()
        case QSpinBox() | QDoubleSpinBox():
            return widget.value()
    raise TypeError(type(widget).__name__)
