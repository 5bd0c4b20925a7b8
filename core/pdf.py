"""The door to printing on paper: opens the layout, and with it reportlab, only when something is printed."""

from core.document import Document


def pdf_of(document: Document, one_page: bool = False) -> bytes:
    """The document as a PDF on A4, the same bytes for the same document.

    one_page: all of it on a single page, set smaller where need be.
    """
    from core.pdf_layout import laid_out

    return laid_out(document, one_page)
