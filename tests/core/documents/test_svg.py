"""Plots as SVG."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from core.documents import charts
from core.documents.svg import render_svg

ROOT = Path(__file__).parents[3]


def test_svg_shows_markup_in_names_as_text():
    name = '<b>&"x"'
    svg = render_svg(charts.draw_confusion(((1, 2), (3, 4)), (name, "b")), name)
    made = ElementTree.fromstring(svg)
    assert made.get("aria-label") == name
    assert made.get("viewBox")
    assert [text.text for text in made.iter("{http://www.w3.org/2000/svg}text")].count(name) == 2
    assert render_svg(charts.draw_confusion(((1, 2), (3, 4)), (name, "b")), name) == svg


def test_a_style_of_matplotlib_in_the_working_folder_changes_nothing(tmp_path):
    """In an interpreter of its own, as the style is read once, without a usable home folder."""
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nbackend: tkagg\n")
    code = (
        "import logging, sys; logging.basicConfig(level=logging.WARNING)\n"
        "from core.documents import charts; from core.documents.svg import render_svg\n"
        "print(render_svg(charts.draw_confusion(((1, 2), (3, 4)), ('a', 'b'))))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    environment = {"PYTHONPATH": str(ROOT), "HOME": "/nowhere", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.strip() == render_svg(charts.draw_confusion(((1, 2), (3, 4)), ("a", "b"))).strip()
