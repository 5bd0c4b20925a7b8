"""A document on the screen."""

import pytest

from core.documents.document import Document, Heading, Text
from gui.widgets.document_window import DocumentWindow
from tests.gui.person import click

CARD = Document("Card of <b>x</b>", "of a model", (Heading("Factors"), Text("<i>not</i> markup")), "foot")


@pytest.fixture
def window(qtbot):
    made = DocumentWindow()
    qtbot.addWidget(made)
    return made


def test_a_document_is_shown_with_names_as_they_are(window):
    window.show_document(CARD)
    assert window.isVisible()
    assert window.windowTitle() == "Card of <b>x</b>"
    text = window.text.toPlainText()
    assert "Factors" in text
    assert "<i>not</i> markup" in text


def test_it_asks_to_save_what_it_shows(window, qtbot):
    with qtbot.assertNotEmitted(window.saving_wanted):
        click(qtbot, window, "save_pdf")  # nothing is shown yet
    window.show_document(CARD)
    with qtbot.waitSignal(window.saving_wanted) as wanted:
        click(qtbot, window, "save_pdf")
    assert wanted.args == [CARD]


def test_it_is_closed_by_its_button(window, qtbot):
    window.show_document(CARD)
    click(qtbot, window, "close_document")
    assert not window.isVisible()
