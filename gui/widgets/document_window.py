"""Display a document, such as a model card, in a window."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from core.documents.document import Document
from core.documents.html import render_html_body
from core.system.language import tr
from gui.widgets.named_widgets import make_button, name_widget


class DocumentWindow(QDialog):
    """Shows one document at a time. Signal: saving_wanted(Document), to save as PDF."""

    saving_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("document_window")
        self.setWindowFlag(Qt.WindowType.Window)
        self.resize(760, 820)
        self.shown: Document | None = None
        self.text = name_widget(QTextBrowser(openLinks=False), "document", tr("Document"))
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(make_button(tr("Save as PDF…"), "save_pdf", self._on_save))
        row.addWidget(make_button(tr("Close"), "close_document", self.close))
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addLayout(row)

    def show_document(self, document: Document) -> None:
        self.shown = document
        self.setWindowTitle(document.title)
        self.text.setHtml(render_html_body(document))
        self.show()
        self.activateWindow()

    @Slot()
    def _on_save(self) -> None:
        if self.shown is not None:
            self.saving_wanted.emit(self.shown)
