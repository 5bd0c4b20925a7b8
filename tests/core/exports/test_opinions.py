"""The reader's call beside the model's answer, in every export."""

import csv
import shutil
import subprocess
from dataclasses import replace

import highdicom
import pytest
from openpyxl import load_workbook

from core.documents.document import Photographs
from core.documents.pdf import render_pdf
from core.exports.export_jobs import Export, ExportOrder, export_results
from core.exports.report_codes import STANCES
from core.exports.screening_summary import SummaryFilm, build_summary
from core.exports.secondary_capture import draw_capture
from core.films.phantoms import draw_phantom
from core.models.decision import Decision
from core.screening.reader_calls import UNSURE, Call, Opinion, Stance
from core.system.errors import UNLIKE_CAUTION
from tests.core.exports.examples import CLASSES, HEADER, exported, opened, pages_of, reading_of, refused, result_of, row
from tests.factories import drained, encode_png

DISAGREES = Opinion(Stance.DISAGREES, "NORMAL")
SAID = {
    DISAGREES: "The reader disagreed: NORMAL.",
    Opinion(Stance.AGREES, "PNEUMONIA"): "The reader agreed: PNEUMONIA.",
    Opinion(Stance.UNSURE, UNSURE): "The reader was unsure.",
    Opinion(Stance.EARLIER_FILM, "NORMAL"): "The reader called an earlier version of this film: NORMAL.",
}
CODED = {Stance.DISAGREES: "Normal", Stance.AGREES: "Pneumonia", Stance.UNSURE: "Unsure"}


@pytest.mark.parametrize("opinion", SAID)
def test_a_report_begins_with_what_the_reader_said(film, tmp_path, opinion):
    capture, report = opened(paths := exported(film, tmp_path, opinion=opinion))
    assert report.ContentSequence[0].TextValue == SAID[opinion]
    assert capture.ImageComments.startswith(SAID[opinion])
    program, reader = highdicom.sr.srread(paths[1]).content.get_image_measurement_groups()
    evaluations = {one.name.meaning: one.value.meaning for one in reader.get_qualitative_evaluations()}
    assert evaluations.get("Class called by the reader") == CODED.get(opinion.stance)
    assert evaluations["Reader beside the program"] == STANCES[opinion.stance].meaning
    evaluations = {one.name.meaning: one.value.meaning for one in program.get_qualitative_evaluations()}
    assert (evaluations["Decision"], evaluations["Class called"]) == ("Finding likely", "Pneumonia")
    assert not evaluations.keys() & {"Class called by the reader", "Reader beside the program"}


def test_a_film_without_a_call_says_nothing_new(film, tmp_path):
    capture, report = opened(exported(film, tmp_path))
    assert "reader" not in f"{capture}{report}".casefold()


def test_the_caution_on_a_film_unlike_validated_ones_comes_before_all(film, tmp_path):
    more = {"is_unlike": True, "decision": Decision.REVIEW}
    capture, report = opened(exported(film, tmp_path, opinion=DISAGREES, **more))
    first = [item.TextValue for item in report.ContentSequence[:2]]
    assert first == [UNLIKE_CAUTION, SAID[DISAGREES]]
    assert capture.ImageComments.startswith(f"{UNLIKE_CAUTION} {SAID[DISAGREES]}")
    group = highdicom.sr.srread(next((tmp_path / "out").glob("*-report.dcm"))).content
    group, _ = group.get_image_measurement_groups()
    evaluations = {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
    assert evaluations["Decision"] == "To review by a reader"
    (probability,) = group.get_measurements()
    assert probability.value == pytest.approx(0.8765, abs=1e-4)
    plain, _ = opened(exported(film, tmp_path, opinion=DISAGREES, decision=Decision.REVIEW))
    assert plain.SOPInstanceUID != capture.SOPInstanceUID


def test_the_strip_of_a_film_unlike_validated_ones_has_a_line_more(tmp_path):
    reading = reading_of(tmp_path / "film.png", draw_phantom(1, True, 1200))
    unlike = replace(reading, is_unlike=True)
    assert draw_capture(unlike, HEADER).shape[0] > draw_capture(reading, HEADER).shape[0]


def test_a_caption_begins_with_the_caution():
    text = {}
    for reason in ("", "unlike_validated_films", "rotated"):
        found = SummaryFilm("f.png", "PNEUMONIA", 0.9, Decision.REVIEW, encode_png(draw_phantom(1, True, 64)), reason)
        blocks = build_summary(result_of([row("f.png")]), HEADER, "Point.", [found], "films").blocks
        (photographs,) = (block for block in blocks if isinstance(block, Photographs))
        text[reason] = photographs.photographs[0].description.splitlines()
    assert text["unlike_validated_films"] == [UNLIKE_CAUTION, *text[""]]
    assert text["rotated"] == ["Scored although it was refused: rotated.", *text[""]]


def test_another_opinion_is_another_object(film, tmp_path):
    instances = {
        dataset.SOPInstanceUID
        for opinion in (None, *SAID)
        for dataset in opened(exported(film, tmp_path, opinion=opinion))
    }
    assert len(instances) == 2 * (1 + len(SAID))


@pytest.mark.parametrize("tool", ["dsrdump", "dciodvfy"])
def test_others_read_a_report_with_an_opinion(film, tmp_path, tool):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    _, path = exported(film, tmp_path, opinion=DISAGREES)
    done = subprocess.run([tool, path], capture_output=True, text=True, check=False)
    assert not [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("E:", "Error"))]


def test_the_strip_of_a_capture_has_a_line_more(tmp_path):
    reading = reading_of(tmp_path / "film.png", draw_phantom(1, True, 512))
    assert draw_capture(reading, HEADER, DISAGREES).shape[0] > draw_capture(reading, HEADER).shape[0]


ROWS = (
    row("a.png", 0.9, Decision.LIKELY),
    row("b.png", 0.5, film="new"),
    row("c.png", 0.1, Decision.UNLIKELY, "NORMAL"),
    row("d.png", 0.8, Decision.LIKELY),
    refused("notes.txt"),
)
CALLS = (
    Call("a.png", "NORMAL", False, "=1+1", "2026-01-01T12:00:00+01:00"),
    Call("b.png", "PNEUMONIA", False, "", "2026-01-01T12:00:00+01:00", "old"),
    Call("c.png", "NORMAL", False, "", "2026-01-01T12:00:00+01:00"),
)
READ = [("NORMAL", "disagrees"), ("PNEUMONIA", "earlier_film"), ("NORMAL", "agrees"), ("", ""), ("", "")]


def order_of(kind, path, result):
    return ExportOrder(kind, path, result, path.parent, CALLS, CLASSES)


def test_a_list_has_the_reader_beside_the_model(tmp_path, cancel):
    drained(export_results(order_of(Export.CSV, tmp_path / "out.csv", result_of(ROWS)), None, cancel))
    drained(export_results(order_of(Export.EXCEL, tmp_path / "out.xlsx", result_of(ROWS)), None, cancel))
    with (tmp_path / "out.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(line["reader"], line["stance"]) for line in lines] == READ
    assert lines[0]["note"] == "'=1+1"  # no formula
    sheet = list(load_workbook(tmp_path / "out.xlsx")["Worklist"].iter_rows(values_only=True))
    assert [(line[-3] or "", line[-2] or "") for line in sheet[1:]] == READ
    assert sheet[0][-3:] == ("reader", "stance", "note")


def test_columns_of_classes_stay_before_those_of_the_reader(tmp_path, cancel):
    rows = [replace(ROWS[0], class_probabilities=(0.05, 0.9, 0.05)), ROWS[-1]]
    order = replace(order_of(Export.CSV, tmp_path / "out.csv", result_of(rows)), classes=(*CLASSES, "VIRUS"))
    drained(export_results(order, None, cancel))
    with (tmp_path / "out.csv").open(newline="") as stream:
        scored, unscored = csv.DictReader(stream)
    assert (scored["p_VIRUS"], scored["reader"], scored["stance"]) == ("0.050000", "NORMAL", "disagrees")
    assert (unscored["p_NORMAL"], unscored["reader"], unscored["note"]) == ("", "", "")


def summary_of(opinions, films=1, more=()):
    picture = encode_png(draw_phantom(1, True))
    shown = [SummaryFilm(f"{number}.png", "PNEUMONIA", 0.9, Decision.LIKELY, picture) for number in range(films)]
    rows = [row(film.file, 0.9, Decision.LIKELY) for film in shown] + list(more)
    pages = pages_of(render_pdf(build_summary(result_of(rows), HEADER, "Point.", shown, "folder", opinions=opinions)))
    return " ".join(" ".join(page.extract_text() for page in pages).split()), len(pages)


@pytest.mark.parametrize("opinion", SAID)
def test_a_summary_names_the_reader_at_the_film(opinion):
    text, _ = summary_of({"0.png": opinion})
    assert f"{SAID[opinion]} PNEUMONIA 0.900, likely 0.png" in text


def test_a_summary_begins_with_disagreements_also_on_films_without_a_picture():
    missed = row("missed.png", 0.1, Decision.UNLIKELY, "NORMAL")
    text, _ = summary_of({"0.png": DISAGREES, "missed.png": Opinion(Stance.DISAGREES, "PNEUMONIA")}, more=[missed])
    first = text.index("The reader disagreed with the model on 2 films.")
    assert first < text.index("For research and education")
    assert "missed.png NORMAL PNEUMONIA" in text


def test_a_summary_without_disagreements_begins_as_ever():
    agreed, _ = summary_of({"0.png": Opinion(Stance.AGREES, "PNEUMONIA")})
    assert "disagreed" not in agreed
    without, _ = summary_of({})
    assert "The reader" not in without


def test_a_summary_with_many_disagreements_takes_two_pages_at_most():
    opinions = {f"{number}.png": DISAGREES for number in range(12)}
    assert summary_of(opinions, films=12)[1] <= 2
