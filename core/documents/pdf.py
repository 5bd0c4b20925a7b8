"""Render a document as PDF. The layout engine is imported only when it is needed."""

from collections.abc import Iterable
from pathlib import Path

from core.documents.document import Document
from core.system.files import write_atomically
from core.system.outputs import OutputKind, check_output, marked_kind
from core.system.product import PROGRAM


def render_pdf(document: Document, one_page: bool = False) -> bytes:
    """Return the document as a PDF on A4; the same document always gives the same bytes.

    one_page: put everything on a single page, in smaller type where needed.
    """
    from core.documents.pdf_layout import lay_out

    return lay_out(document, one_page)


def pdf_kind(kind: str) -> OutputKind:
    """Return the kind of PDF files of documents of this kind."""
    return marked_kind(f"/Subject ({PROGRAM} {kind})", b"%PDF-")


def write_pdf(
    document: Document,
    path: Path,
    one_page: bool = False,
    overwrite: bool | None = None,
    inputs: Iterable[Path | None] = (),
) -> None:
    """Write the document as PDF, atomically, where `check_output` allows it. Raises JobFailed."""
    check_output(path, pdf_kind(document.kind), overwrite, inputs)
    content = render_pdf(document, one_page)
    write_atomically(path, lambda stream: stream.write(content))
