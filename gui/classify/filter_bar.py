"""The filter and search of the worklist."""

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from core.system.language import tr, tr_count
from gui.classify.worklist_filter import RowKind, WorklistFilter
from gui.classify.worklist_table import WorklistTable
from gui.widgets.named_widgets import name_widget


class FilterBar(QWidget):
    """Sets which rows the worklist shows, and counts them.

    Files that are no films are behind a box that counts them; it is there if there are any.
    """

    def __init__(self, rows: WorklistFilter, table: WorklistTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows, self._table = rows, table
        self.kind = name_widget(QComboBox(), "kind", tr("Show rows of"))
        self.kind.addItems([tr(kind.value) for kind in RowKind])
        search = QLineEdit(placeholderText=tr("Search file, note, reason"), clearButtonEnabled=True)
        self.search = name_widget(search, "search", tr("Search"))
        self.no_films = name_widget(QCheckBox(), "no_films", tr("Show files that are no films"))
        self.no_films.setToolTip(tr("Show files that are no films"))
        self.count = name_widget(QLabel(textFormat=Qt.TextFormat.PlainText), "rows_shown", tr("Rows shown"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.kind)
        layout.addWidget(self.search, 1)
        layout.addWidget(self.no_films)
        layout.addWidget(self.count)
        self.kind.currentIndexChanged.connect(self._on_filter_changed)
        self.search.textChanged.connect(self._on_filter_changed)
        self.no_films.toggled.connect(self._on_filter_changed)
        for model in (rows, table):  # the filter says nothing of a new row that it hides
            for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.dataChanged):
                changed.connect(self._on_rows_changed)
        self._on_rows_changed()

    def reset(self) -> None:
        """Show all films: what was wanted of one list must not hide films of the next."""
        self.kind.setCurrentIndex(0)
        self.search.clear()
        self.no_films.setChecked(False)

    @Slot()
    def _on_filter_changed(self) -> None:
        self._rows.set_kind(list(RowKind)[self.kind.currentIndex()])
        self._rows.set_text(self.search.text())
        self._rows.show_no_films(self.no_films.isChecked())
        self._on_rows_changed()

    @Slot()
    @Slot(QModelIndex, int, int)
    @Slot(QModelIndex, QModelIndex)
    def _on_rows_changed(self, *_range: object) -> None:
        no_films = self._table.no_films
        sentence = tr_count("{count:,} file is no film", "{count:,} files are no films", no_films)
        self.no_films.setText(sentence)
        self.no_films.setVisible(no_films > 0)
        shown, count = self._rows.rowCount(), self._table.rowCount()
        self.count.setText(tr("{shown:,} of {count:,}", shown=shown, count=count))
