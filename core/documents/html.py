"""Render a document as one HTML page that needs no other file and no network."""

from base64 import b64encode
from html import escape
from typing import Final

from core.documents.document import (
    LONG_WORD,
    SENTENCE,
    Block,
    Bullets,
    Document,
    Heading,
    Photograph,
    Photographs,
    Picture,
    Pictures,
    SignatureLine,
    Table,
    Text,
    numeric_columns,
)
from core.system.language import current_language
from core.system.outputs import OutputKind, marked_kind
from core.system.product import PROGRAM
from core.system.safe_text import escape_unprintable

STYLE: Final = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{line-height:1.2;margin-bottom:.2rem}h2{margin-top:2rem}.subtitle{margin-top:0;opacity:.8}
h1,h2,h3,h4,p,li,th,td,figcaption{overflow-wrap:break-word;white-space:pre-wrap}
.long{overflow-wrap:anywhere;min-width:7rem;max-width:22rem}.sentence{min-width:11rem}
.table{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:.3rem .9rem .3rem 0;border-bottom:1px solid #8886;text-align:left;vertical-align:top}
tbody th{font-weight:normal}thead th{border-bottom:2px solid #888}
td.number,th.number{text-align:right;white-space:nowrap;padding-left:.9rem}
.notice{border-left:4px solid #e69f00;padding:.3rem 0 .3rem .8rem}.quiet,figcaption,footer{font-size:.85rem;opacity:.8}
.pictures{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0}figure{flex:1 1 19rem;max-width:40rem;margin:0}
figure svg{display:block;width:100%;height:auto;background:#fff;border-radius:.5rem}figcaption{margin-top:.3rem}
.photographs figure{flex:0 1 10rem}figure img{display:block;width:100%;height:auto;border-radius:.3rem}
.signature{margin:4rem 0 1rem;border-top:1px solid;width:20rem;max-width:100%}
footer{margin-top:3rem;border-top:1px solid #8886;padding-top:.5rem;white-space:pre-wrap}
@page{size:A4;margin:18mm}
@media print{:root{color-scheme:light}body{font-size:10pt;max-width:none;margin:0;padding:0}
h1,h2,h3,h4{break-after:avoid}tr,figure,.notice,.signature{break-inside:avoid}.table{overflow:visible}
figure{flex-basis:40%}.photographs figure{flex-basis:22%}}
"""


# nothing in the page may load or run anything, even if a file name contains markup
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def render_html(document: Document) -> str:
    """Return the document as one self-contained HTML5 page, without requests and scripts."""
    return (
        f'<!DOCTYPE html>\n<html lang="{current_language().value}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="generator" content="{PROGRAM} {document.kind}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_escape(document.title)}</title><style>{STYLE}</style></head>\n"
        f"<body>\n{render_html_body(document)}\n</body></html>\n"
    )


def html_kind(kind: str) -> OutputKind:
    """Return the kind of pages of documents of this kind."""
    return marked_kind(f'<meta name="generator" content="{PROGRAM} {kind}">', b"<!DOCTYPE html>")


def render_html_body(document: Document) -> str:
    """Return the content of the page's body, for a viewer with a style of its own."""
    blocks = "\n".join(_render_block(block) for block in document.blocks)
    title, subtitle = _escape(document.title), _render_element(document.subtitle, "p", "subtitle")
    footer = _render_element(document.footer, "footer", "foot")
    return f"<header><h1>{title}</h1>{subtitle}</header>\n<main>\n{blocks}\n</main>\n{footer}"


def _escape(text: str) -> str:
    return escape(escape_unprintable(text))


def _render_element(text: str, tag: str, name: str) -> str:
    """Return an element of class `name`, or nothing for no text."""
    return f'<{tag} class="{name}">{_escape(text)}</{tag}>' if text else ""


def _render_block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{_escape(text)}</h{level}>"
        case Text(text, tone):
            return f'<p class="{tone.value}">{_escape(text)}</p>'
        case Table():
            return _render_table(block)
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{_escape(item)}</li>" for item in items) + "</ul>" if items else ""
        case Picture():
            return f'<div class="pictures">{_render_figure(block)}</div>'
        case Pictures(pictures):
            return '<div class="pictures">' + "".join(_render_figure(picture) for picture in pictures) + "</div>"
        case Photographs(photographs):
            figures = "".join(_render_photograph(photograph) for photograph in photographs)
            return f'<div class="pictures photographs">{figures}</div>'
        case SignatureLine(label, name):
            return f'<p class="signature">{_escape(label)}{"<br>" + _escape(name) if name else ""}</p>'


def _render_table(table: Table) -> str:
    numeric = numeric_columns(table)
    header = "".join(_render_cell("th", "col", *cell) for cell in zip(table.header, numeric, strict=True))
    rows = []
    for row in table.rows:
        rest = "".join(_render_cell("td", "", *cell) for cell in zip(row[1:], numeric[1:], strict=True))
        rows.append(f"<tr>{_render_cell('th', 'row', row[0], numeric[0])}{rest}</tr>")
    body = "".join(rows)
    return f'<div class="table" tabindex="0"><table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>'


def _render_cell(tag: str, scope: str, text: str, numeric: bool) -> str:
    """Return a table cell; only one with a very long word, such as a path, may break anywhere."""
    visible = escape_unprintable(text)
    if numeric:
        name = "number"
    elif any(len(word) > LONG_WORD for word in visible.split()):
        name = "long"
    elif len(visible) > SENTENCE:
        name = "sentence"
    else:
        name = ""
    scope_attribute = f' scope="{scope}"' if scope else ""
    class_attribute = f' class="{name}"' if name else ""
    return f"<{tag}{scope_attribute}{class_attribute}>{_escape(text)}</{tag}>"


def _render_figure(picture: Picture) -> str:
    from core.documents.svg import render_svg

    svg = render_svg(picture.figure, escape_unprintable(picture.description))
    return f"<figure>{svg}<figcaption>{_escape(picture.description)}</figcaption></figure>"


def _render_photograph(photograph: Photograph) -> str:
    """Return the image as a data URL, so that the page stays self-contained."""
    description = _escape(photograph.description)
    source = f"data:image/png;base64,{b64encode(photograph.png).decode()}"
    return f'<figure><img src="{source}" alt="{description}"/><figcaption>{description}</figcaption></figure>'
