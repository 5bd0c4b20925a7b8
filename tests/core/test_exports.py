"""What leaves the program: workbooks, summaries and DICOM files that others can open, and that name no patient."""

import gc
import hashlib
import io
import shutil
import subprocess
import threading
import zipfile
from base64 import b64encode
from dataclasses import replace
from datetime import datetime

import gdcm
import highdicom
import numpy as np
import openpyxl
import pydicom
import pypdf
import pytest
from highdicom._standard_utils import get_iod_module_map, get_module_attribute_map
from PIL import Image

from core.documents.document import Document, Photograph, Photographs, render_text
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from core.exports.dicom_export import write_dicom
from core.exports.excel import MOST_ROWS, write_excel
from core.exports.screening_summary import SummaryFilm, build_summary, select_top_findings, write_summary
from core.exports.secondary_capture import BURNT_NOTICE, LONGEST_PX, draw_capture
from core.films.dicom_details import FilmDetails
from core.films.phantoms import draw_phantom
from core.inference.grad_cam import draw_overlay
from core.jobs.events import Progressed, Stage
from core.models.calibration import Calibration
from core.models.decision import Decision
from core.models.model_header import bundled_model_path, read_header
from core.screening.events import FilmReading, LedgerRow, ScreeningResult, Status
from core.screening.screening import screen
from core.system.errors import FilmUnreadable, JobFailed, Reason
from tests.factories import drained
from tests.factories import write_dicom as given_dicom

CLASSES = ("NORMAL", "PNEUMONIA")
HEADER = read_header(bundled_model_path())
NOT_VALIDATED = "Not validated here: no acceptance test with films of this place was done."
NAMES = {  # of files, and how a workbook shows them
    "=1+1": "=1+1",
    "=HYPERLINK(\"http://x\",\"y\")": "=HYPERLINK(\"http://x\",\"y\")",
    "+cmd|' /C calc'!A0.png": "+cmd|' /C calc'!A0.png",
    "-2+3": "-2+3",
    "@SUM(A1)": "@SUM(A1)",
    "#N/A": "#N/A",
    "'=quoted": "'=quoted",
    "\tindented": "\tindented",
    "bell\x07.png": "bell\\x07.png",
    "nul\x00l": "nul\\x00l",
    "return\r.png": "return\\x0d.png",
    "not utf-8 \udcff.png": "not utf-8 \\xff.png",
    "_x0041_.png": "_x005F_x0041_.png",  # as it stands in the file: spreadsheets show _x0041_.png
    "صدر.png": "صدر.png",
    "<b>&amp;</b>": "<b>&amp;</b>",
    "🫁" * 5: "🫁" * 5,
    "long" * 10_000: ("long" * 10_000)[:32_767],
}  # fmt: skip


def row(file, probability=0.5, decision=Decision.REVIEW, label="PNEUMONIA", **more):
    return LedgerRow(file, Status.SCORED, "", label, probability, decision, HEADER.name, **more)


def refused(file, reason=Reason.NOT_AN_IMAGE, status=Status.REFUSED):
    return LedgerRow(file, status, reason, None, None, None, HEADER.name)


def book_of(tmp_path, rows, classes=CLASSES, about=(), extra=None):
    write_excel(tmp_path / "out.xlsx", rows, classes, about, extra)
    return openpyxl.load_workbook(tmp_path / "out.xlsx")


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=lambda name: ascii(name)[:30])
def test_names_are_text_in_a_workbook(tmp_path, name, shown):
    book = book_of(tmp_path, [row(name)], about=[(name, name)], extra={name: [name]})
    sheet = book["Worklist"]
    for cell in (sheet["A2"], sheet["H1"], sheet["H2"], book["About"]["A2"], book["About"]["B2"]):
        assert cell.value == shown
        assert cell.data_type == "s"
    with zipfile.ZipFile(tmp_path / "out.xlsx") as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml") + parts.read("xl/worksheets/sheet2.xml")
    if name.startswith("="):
        assert sheet["A2"].number_format == "@"  # or editing the cell would start it


def test_a_workbook_has_the_ledgers_columns(tmp_path):
    rows = [row("a.png", 0.123456), refused("b.txt"), row("c.png", 1.0)]
    book = book_of(tmp_path, rows, about=[("Model", "m"), ("Threshold", "0.31")], extra={"reader": ["yes", "", "no"]})
    sheet, about = book["Worklist"], book["About"]
    header = ["file", "status", "reason", "label", "probability", "decision", "model", "reader"]
    assert [cell.value for cell in sheet[1]] == header
    assert all(cell.font.b for cell in sheet[1])
    assert [cell.value for cell in sheet[3]] == [
        "b.txt",
        "refused",
        "not_an_image",
        None,
        None,
        None,
        HEADER.name,
        None,
    ]
    assert (sheet["E2"].value, sheet["E2"].number_format, sheet["E4"].value) == (0.123456, "0.000", 1)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H4")
    assert sheet.column_dimensions["G"].width > len(HEADER.name)
    assert [[cell.value for cell in line] for line in about] == [
        ["What", "Value"],
        ["Model", "m"],
        ["Threshold", "0.31"],
    ]


def test_several_classes_have_a_column_each(tmp_path):
    rows = [row("a.png", 0.5, class_probabilities=(0.2, 0.5, 0.3)), refused("b.txt")]
    sheet = book_of(tmp_path, rows, ("a", "=b", "c"), extra={"reader": ["yes", "no"]})["Worklist"]
    assert [cell.value for cell in sheet[1]][7:] == ["p_a", "p_=b", "p_c", "reader"]
    assert [cell.value for cell in sheet[2]][7:] == [0.2, 0.5, 0.3, "yes"]
    assert [cell.value for cell in sheet[3]][7:] == [None, None, None, "no"]
    assert sheet["J2"].number_format == "0.000"


def test_thousands_of_rows_and_no_rows(tmp_path):
    sheet = book_of(tmp_path, [row(f"{number}.png", number / 1000) for number in range(1000)])["Worklist"]
    assert (sheet.max_row, sheet["A1001"].value) == (1001, "999.png")
    assert book_of(tmp_path, [])["Worklist"].max_row == 1


def test_what_no_sheet_holds_is_told(tmp_path):
    with pytest.raises(JobFailed, match="CSV"):
        write_excel(tmp_path / "out.xlsx", [row("a")] * MOST_ROWS, CLASSES, [])
    with pytest.raises(ValueError, match="every row"):
        write_excel(tmp_path / "out.xlsx", [row("a")], CLASSES, [], {"reader": []})
    (tmp_path / "file").touch()
    with pytest.raises(JobFailed):
        write_excel(tmp_path / "file" / "out.xlsx", [row("a")], CLASSES, [])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_workbook_that_breaks_off_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rows = [*(row(f"{number}.png") for number in range(1200)), None]
    with pytest.raises(AttributeError):
        write_excel(tmp_path / "out.xlsx", rows, CLASSES, [])
    gc.collect()  # an open sheet would complain
    assert list(tmp_path.iterdir()) == []


def png_of(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def pages_of(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).pages


def test_photographs_stand_on_paper_and_in_the_page():
    pictures = [
        Photograph(png_of(draw_phantom(seed, True, 80 + 20 * seed)), f"<b>film</b> {seed}") for seed in range(6)
    ]
    document = Document("Films", "", (Photographs(tuple(pictures)), Photographs(())), "foot")
    (page,) = pages_of(render_pdf(document))
    assert len(page.images) == 6
    assert page.extract_text().count("<b>film</b>") == 6
    made = render_html(document)
    assert f'<img src="data:image/png;base64,{b64encode(pictures[0].png).decode()}" alt="&lt;b&gt;film' in made
    assert made.count("<img") == made.count(" alt=") == 6
    assert "<b>film</b> 5" in render_text(document)
    assert render_pdf(document) == render_pdf(document)


def test_a_tall_photograph_stays_on_the_page():
    tall = Photograph(png_of(np.zeros((4000, 20), np.uint8)), "tall")
    assert len(pages_of(render_pdf(Document("Films", "", (Photographs((tall,) * 4),), "")))) == 1
    with pytest.raises(ValueError, match="PNG"):
        Photograph(b"\xff\xd8\xff", "a JPEG")


def result_of(rows, completed=True, found=None):
    counts = [sum(one.status is status for one in rows) for status in (Status.SCORED, Status.REFUSED, Status.FAILED)]
    return ScreeningResult(
        output=None, completed=completed, found=len(rows) if found is None else found, scored=counts[0],
        refused=counts[1], failed=counts[2], validation=NOT_VALIDATED, drift=("The films look otherwise.",),
        rows=tuple(rows),
    )  # fmt: skip


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
    assert f"Likely from {high:.3f} on, unlikely below {low:.3f}" in text.replace("\n", " ")
    assert "6\n3\n1\n1\n1\n2\n1\n" in text  # found, scored, likely, to review, unlikely, refused, failed
    assert "not an image\nrefused\n2\ndamaged\nfailed\n1" in text
    assert "0.9 (0.8 to 1)" in text
    assert r"<b>\u0635\u062F\u0631</b>" in text


def test_a_summary_of_an_interrupted_screening_says_so():
    text, _ = summary_text(result_of([row("a", 0.01, Decision.UNLIKELY)], completed=False, found=5))
    assert "Interrupted: 1 of 5 files" in text
    assert "5\n1\n0\n0\n1\n0\n0\n4\n" in text
    assert "No film was called likely or sent to review." in text


def test_a_summary_with_everything_takes_two_pages_at_most():
    reasons = list(Reason)[:13]
    rows = [refused(reason, reason) for reason in reasons]
    films = [
        SummaryFilm(
            f"<b>{seed}</b>/" + "name" * 20, "PNEUMONIA", 0.9, Decision.LIKELY, png_of(draw_phantom(seed, True))
        )
        for seed in range(12)
    ]
    films[0] = replace(films[0], label="NORMAL", decision=Decision.REVIEW, probability=0.2)
    text, pages = summary_text(result_of(rows), films, not_shown=[("gone.png", "It is not there.")] * 5)
    assert pages <= 2
    assert "PNEUMONIA 0.200, to review, called NORMAL" in " ".join(text.split())
    assert "<b>11</b>" in text
    assert text.count("gone.png") == 5


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
        "<b>1.png": "The file is not there (any more).",
        "<b>2.png": "It was changed since it was screened.",
    }
    (page,) = pages_of((tmp_path / "out.pdf").read_bytes())
    text = page.extract_text()
    assert len(page.images) == 3
    assert r"odd \xff.png" in text
    assert "The file is not there" in text


def test_a_summary_can_be_cancelled_and_keeps_to_its_model(screened, tmp_path, cancel):
    folder, result = screened
    other = replace(result, rows=(replace(result.rows[0], model="another 12345678"),))
    with pytest.raises(JobFailed, match="another 12345678"):
        drained(write_summary(other, folder, None, tmp_path / "out.pdf", cancel))
    cancel.set()
    _, summary = drained(write_summary(result, folder, None, tmp_path / "out.pdf", cancel))
    assert not summary.completed
    assert list(tmp_path.glob("out*")) == []


IDENTITY = {
    "PatientName": "Doe^Jane", "PatientID": "MRN-4711", "PatientBirthDate": "19500102", "PatientSex": "F",
    "PatientAge": "074Y", "StudyDate": "20240203", "StudyTime": "101112", "AccessionNumber": "ACCESS99",
    "ReferringPhysicianName": "Welby^Marcus", "StudyID": "STUDY77", "StudyDescription": "CHEST PA WELBY",
    "StudyInstanceUID": "1.2.826.0.1.999.1",
}  # fmt: skip
MORE = {
    "SeriesInstanceUID": "1.2.826.0.1.999.2", "InstitutionName": "Saint Elsewhere", "OperatorsName": "Nurse^Nancy",
    "PatientAddress": "Elm Street", "OtherPatientIDs": "OLD-0815", "SeriesDate": "20240203", "Modality": "DX",
    "SpecificCharacterSet": "ISO_IR 100", "PatientOrientation": ["R", "F"],
}  # fmt: skip


def reading_of(path, pixels=None, **more):
    """A model's answer on the film in `path`, without asking a model."""
    pixels = draw_phantom(3, True, 160) if pixels is None else pixels
    y, x = np.mgrid[0 : 1 : pixels.shape[0] * 1j, 0 : 1 : pixels.shape[1] * 1j]
    heat = np.clip(1 - 3 * np.hypot(y - 0.6, x - 0.3), 0, 1).astype(np.float32)
    told = {
        "path": path, "label": "PNEUMONIA", "finding": "PNEUMONIA", "probability": 0.8765432123,
        "threshold": HEADER.threshold, "decision": Decision.LIKELY, "model": HEADER.name, "validation": NOT_VALIDATED,
        "probabilities": 0.8765432123, "details": FilmDetails(), "pixels": pixels, "heat": heat,
    }  # fmt: skip
    return FilmReading(**(told | more))


def film_at(path, **tags):
    path.parent.mkdir(exist_ok=True)
    return given_dicom(path, draw_phantom(3, True, 160).astype(np.uint16) * 16, **(IDENTITY | MORE | tags))


@pytest.fixture
def film(tmp_path):
    return film_at(tmp_path / "films" / "Doe_Jane.dcm")


def exported(film, tmp_path, keeps_identity=False, header=HEADER, **more):
    return write_dicom(reading_of(film, **more), header, tmp_path / "out", keeps_identity)


def opened(paths):
    return [pydicom.dcmread(path) for path in paths]


def texts_of(dataset):
    return [str(element.value) for element in dataset.iterall() if element.VR not in {"SQ", "OB", "OW"}]


def test_nothing_in_an_export_names_the_patient(film, tmp_path):
    source = pydicom.dcmread(film)
    paths = exported(film, tmp_path)
    secrets = [value for value in {**IDENTITY, **MORE}.values() if isinstance(value, str) and len(value) > 5]
    secrets += [
        "Doe^",
        "Jane",
        "Welby",
        "Elsewhere",
        source.SOPInstanceUID,
        hashlib.sha256(b"MRN-4711").hexdigest()[:8],
    ]
    secrets += [f"{datetime.now():%Y%m%d}", str(film.parent)]  # the day of a screening is mostly that of the film
    secrets.remove("ISO_IR 100")
    for path, dataset in zip(paths, opened(paths), strict=True):
        content = path.read_bytes()
        assert [secret for secret in secrets if secret.encode() in content] == []
        assert "Doe" not in path.name
        assert dataset.PatientName == "Anonymous^"
        assert dataset.PatientIdentityRemoved == "YES"
        assert dataset.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
        assert not dataset.StudyDate
        assert not dataset.PatientSex


def test_patient_and_study_are_kept_where_asked_for(film, tmp_path):
    paths = exported(film, tmp_path, keeps_identity=True)
    for path, dataset in zip(paths, opened(paths), strict=True):
        assert {keyword: str(dataset.get(keyword)) for keyword in IDENTITY} == IDENTITY
        assert "PatientIdentityRemoved" not in dataset
        assert "InstitutionName" not in dataset  # of another device than ours
        assert path.name.startswith("Doe_Jane-")
    capture, report = opened(paths)
    source = pydicom.dcmread(film)
    assert capture.SourceImageSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert capture.PatientOrientation == ["R", "F"]
    assert capture.SeriesInstanceUID not in {source.SeriesInstanceUID, report.SeriesInstanceUID}
    assert report.ContentDate == f"{datetime.now():%Y%m%d}"


def test_names_in_every_alphabet_are_kept(tmp_path, recwarn):
    path = film_at(tmp_path / "films" / "film.dcm", SpecificCharacterSet="ISO_IR 144", PatientName="Иванов")
    for dataset in opened(exported(path, tmp_path, keeps_identity=True)):
        assert dataset.PatientName == "Иванов"
        assert dataset.SpecificCharacterSet == "ISO_IR 192"
    assert [str(warning.message) for warning in recwarn if "Иванов" in str(warning.message)] == []


def test_films_of_a_patient_stay_together(film, tmp_path):
    second = film_at(tmp_path / "films" / "second.dcm")
    other = film_at(tmp_path / "films" / "other.dcm", PatientID="MRN-1", StudyInstanceUID="1.2.3")
    first, again, else_ = (exported(path, tmp_path) for path in (film, second, other))
    assert len({*first, *again, *else_}) == 6
    for one, two, three in zip(opened(first), opened(again), opened(else_), strict=True):
        for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"):
            assert one.get(keyword) == two.get(keyword) != three.get(keyword)
        assert one.SOPInstanceUID != two.SOPInstanceUID


def test_codes_are_those_of_this_computer_alone(film, tmp_path, monkeypatch):
    first = exported(film, tmp_path)
    content = [path.read_bytes() for path in first]
    assert exported(film, tmp_path) == first
    assert [path.read_bytes() for path in first] == content  # an archive gets no second object
    assert exported(film, tmp_path, label="NORMAL") == first
    assert opened(first)[0].SOPInstanceUID.encode() not in content[0]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another computer"))
    assert not {*exported(film, tmp_path)} & {*first}


def test_a_capture_shows_the_heat_map_and_what_it_is(film, tmp_path):
    path, _ = exported(film, tmp_path)
    reading, (capture,) = reading_of(film), opened([path])
    pixels = capture.pixel_array
    shown = np.asarray(draw_overlay(reading.pixels, reading.heat))
    assert np.array_equal(pixels[:160, :160], shown)
    assert pixels.shape[0] > 160
    assert pixels[160:].max() > 200  # letters
    assert (capture.ConversionType, capture.BurnedInAnnotation, capture.Modality) == ("WSD", "YES", "OT")
    assert capture.ImageType[0] == "DERIVED"
    assert "0.877, likely" in capture.DerivationDescription
    assert "not a diagnosis" in capture.ImageComments
    assert NOT_VALIDATED in capture.ImageComments
    assert "NOT FOR DIAGNOSTIC USE" in BURNT_NOTICE

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    buffer = reader.GetImage().GetBuffer().encode("utf-8", "surrogateescape")
    assert np.array_equal(np.frombuffer(buffer, np.uint8).reshape(pixels.shape), pixels)


@pytest.mark.parametrize("shape", [(64, 64), (64, 3000), (2100, 1200)])
def test_captures_of_every_size(tmp_path, shape):
    reading = reading_of(tmp_path / "film.png", np.resize(draw_phantom(1, True, 256), shape))
    made = draw_capture(reading)
    scale = min(1, LONGEST_PX / max(shape))
    assert made.shape[1] == max(320, round(scale * shape[1]))
    assert round(scale * shape[0]) < made.shape[0] < scale * shape[0] + 250


def test_a_report_tells_the_answer_and_what_gave_it(film, tmp_path):
    capture, _ = opened(paths := exported(film, tmp_path))
    report = highdicom.sr.srread(paths[1])
    assert report.file_meta.MediaStorageSOPClassUID == pydicom.uid.ComprehensiveSRStorage
    (group,) = report.content.get_image_measurement_groups()
    (probability,) = group.get_measurements()
    assert (probability.name.meaning, probability.value, probability.unit.value) == ("Probability", 0.876543, "1")
    assert group.finding_type.meaning == "Pneumonia"
    evaluations = {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
    assert evaluations == {"Decision": "Finding likely", "Class called": "Pneumonia"}
    (source,) = group.source_images
    assert source.referenced_sop_instance_uid == capture.SourceImageSequence[0].ReferencedSOPInstanceUID
    assert source.referenced_sop_instance_uid != pydicom.dcmread(film).SOPInstanceUID
    told = texts_of(report)
    assert any(HEADER.content["sha256"] in text for text in told)
    assert f"Threshold {HEADER.threshold:.6f}" in told
    assert f"PneumoScreen {HEADER.name}" in told
    assert any(NOT_VALIDATED in text and "not a diagnosis" in text for text in told)
    assert "Device" in told
    evidence = {instance for _, _, instance, _ in report.get_evidence(current_procedure_only=True)}
    assert evidence == {source.referenced_sop_instance_uid, capture.SOPInstanceUID}
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")


def test_a_film_that_is_no_dicom_file_is_a_study_of_its_own(tmp_path):
    paths = []
    for name, save in (("Doe_Jane.png", "PNG"), ("Doe_Jane.jpg", "JPEG")):
        Image.fromarray(draw_phantom(3, True, 160)).save(tmp_path / name, save)
        paths.append(exported(tmp_path / name, tmp_path))
    (png, report), (jpeg, _) = (opened(one) for one in paths)
    assert png.PatientID.startswith("PS-")
    assert png.PatientID != jpeg.PatientID
    assert png.StudyInstanceUID == report.StudyInstanceUID != jpeg.StudyInstanceUID
    assert "SourceImageSequence" not in png
    assert "LossyImageCompression" not in png
    assert (jpeg.LossyImageCompression, jpeg.LossyImageCompressionMethod) == ("01", "ISO_10918_1")
    assert b"Doe" not in b"".join(path.read_bytes()[:4000] for pair in paths for path in pair)
    assert highdicom.sr.srread(paths[0][1]).get_evidence()[0][2] == png.SOPInstanceUID
    for dataset in opened(exported(tmp_path / "Doe_Jane.png", tmp_path, keeps_identity=True)):
        assert dataset.PatientName == "Anonymous^"


@pytest.mark.filterwarnings("ignore")  # pydicom's, while the odd film is made
@pytest.mark.parametrize("keeps_identity", [False, True])
def test_odd_headers_make_sound_files(tmp_path, keeps_identity):
    odd = {
        "PatientID": "A" * 90, "PatientName": "a\\b", "PatientSex": "female", "PatientBirthDate": "1950-01-02",
        "StudyDate": "yesterday", "StudyTime": "noon", "StudyInstanceUID": "not a uid", "SeriesInstanceUID": "",
        "PatientOrientation": ["up"], "LossyImageCompression": "01", "LossyImageCompressionRatio": "12.5",
        "LossyImageCompressionMethod": "ISO_10918_1", "PatientIdentityRemoved": "YES",
    }  # fmt: skip
    with pydicom.config.disable_value_validation():
        path = film_at(tmp_path / "films" / "film.dcm", **odd)
    for dataset in opened(exported(path, tmp_path, keeps_identity)):
        assert dataset.StudyInstanceUID.startswith("2.25.")
        assert not dataset.StudyDate
        assert not dataset.PatientSex
        assert dataset.DeidentificationMethod
    assert opened(exported(path, tmp_path, keeps_identity))[0].LossyImageCompressionRatio == 12.5


def test_a_model_of_several_classes_reports_the_class_called(film, tmp_path):
    classes = ("normal", "Bakterielle Lungenentzündung \\ " + "x" * 80, "virus")
    header = replace(HEADER, classes=classes, calibration=Calibration(1.0, None, (0.0, 0.7)))
    _, path = exported(
        film, tmp_path, header=header, label=classes[1], finding=classes[1], threshold=None, decision=Decision.REVIEW
    )
    (group,) = highdicom.sr.srread(path).content.get_image_measurement_groups()
    assert group.finding_type.meaning.startswith("Bakterielle Lungenentzündung")
    assert group.finding_type.scheme_designator == "99PNEUMOSCREEN"


def test_what_cannot_be_exported_is_told(film, tmp_path):
    with pytest.raises(ValueError, match="another"):
        exported(film, tmp_path, model="another 12345678")
    film.unlink()
    with pytest.raises(FilmUnreadable, match="not there"):
        exported(film, tmp_path)
    (tmp_path / "out").touch()
    film_at(film)
    with pytest.raises(JobFailed):
        exported(film, tmp_path)


def missing_from(dataset, iod):
    """Attributes of mandatory modules (Part 3) that an object lacks: absent ones, and empty ones of type 1."""
    lacks = []
    for module in get_iod_module_map()[iod]:
        if module["usage"] != "M" or module["key"] == "sr-document-content":  # a tree, which highdicom reads
            continue
        for attribute in get_module_attribute_map()[module["key"]]:
            keyword, kind = attribute["keyword"], attribute["type"]
            if attribute["path"] or kind not in {"1", "2"} or keyword in {"ContentSequence", "PixelData"}:
                continue
            if keyword not in dataset or (kind == "1" and dataset.get(keyword) in ("", None)):
                lacks.append(keyword)
    return lacks


@pytest.mark.parametrize("keeps_identity", [False, True])
def test_exports_hold_what_the_standard_demands(film, tmp_path, keeps_identity):
    capture, report = opened(exported(film, tmp_path, keeps_identity))
    assert missing_from(capture, "secondary-capture-image") == []
    assert missing_from(report, "comprehensive-sr") == []


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools is not installed")
@pytest.mark.parametrize("keeps_identity", [False, True])
def test_dciodvfy_finds_no_error(film, tmp_path, keeps_identity):
    for path, kind in zip(exported(film, tmp_path, keeps_identity), ("SCImage", "ComprehensiveSR"), strict=True):
        done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).splitlines()
        assert kind in said
        assert [line for line in said if line.startswith("Error")] == []


@pytest.mark.skipif(not shutil.which("dsrdump"), reason="dcmtk is not installed")
def test_dcmtk_prints_the_report(film, tmp_path):
    _, path = exported(film, tmp_path)
    done = subprocess.run(["dsrdump", path], capture_output=True, text=True, check=True)
    assert 'NUM:(,,"Probability")="0.876543" (1,UCUM,"no units")' in done.stdout
    assert "E:" not in done.stderr
