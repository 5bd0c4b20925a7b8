"""The filter and search of the worklist."""

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from core.system.language import tr
from gui.classify.worklist_filter import RowKind, WorklistFilter
from gui.widgets.named_widgets import name_widget


class FilterBar(QWidget):
    """Sets which rows the worklist shows, and counts them."""

    def __init__(self, rows: WorklistFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.kind = name_widget(QComboBox(), "kind", tr("Show rows of"))
        self.kind.addItems([tr(kind.value) for kind in RowKind])
        search = QLineEdit(placeholderText=tr("Search file, note, reason"), clearButtonEnabled=True)
        self.search = name_widget(search, "search", tr("Search"))
        self.count = name_widget(QLabel(textFormat=Qt.TextFormat.PlainText), "rows_shown", tr("Rows shown"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.kind)
        layout.addWidget(self.search, 1)
        layout.addWidget(self.count)
        self.kind.currentIndexChanged.connect(self._on_filter_changed)
        self.search.textChanged.connect(self._on_filter_changed)
        for model in (rows, rows.sourceModel()):  # the filter says nothing of a new row that it hides
            for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset):
                changed.connect(self._on_rows_changed)

    @Slot()
    def _on_filter_changed(self) -> None:
        self._rows.set_kind(list(RowKind)[self.kind.currentIndex()])
        self._rows.set_text(self.search.text())
        self._on_rows_changed()

    @Slot()
    @Slot(QModelIndex, int, int)
    def _on_rows_changed(self, *_range: object) -> None:
        shown, count = self._rows.rowCount(), self._rows.sourceModel().rowCount()
        self.count.setText(tr("{shown:,} of {count:,}", shown=shown, count=count))
