"""The summary of a screening on paper."""

import shutil
import threading
from dataclasses import replace

import pytest
from PIL import Image

from core.documents.pdf import render_pdf
from core.exports.screening_summary import SummaryFilm, build_summary, select_top_findings, write_summary
from core.films.phantoms import draw_phantom
from core.jobs.events import Progressed, Stage
from core.models.decision import Decision
from core.models.model_header import HEAT_SCALE
from core.screening.events import Status
from core.screening.screening import screen
from core.system.errors import JobFailed, Reason
from tests.core.exports.examples import HEADER, NOT_VALIDATED, pages_of, refused, result_of, row
from tests.factories import drained, encode_png


def summary_text(result, films=(), **more):
    document = build_summary(result, HEADER, "Threshold 0.3131, the model's own.", films, "<b>صدر</b>", **more)
    pages = pages_of(render_pdf(document))
    return "\n".join(page.extract_text() for page in pages), len(pages)


def test_a_summary_says_what_was_screened_by_what():
    rows = [row("a", 0.9, Decision.LIKELY), row("b", 0.2), row("c", 0.01, Decision.UNLIKELY, "NORMAL"),
            refused("d"), refused("e"), refused("f", Reason.DAMAGED, Status.FAILED)]  # fmt: skip
    text, _ = summary_text(result_of(rows), agreement=[("sensitivity", "0.9 (0.8 to 1)")])
    assert "For research and education" in text
    assert NOT_VALIDATED in text
    assert "The films look otherwise." in text
    assert HEADER.name in text
    assert "Threshold 0.3131" in text
    low, high = HEADER.calibration.review_band
    assert f"Likely from {high:.3f}, unlikely below {low:.3f}" in text.replace("\n", " ")
    assert "6\n3\n1\n1\n1\n2\n1\n" in text  # found, scored, likely, to review, unlikely, refused, failed
    assert "not an image\nrefused\n2\ndamaged\nfailed\n1" in text
    assert "0.9 (0.8 to 1)" in text
    assert r"<b>\u0635\u062F\u0631</b>" in text


def test_a_summary_of_an_interrupted_screening_says_so():
    text, _ = summary_text(result_of([row("a", 0.01, Decision.UNLIKELY)], completed=False, found=5))
    assert "Interrupted: 1 of 5 files" in text
    assert "5\n1\n0\n0\n1\n0\n0\n4\n" in text
    assert "No film was rated likely or sent to review." in text


def test_a_summary_with_everything_takes_two_pages_at_most():
    reasons = list(Reason)[:13]
    rows = [refused(reason, reason) for reason in reasons]
    films = [
        SummaryFilm(
            f"<b>{seed}</b>/" + "name" * 20, "PNEUMONIA", 0.9, Decision.LIKELY, encode_png(draw_phantom(seed, True))
        )
        for seed in range(12)
    ]
    films[0] = replace(films[0], label="NORMAL", decision=Decision.REVIEW, probability=0.2)
    text, pages = summary_text(result_of(rows), films, not_shown=[("gone.png", "It is not there.")] * 5)
    assert pages <= 2
    assert "PNEUMONIA 0.200, to review, classified as NORMAL" in " ".join(text.split())
    assert "<b>11</b>" in text
    assert text.count("gone.png") == 5


def test_a_summary_says_whether_its_heat_maps_share_a_scale():
    films = [SummaryFilm("a", "PNEUMONIA", 0.9, Decision.LIKELY, encode_png(draw_phantom(1, True)))]
    for scale in (None, 0.2):
        header = replace(HEADER, content={**HEADER.content, HEAT_SCALE: scale})
        document = build_summary(result_of([row("a", 0.9, Decision.LIKELY)]), header, "", films, "films")
        (page,) = pages_of(render_pdf(document))
        assert ("pale where the evidence is weaker" in " ".join(page.extract_text().split())) is (scale is not None)


def test_likely_films_come_before_those_to_review():
    rows = [row("review", 0.99), row("low", 0.8, Decision.LIKELY), row("high", 0.9, Decision.LIKELY),
            row("no", 0.01, Decision.UNLIKELY, "NORMAL"), refused("text")]  # fmt: skip
    assert [one.file for one in select_top_findings(result_of(rows), HEADER, 9)] == ["high", "low", "review"]
    assert [one.file for one in select_top_findings(result_of(rows), HEADER, 1)] == ["high"]


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    """Five phantoms that the bundled model calls likely, and a text."""
    folder = tmp_path_factory.mktemp("screened")
    for seed in range(5):
        Image.fromarray(draw_phantom(seed, True)).save(folder / f"<b>{seed}.png")
    (folder / "<b>4.png").rename(folder / "odd \udcff.png")
    (folder / "notes.txt").write_text("no film")
    _, result = drained(screen(folder, folder.parent / "out.csv", None, threading.Event()))
    assert [row.decision for row in result.rows].count(Decision.LIKELY) == 5
    return folder, result


def test_a_summary_shows_the_top_films_and_names_those_that_are_gone(screened, tmp_path, cancel):
    folder, result = shutil.copytree(screened[0], tmp_path / "films"), screened[1]
    (folder / "<b>1.png").unlink()
    Image.fromarray(255 - draw_phantom(30, False)).save(folder / "<b>2.png")
    events, summary = drained(write_summary(result, folder, None, tmp_path / "out.pdf", cancel))
    assert {event.stage for event in events} == {Stage.LOADING_NETWORK, Stage.EXPLAINING, Stage.WRITING}
    assert all(isinstance(event, Progressed) for event in events)
    assert (summary.completed, summary.shown) == (True, 3)
    assert dict(summary.not_shown) == {
        "<b>1.png": "The file does not exist (any more).",
        "<b>2.png": "It has changed since it was screened.",
    }
    (page,) = pages_of((tmp_path / "out.pdf").read_bytes())
    text = page.extract_text()
    assert len(page.images) == 3
    assert r"odd \xff.png" in text
    assert "The file does not exist" in text


def test_a_summary_can_be_cancelled_and_keeps_to_its_model(screened, tmp_path, cancel):
    folder, result = screened
    other = replace(result, rows=(replace(result.rows[0], model="another 12345678"),))
    with pytest.raises(JobFailed, match="another 12345678"):
        drained(write_summary(other, folder, None, tmp_path / "out.pdf", cancel))
    cancel.set()
    _, summary = drained(write_summary(result, folder, None, tmp_path / "out.pdf", cancel))
    assert not summary.completed
    assert list(tmp_path.glob("out*")) == []
