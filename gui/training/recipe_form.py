"""Widgets for a Recipe, with two doors: recipe() and show_recipe()."""

import json
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, get_type_hints

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.recipes.recipe import ARCHITECTURES, NAMED_RECIPES, START_NAMES, Augmentation, Recipe, change_start
from core.recipes.recipe_json import load_recipe, to_json_object
from core.recipes.recipe_labels import CHANGES, CHOICES, OWN, RECIPES, choice_value, recipe_title
from core.system.errors import JobFailed
from core.system.files import write_text_atomically
from core.system.language import marked, tr
from gui.jobs.worker import JobError
from gui.widgets import messages
from gui.widgets.named_widgets import button, named

MATTERS = ("architecture", "start", "epochs", "seed")
HIDDEN = ("name", "augmentation")
HINT = marked("Point at a choice to read what it does.")
HINT_LINES = 3
INPUT_PX = 80


class RecipeForm(QWidget):
    """All choices of a training; the few that matter on top, the rest under Advanced. Signal: changed()."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipe_name = named(QComboBox(), "recipe_name", tr("Recipe"))
        for name in RECIPES:
            self.recipe_name.addItem(recipe_title(name), name)
        self.sentence = QLabel(wordWrap=True)
        self.sentence.setProperty("role", "quiet")
        self._inputs: dict[str, QWidget] = {}
        self._start = ""
        top, advanced, changes = QFormLayout(), QFormLayout(), QFormLayout()
        top.addRow(tr("Recipe"), self.recipe_name)
        top.addRow(self.sentence)
        self.hint = named(QLabel(tr(HINT), wordWrap=True), "hint", tr("What this choice does"))
        self.hint.setProperty("role", "quiet")
        self.hint.setMinimumHeight(HINT_LINES * self.hint.fontMetrics().lineSpacing())
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._add(Recipe, CHOICES, "", top, advanced)
        self._add(Augmentation, CHANGES, "augmentation.", changes, changes)
        self.advanced = named(QGroupBox(tr("Advanced"), checkable=True, checked=False), "advanced", tr("Advanced"))
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.addLayout(advanced)
        inner.addWidget(QLabel(tr("Random changes of training films (0: none)")))
        inner.addLayout(changes)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        scroll.setVisible(False)
        around = QVBoxLayout(self.advanced)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scroll)
        self.advanced.toggled.connect(scroll.setVisible)
        self.advanced.toggled.connect(self._on_advanced_toggled)
        self._on_advanced_toggled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.advanced, 1)
        layout.addWidget(self.hint)
        files = QHBoxLayout()
        files.addWidget(button(tr("Save recipe…"), "save_recipe", self._on_save))
        files.addWidget(button(tr("Load recipe…"), "load_recipe", self._on_load))
        layout.addLayout(files)
        layout.addStretch()
        self.recipe_name.currentTextChanged.connect(self._on_name_changed)
        self._on_name_changed()
        self.changed.connect(self._on_changed)
        _change_of(self._inputs["start"]).connect(self._on_start_changed)

    def _add(
        self, kind: type, words: dict[str, tuple[str, str]], prefix: str, top: QFormLayout, rest: QFormLayout
    ) -> None:
        types = get_type_hints(kind)
        for field in fields(kind):
            if field.name in HIDDEN:
                continue
            title, sentence = map(tr, words[field.name])
            made = named(_input(field.name, types[field.name]), field.name, title)
            made.setMinimumWidth(INPUT_PX)
            made.setAccessibleDescription(sentence)
            made.setToolTip(sentence)
            made.installEventFilter(self)
            _change_of(made).connect(self.changed)
            self._inputs[prefix + field.name] = made
            (top if field.name in MATTERS else rest).addRow(title, made)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say what a choice does while it is under the pointer or has the focus."""
        if event.type() in {QEvent.Type.Enter, QEvent.Type.FocusIn} and isinstance(watched, QWidget):
            self.hint.setText(watched.toolTip() or tr(HINT))
        return super().eventFilter(watched, event)

    @Slot(bool)
    def _on_advanced_toggled(self, shown: bool) -> None:
        """Let the box take the room that is left, and none while it is closed."""
        policy = QSizePolicy.Policy.Expanding if shown else QSizePolicy.Policy.Maximum
        self.advanced.setSizePolicy(QSizePolicy.Policy.Preferred, policy)

    @Slot()
    def _on_name_changed(self) -> None:
        name = self.recipe_name.currentData()
        self.sentence.setText(tr(RECIPES[name]))
        if name in NAMED_RECIPES:
            self.show_recipe(NAMED_RECIPES[name])

    @Slot()
    def _on_start_changed(self) -> None:
        """Bring along what other starting weights need; the person may still change it."""
        start = _value(self._inputs["start"])
        if start and not self.signalsBlocked():
            adapted = change_start(replace(self._shown, start=self._start), start)
            for key in ("normalisation", "backbone_rate_factor"):
                _put(self._inputs[key], getattr(adapted, key))
        self._start = start

    @Slot()
    def _on_changed(self) -> None:
        """Name the recipe that the widgets show: one of the program's, or the person's own."""
        try:
            shown = self.recipe()
        except JobFailed:
            return  # values that do not go together yet; Start says so
        name = next((name for name, recipe in NAMED_RECIPES.items() if recipe == shown), OWN)
        if name != self.recipe_name.currentData():
            with QSignalBlocker(self.recipe_name):
                _put(self.recipe_name, name)
            self.sentence.setText(tr(RECIPES[name]))

    @Slot()
    def _on_save(self) -> None:
        if path := messages.choose_new_file(self, tr("Save recipe"), "recipe.json", tr("Recipes (*.json)")):
            try:
                write_text_atomically(path, json.dumps(to_json_object(self.recipe()), indent=2) + "\n")
            except JobFailed as error:
                messages.show_error(self, JobError(error.sentence))

    @Slot()
    def _on_load(self) -> None:
        if path := messages.choose_file(self, tr("Load recipe"), tr("Recipes (*.json)")):
            try:
                self.show_recipe(load_recipe(str(path)))
            except JobFailed as error:
                messages.show_error(self, JobError(error.sentence))

    def set_learning_rate(self, rate: float) -> None:
        """Put this rate into its widget."""
        _put(self._inputs["learning_rate"], rate)

    def show_recipe(self, recipe: Recipe) -> None:
        """Put every value of `recipe` into its widget."""
        self._shown, self._start = recipe, recipe.start
        with QSignalBlocker(self):
            for key, widget in self._inputs.items():
                owner: Any = recipe.augmentation if key.startswith("augmentation.") else recipe
                _put(widget, getattr(owner, key.rpartition(".")[2]))
        self.changed.emit()

    def recipe(self) -> Recipe:
        """The recipe that the widgets show. Raises JobFailed where the values do not go together."""
        base = self._shown
        types = get_type_hints(Recipe)
        values = {key: _value(widget) for key, widget in self._inputs.items()}
        changes = {key.partition(".")[2]: value for key, value in values.items() if key.startswith("augmentation.")}
        plain = {key: types[key](value) for key, value in values.items() if not key.startswith("augmentation.")}
        made = replace(base, **plain, augmentation=Augmentation(**changes))
        return made if NAMED_RECIPES.get(made.name, made) == made else replace(made, name=OWN)


def _input(name: str, kind: type) -> QWidget:
    """The widget for a field of type `kind`."""
    choices: tuple[str, ...] | None = {"architecture": ARCHITECTURES, "start": START_NAMES}.get(name)
    if issubclass(kind, StrEnum):
        choices = tuple(kind)
    if choices:
        box = QComboBox()
        for choice in choices:
            box.addItem(choice_value(choice), str(choice))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setEditable(name == "start")  # the path of a model file may stand here too
        return box
    if kind is bool:
        return QCheckBox()
    if kind is int:
        return QSpinBox(maximum=2**31 - 1)
    return _Fraction(decimals=6, maximum=100, singleStep=0.01)


class _Fraction(QDoubleSpinBox):
    """A number without the zeros that say nothing."""

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 6)


def _change_of(widget: QWidget) -> Any:
    """The signal that a widget sends when its value changes."""
    match widget:
        case QComboBox():
            return widget.currentTextChanged
        case QCheckBox():
            return widget.toggled
        case QSpinBox() | QDoubleSpinBox():
            return widget.valueChanged
    raise TypeError(type(widget).__name__)


def _put(widget: QWidget, value: Any) -> None:
    match widget:
        case QComboBox():
            known = widget.findData(str(value))
            widget.setCurrentText(str(value) if known < 0 else widget.itemText(known))
        case QCheckBox():
            widget.setChecked(value)
        case QSpinBox() | QDoubleSpinBox():
            widget.setValue(value)


def _value(widget: QWidget) -> Any:
    match widget:
        case QComboBox():
            text = widget.currentText()
            return widget.itemData(widget.findText(text)) or text  # a path was typed, and has no data
        case QCheckBox():
            return widget.isChecked()
        case QSpinBox() | QDoubleSpinBox():
            return widget.value()
    raise TypeError(type(widget).__name__)
