"""The pictures in a summary and the words below them."""

from core.documents.document import Document
from core.documents.pdf import render_pdf
from core.exports.summary_findings import SummaryFilm, build_finding_blocks
from core.films.phantoms import draw_phantom
from core.models.decision import Decision
from core.system.errors import Reason
from tests.core.exports.examples import HEADER, pages_of
from tests.factories import encode_png


def text_of(*names, reason=""):
    """The text of a document with a picture of each film."""
    picture = encode_png(draw_phantom(1, True))
    films = [SummaryFilm(name, "PNEUMONIA", 0.9, Decision.LIKELY, picture, reason) for name in names]
    blocks = build_finding_blocks(HEADER, films, (), {})
    return "\n".join(page.extract_text() for page in pages_of(render_pdf(Document("Films", "", tuple(blocks), ""))))


def test_names_of_films_are_broken_between_their_parts():
    text = text_of(*(f"ward-7/PNEUMONIA/person{seed}947_bacteria_4876.jpeg" for seed in range(4)))
    assert text.count("ward-7/PNEUMONIA/\nperson") == 4
    assert text.count("947_bacteria_\n4876.jpeg") == 4
    assert "Names in full" not in text


def test_a_very_long_name_is_shortened_below_its_picture_and_given_in_full():
    name = "2026/" * 100 + "person1_bacteria_2.jpeg"
    text = text_of(name, name)
    assert name in text.replace("\n", "")
    below = text.partition("Names in full")[0].replace("\n", "")
    assert below.count("…") == 2
    assert below.count("person1_bacteria_2.jpeg") == 2
    assert name not in below


def test_cautions_stand_before_the_answer():
    text = " ".join(text_of("a.png", reason=Reason.LATERAL_VIEW).split())
    assert text.index("Scored although it was refused") < text.index("PNEUMONIA 0.900")


def test_a_screening_without_findings_says_so():
    assert "No film was rated likely" in build_finding_blocks(HEADER, (), (), {})[0].text
