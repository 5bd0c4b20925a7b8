"""Documents on paper: names stand literally, and nothing is torn or lost."""

import io
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from core.documents.document import Bullets, Heading, Picture, Pictures, SignatureLine, Table, Text
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from tests.core.documents.examples import HOSTILE, Page, document, draw_roc, everything, films, pages_of
from tests.factories import ROOT


@pytest.mark.parametrize(("name", "on_paper"), HOSTILE.items(), ids=lambda name: ascii(name))
def test_names_stand_literally_on_paper(name, on_paper):
    text = "\n".join(pages_of(render_pdf(everything(name))))
    # title, subtitle, heading, three texts, table twice, list, label, name, footer, two captions; plots may cut it
    assert text.count(on_paper) >= 14


def test_paper_says_which_page_of_how_many():
    rows = tuple((f"film{number}.png", "0.5") for number in range(200))
    pages = pages_of(render_pdf(document(Heading("Films"), Table(("File", "Probability"), rows))))
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "A footer" in text
        assert text.count("Probability") == 1  # the header is repeated
    assert sum(text.count("film") for text in pages) == 200


def test_a_cell_longer_than_a_page_goes_on_over_the_next():
    pages = pages_of(render_pdf(document(Table(("File", "Note"), (("a.png", "word " * 3000),)))))
    assert sum(text.count("word") for text in pages) == 3000


def test_rows_that_fit_a_page_are_not_torn():
    rows = tuple((f"film{number}", "first " + "word " * 25 + "last") for number in range(60))
    for text in pages_of(render_pdf(document(Table(("File", "Note"), rows)))):
        assert text.count("first") == text.count("last")


def test_thousands_of_rows_and_no_rows_are_printed():
    rows = tuple((f"film{number}.png", "0.5", "scored") for number in range(1000))
    assert "film999.png" in pages_of(render_pdf(document(Table(("a", "b", "c"), rows))))[-1]
    empty = document(Table(("only a header", "b"), ()), Bullets(()), Pictures(()), Text(""), footer="")
    assert "only a header" in pages_of(render_pdf(empty))[0]
    Page(render_html(empty))


def test_heading_stays_with_what_it_heads():
    for lines in range(30, 38):  # about a page of them
        blocks = [Text("line")] * lines + [
            Heading("Headed"),
            Text("follows"),
            Heading("Rows"),
            Table(("a",), (("b",),)),
        ]
        for text in pages_of(render_pdf(document(*blocks))):
            assert ("Headed" in text) == ("follows" in text)
            assert not text.removesuffix("\n").split("A footer")[0].endswith(("Headed\n", "Rows\n"))


@pytest.mark.parametrize("rows", [0, 90])
def test_one_page_holds_everything(rows):
    table = Table(("File", "Note"), tuple((f"film{number}.png", "a long note " * 12) for number in range(rows)))
    plots = tuple(Picture(draw_roc(*films(50)), str(number)) for number in range(3))
    pages = pages_of(
        render_pdf(document(Text("start"), Pictures(plots), table, SignatureLine("signed")), one_page=True)
    )
    assert len(pages) == 1
    assert "start" in pages[0]
    assert "signed" in pages[0]
    assert pages[0].count("film") >= rows


def test_one_page_does_not_shrink_what_fits():
    short = document(Text("short"))
    assert render_pdf(short, one_page=True) == render_pdf(short)


@pytest.mark.parametrize("one_page", [False, True])
def test_same_document_gives_the_same_bytes_and_names_no_person(one_page):
    first, second = render_pdf(everything(), one_page), render_pdf(everything(), one_page)
    assert first == second
    information = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert information["/Title"] == "lung"
    assert {information["/Author"], information["/Creator"], information["/Producer"]} == {"PneumoScreen"}
    assert "2000" in information["/CreationDate"]  # reportlab's constant: no clock was read


@pytest.mark.parametrize("module", ["core.documents.document", "core.documents.pdf"])
def test_content_and_the_door_to_paper_load_no_layout(module):
    code = f"import sys, {module}; sys.exit(any(name.startswith(('reportlab', 'matplotlib')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_only_a_plot_on_paper_loads_matplotlib_and_it_writes_into_the_programs_folder(tmp_path):
    """In an interpreter of its own, where nothing has loaded it yet."""
    code = (
        "import sys, main\n"
        "assert main.main(['card', 'bundled', '--pdf', sys.argv[1] + '/card.pdf']) == 0\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from core.documents.document import Document, Picture, Pictures\n"
        "from core.documents.pdf import render_pdf\n"
        "from core.documents.charts import draw_confusion\n"
        "plots = Pictures((Picture(draw_confusion(((1, 2), (3, 4)), ('a', 'b')), 'a plot'),))\n"
        "assert render_pdf(Document('a', 'b', (plots,), 'c'))\n"
        "from core.system.app_folders import cache_folder; print(cache_folder())\n"
    )
    places = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "DATA", "CONFIG", "STATE")}
    environment = {"PYTHONPATH": str(ROOT), "HOME": "/nowhere", "PATH": "", **places}
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    own = Path(done.stdout.splitlines()[-1])
    written = [path for path in (tmp_path / "CACHE").rglob("*") if path.is_file()]
    assert all(path.is_relative_to(own) for path in written), written
    assert any(path.parent.name == "matplotlib" for path in written)
