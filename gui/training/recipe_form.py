"""A form for all settings of a training."""

from dataclasses import fields, replace
from typing import Any, get_type_hints

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.recipes.recipe import NAMED_RECIPES, Augmentation, Recipe, change_start, choose_start
from core.recipes.recipe_json import load_recipe, save_recipe
from core.recipes.recipe_labels import AUGMENTATION_CHOICES, CHOICES, OWN, RECIPES, format_epochs, recipe_title
from core.system.errors import JobFailed
from core.system.language import marked, tr
from gui.jobs.worker import JobError
from gui.training.recipe_inputs import change_signal, make_input, read_input, write_input
from gui.widgets import messages
from gui.widgets.named_widgets import make_button, name_widget

BASIC_FIELDS = ("architecture", "start", "epochs", "seed")  # above the Advanced box
HIDDEN_FIELDS = ("name", "augmentation")
HINT = marked("Point at a setting to see what it does.")
HINT_LINES = 3
SENTENCE_LINES = 2
INPUT_PX = 80


class RecipeForm(QWidget):
    """Edits a Recipe: a few basic settings on top, the others under Advanced.

    Signal: changed() when a setting changes.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inputs: dict[str, QWidget] = {}
        self._architecture = self._start = ""
        self._build_labels()
        top, advanced, augmentation = QFormLayout(), QFormLayout(), QFormLayout()
        top.addRow(tr("Recipe"), self.recipe_name)
        top.addRow(self.sentence)
        self._add_inputs(Recipe, CHOICES, "", top, advanced)
        top.addRow(self.epochs)
        self._add_inputs(Augmentation, AUGMENTATION_CHOICES, "augmentation.", augmentation, augmentation)
        self._build_advanced(advanced, augmentation)
        files = QHBoxLayout()
        files.addWidget(make_button(tr("Save recipe…"), "save_recipe", self._on_save))
        files.addWidget(make_button(tr("Load recipe…"), "load_recipe", self._on_load))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.advanced, 1)
        layout.addWidget(self.hint)
        layout.addLayout(files)
        layout.addStretch()
        self.recipe_name.currentTextChanged.connect(self._on_name_changed)
        self._on_name_changed()
        self.changed.connect(self._on_changed)
        self._on_changed()
        change_signal(self._inputs["architecture"]).connect(self._on_architecture_changed)
        change_signal(self._inputs["start"]).connect(self._on_start_changed)

    def _build_labels(self) -> None:
        """Make the choice of a named recipe, its description, and the hint on one setting."""
        self.recipe_name = name_widget(QComboBox(), "recipe_name", tr("Recipe"))
        for name in RECIPES:
            self.recipe_name.addItem(recipe_title(name), name)
        self.sentence = QLabel(wordWrap=True)
        self.sentence.setProperty("role", "quiet")
        self.epochs = name_widget(QLabel(wordWrap=True), "all_epochs", tr("Epochs of this training"))
        for label in (self.sentence, self.epochs):
            label.setMinimumHeight(SENTENCE_LINES * label.fontMetrics().lineSpacing())
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint = name_widget(QLabel(tr(HINT), wordWrap=True), "hint", tr("What this setting does"))
        self.hint.setProperty("role", "quiet")
        self.hint.setMinimumHeight(HINT_LINES * self.hint.fontMetrics().lineSpacing())
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _build_advanced(self, advanced: QFormLayout, augmentation: QFormLayout) -> None:
        """Make the box, closed at first, that scrolls through the advanced settings."""
        content = QWidget()
        column = QVBoxLayout(content)
        column.addLayout(advanced)
        column.addWidget(QLabel(tr("Random changes of training films (0: none)")))
        column.addLayout(augmentation)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        scroll.setVisible(False)
        box = QGroupBox(tr("Advanced"), checkable=True, checked=False)
        self.advanced = name_widget(box, "advanced", tr("Advanced"))
        box_layout = QVBoxLayout(self.advanced)
        box_layout.setContentsMargins(0, 0, 0, 0)
        box_layout.addWidget(scroll)
        self.advanced.toggled.connect(scroll.setVisible)
        self.advanced.toggled.connect(self._on_advanced_toggled)
        self._on_advanced_toggled(False)

    def _add_inputs(
        self, kind: type, choices: dict[str, tuple[str, str]], prefix: str, basic: QFormLayout, advanced: QFormLayout
    ) -> None:
        """Add an input for each field of a dataclass; choices: title and explanation by field."""
        types = get_type_hints(kind)
        for field in fields(kind):
            if field.name in HIDDEN_FIELDS:
                continue
            title, explanation = map(tr, choices[field.name])
            widget = name_widget(make_input(field.name, types[field.name]), field.name, title)
            widget.setMinimumWidth(INPUT_PX)
            widget.setAccessibleDescription(explanation)
            widget.setToolTip(explanation)
            widget.installEventFilter(self)
            change_signal(widget).connect(self.changed)
            self._inputs[prefix + field.name] = widget
            (basic if field.name in BASIC_FIELDS else advanced).addRow(title, widget)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Explain a setting while it is under the pointer or has the focus."""
        if event.type() in {QEvent.Type.Enter, QEvent.Type.FocusIn} and isinstance(watched, QWidget):
            self.hint.setText(watched.toolTip() or tr(HINT))
        return super().eventFilter(watched, event)

    @Slot(bool)
    def _on_advanced_toggled(self, shown: bool) -> None:
        """Let the open box take the remaining height, and the closed one none."""
        policy = QSizePolicy.Policy.Expanding if shown else QSizePolicy.Policy.Maximum
        self.advanced.setSizePolicy(QSizePolicy.Policy.Preferred, policy)

    @Slot()
    def _on_name_changed(self) -> None:
        name = self.recipe_name.currentData()
        self.sentence.setText(tr(RECIPES[name]))
        if name in NAMED_RECIPES:
            self.show_recipe(NAMED_RECIPES[name])

    @Slot()
    def _on_architecture_changed(self) -> None:
        """Choose starting weights that suit the network; they can still be changed."""
        architecture = read_input(self._inputs["architecture"])
        if not self.signalsBlocked():
            start = read_input(self._inputs["start"])
            write_input(self._inputs["start"], choose_start(architecture, self._architecture, start))
        self._architecture = architecture

    @Slot()
    def _on_start_changed(self) -> None:
        """Adapt the settings that depend on the starting weights; they can still be changed."""
        start = read_input(self._inputs["start"])
        if start and not self.signalsBlocked():
            adapted = change_start(replace(self._shown, start=self._start), start)
            for key in ("normalisation", "backbone_rate_factor"):
                write_input(self._inputs[key], getattr(adapted, key))
        self._start = start

    @Slot()
    def _on_changed(self) -> None:
        """Select the name of the recipe shown: one of the program's, or the user's own."""
        try:
            shown = self.recipe()
        except JobFailed:
            self.epochs.clear()
            return  # inconsistent settings; they are reported on start
        self.epochs.setText(f"{format_epochs(shown)}.")
        name = next((name for name, recipe in NAMED_RECIPES.items() if recipe == shown), OWN)
        if name != self.recipe_name.currentData():
            with QSignalBlocker(self.recipe_name):
                write_input(self.recipe_name, name)
            self.sentence.setText(tr(RECIPES[name]))

    @Slot()
    def _on_save(self) -> None:
        if path := messages.choose_new_file(self, tr("Save recipe"), "recipe.json", tr("Recipes (*.json)")):
            try:
                save_recipe(self.recipe(), path, overwrite=True)  # the dialog has asked
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
        """Show this learning rate."""
        write_input(self._inputs["learning_rate"], rate)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show every setting of a recipe."""
        self._shown, self._architecture, self._start = recipe, recipe.architecture, recipe.start
        with QSignalBlocker(self):
            for key, widget in self._inputs.items():
                owner: Any = recipe.augmentation if key.startswith("augmentation.") else recipe
                write_input(widget, getattr(owner, key.rpartition(".")[2]))
        self.changed.emit()

    def read_recipe(self) -> Recipe | None:
        """Return the recipe shown; say what is wrong and return None if its settings are inconsistent."""
        try:
            return self.recipe()
        except JobFailed as error:
            messages.show_error(self, JobError(error.sentence))
            return None

    def recipe(self) -> Recipe:
        """Return the recipe shown. Raises JobFailed if its settings are inconsistent."""
        types = get_type_hints(Recipe)
        plain: dict[str, Any] = {}
        augmentation: dict[str, Any] = {}
        for key, widget in self._inputs.items():
            if key.startswith("augmentation."):
                augmentation[key.removeprefix("augmentation.")] = read_input(widget)
            else:
                plain[key] = types[key](read_input(widget))
        recipe = replace(self._shown, **plain, augmentation=Augmentation(**augmentation))
        if NAMED_RECIPES.get(recipe.name, recipe) != recipe:
            return replace(recipe, name=OWN)
        return recipe
