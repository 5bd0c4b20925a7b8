"""Render a document as PDF. The layout engine is imported only when it is needed."""

from core.documents.document import Document


def render_pdf(document: Document, one_page: bool = False) -> bytes:
    """Return the document as a PDF on A4; the same document always gives the same bytes.

    one_page: put everything on a single page, in smaller type where needed.
    """
    from core.documents.pdf_layout import lay_out

    return lay_out(document, one_page)
