"""Write a document as PDF. The layout engine is imported only when it is needed."""

from core.documents.document import Document


def pdf_of(document: Document, one_page: bool = False) -> bytes:
    """Return the document as a PDF on A4; the same document always gives the same bytes.

    one_page: put everything on a single page, in smaller type where needed.
    """
    from core.documents.pdf_layout import laid_out

    return laid_out(document, one_page)
