"""Save the documents of the Evaluate tab: report, acceptance form, model card."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from core.documents.document import Document
from core.evaluation.evaluation import AcceptanceResult, Evaluation
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.jobs.evaluation_jobs import save_document_job, save_evaluation_job
from gui.jobs.jobs import StartJob
from gui.state.settings import FolderKind
from gui.widgets import messages
from gui.widgets.document_window import DocumentWindow


class EvaluationDocuments(QObject):
    """Asks where to save a document and starts the job that writes it.

    start: starts a job. tab: parent of the dialogs and of the window that shows the model card.
    Signal: written(Path).
    """

    written = Signal(object)

    def __init__(self, start: StartJob, tab: QWidget) -> None:
        super().__init__(tab)
        self._start, self._tab = start, tab
        self.card_window = DocumentWindow(tab)
        self.card_window.saving_wanted.connect(self._on_card_saving_wanted)

    def save_report(self, evaluation: Evaluation) -> None:
        """Ask for a folder and write the report to it."""
        if folder := messages.choose_folder(self._tab, tr("Folder for the report"), FolderKind.EXPORTS):
            self._start(save_evaluation_job(evaluation, folder), self.written.emit, tr("Saving the report"))

    def save_form(self, result: AcceptanceResult) -> None:
        """Ask for a file and write the acceptance form to it, on one page."""
        self._save_as_pdf(result.document, "acceptance.pdf", one_page=True)

    def show_card(self, card: Document) -> None:
        """Show the model card in its window, from which it can be saved."""
        self.card_window.show_document(card)

    @Slot(object)
    def _on_card_saving_wanted(self, card: Document) -> None:
        self._save_as_pdf(card, "model-card.pdf", one_page=False)

    def _save_as_pdf(self, document: Document, name: str, one_page: bool) -> None:
        path = messages.choose_new_file(self._tab, tr("Save as PDF"), name, "PDF (*.pdf)")
        if path:
            name = tr("Saving {name}", name=escape_name(path.name))
            self._start(save_document_job(document, path, one_page), self.written.emit, name)
