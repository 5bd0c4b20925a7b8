"""The sheet of keys of the reading room."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from core.system.language import tr
from gui.reading.reading_keys import KEYS
from gui.widgets.named_widgets import make_paragraph

CLASSES = "1 – 9"


class KeySheet(QDialog):
    """Lists every key, in two columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_sheet")
        self.setWindowTitle(tr("Keys"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        shown = list_keys()
        rows = (len(shown) + 1) // 2
        for number, (key, sentence) in enumerate(shown):
            row, column = number % rows, 2 * (number // rows)
            name = QLabel(key)
            name.setProperty("role", "key")
            grid.addWidget(name, row, column)
            grid.addWidget(make_paragraph(sentence, f"key_{number}", key), row, column + 1)
        for column in (1, 3):
            grid.setColumnMinimumWidth(column, 250)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(grid)
        layout.addWidget(buttons)


def list_keys() -> list[tuple[str, str]]:
    """Return each key as the system writes it, with what it does; the classes' keys are one."""
    shown: list[tuple[str, str]] = []
    for key in KEYS:
        if key.name.startswith("class_"):
            if key.name == "class_1":
                shown.append((CLASSES, tr(key.sentence)))
        elif key.sentence:
            native = QKeySequence(key.sequence).toString(QKeySequence.SequenceFormat.NativeText)
            shown.append((native, tr(key.sentence)))
    return shown
