"""Report, form and card of the Evaluate tab: asked where to, then written."""

from types import SimpleNamespace

import pytest
from pypdf import PdfReader
from PySide6.QtWidgets import QWidget

from core.documents.document import Document, Text
from gui.evaluate.evaluation_documents import EvaluationDocuments
from gui.jobs.jobs import Jobs
from gui.widgets import messages
from tests.core.evaluation.evaluations import build_evaluation
from tests.gui.person import click

CARD = Document("Model card", "", (Text("Intended use. " * 900),), "foot")


@pytest.fixture
def documents(qtbot):
    tab = QWidget()
    qtbot.addWidget(tab)
    jobs = Jobs(tab)
    made = EvaluationDocuments(jobs.start, tab)
    made.jobs = jobs
    return made


def test_a_report_is_written_into_the_chosen_folder(documents, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: tmp_path / "report")
    with qtbot.waitSignal(documents.jobs.ended, timeout=20_000):
        documents.save_report(build_evaluation(90, 95))
    assert {"report.html", "report.pdf", "metrics.json"} <= {path.name for path in (tmp_path / "report").iterdir()}


def test_a_form_has_one_page_and_a_card_as_many_as_it_takes(documents, qtbot, tmp_path, monkeypatch):
    names = []

    def choose(_parent, _title, name, _kinds):
        names.append(name)
        return tmp_path / name

    monkeypatch.setattr(messages, "choose_new_file", choose)
    with qtbot.waitSignal(documents.jobs.ended, timeout=20_000):
        documents.save_form(SimpleNamespace(document=CARD))
    documents.show_card(CARD)
    assert documents.card_window.isVisible()
    with qtbot.waitSignal(documents.jobs.ended, timeout=20_000):
        click(qtbot, documents.card_window, "save_pdf")
    assert names == ["acceptance.pdf", "model-card.pdf"]
    assert len(PdfReader(tmp_path / "acceptance.pdf").pages) == 1
    assert len(PdfReader(tmp_path / "model-card.pdf").pages) > 1
    documents.card_window.close()


def test_no_answer_writes_nothing(documents, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: None)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: None)
    with qtbot.assertNotEmitted(documents.jobs.state_changed):
        documents.save_report(build_evaluation(90, 95))
        documents.save_form(SimpleNamespace(document=CARD))
