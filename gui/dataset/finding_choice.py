"""Which class of the open dataset is the finding, always visible and changeable."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from core.datasets.dataset import Dataset
from core.datasets.preparation import make_finding_step
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.widgets.named_widgets import name_widget


class FindingChoice(QWidget):
    """Shows the finding of a dataset with two classes; hidden for others.

    Where the names do not tell it, nothing is chosen. Signal: step_wanted(Step) when a person
    chooses a class.
    """

    step_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        label = QLabel(tr("The finding is:"), textFormat=Qt.TextFormat.PlainText)
        self.box = name_widget(QComboBox(), "finding", tr("The class that is the finding"))
        self.box.setPlaceholderText(tr("Choose the class…"))
        self.box.activated.connect(self._on_activated)
        self.question = QLabel(textFormat=Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.box)
        row.addWidget(self.question)
        row.addStretch()
        self.hide()

    def show_dataset(self, dataset: Dataset) -> None:
        """Show the classes of a dataset, and its finding if that is certain."""
        self._classes = dataset.classes
        self.setVisible(dataset.finding is not None)
        self.box.clear()
        self.box.addItems([escape_name(name) for name in dataset.classes])
        self.box.setCurrentIndex(1 if dataset.finding is not None and dataset.is_finding_certain else -1)
        unsure = "⚠ " + tr("The class names do not tell which one is the finding.")
        self.question.setText("" if dataset.is_finding_certain else unsure)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self.step_wanted.emit(make_finding_step(self._classes[index]))
