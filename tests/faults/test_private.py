"""No patient's name in any written file, and who may read these; ages, letters in the picture, films twice."""

import io
import os
import re
import zipfile
import zlib

import pytest
from PIL import Image
from pypdf import PdfReader

import main
from core.evaluation.evaluate import evaluate
from core.exports.dicom_export import write_dicom as export_dicom
from core.exports.export_jobs import Export, ExportOrder
from core.films.dicom_details import list_cautions, read_details
from core.films.film_reader import read_pixels
from core.films.phantoms import draw_phantom
from core.inference import pipeline
from core.models.model_header import read_header
from core.models.site_record import apply_site_record
from core.screening.events import Status
from core.screening.reader_calls import Call, load_calls
from core.screening.screening import screen
from core.screening.single_film import read_single_film
from core.system.app_folders import cache_folder, data_folder
from core.system.exit_status import DONE, SOME_LEFT_OUT
from core.training.training import train
from gui.jobs.screening_jobs import export_job
from gui.shell.crash_log import CrashLog
from tests.factories import drained, write_dicom
from tests.faults.hostile_films import encoded
from tests.faults.hostile_names import small_model

SECRETS = ("Zarquon", "HZ-4711-ID", "19991231", "Dr-Vroomfondel")
TOLD = {
    "PatientName": "Zarquon^Slartibartfast", "PatientID": "HZ-4711-ID", "PatientBirthDate": "19991231",
    "ReferringPhysicianName": "Dr-Vroomfondel", "InstitutionName": "Zarquon Clinic", "OtherPatientNames": "Zarquon^S",
    "PatientComments": "Zarquon HZ-4711-ID", "PatientAge": "045Y", "BurnedInAnnotation": "YES", "Modality": "DX",
    "BodyPartExamined": "CHEST", "ViewPosition": "PA",
}  # fmt: skip


def everything_in(content):
    """The bytes of a file, and of whatever is packed inside of it."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield packed.read(name)
    if content.startswith(b"%PDF"):
        yield "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
            try:
                yield zlib.decompress(stream.strip(b"\r\n"))
            except zlib.error:
                yield stream


def holding(folder, secrets=SECRETS):
    """Names of the files below a folder that hold a secret, in their content or their name, in any usual coding."""
    wanted = [secret.encode(coding) for secret in secrets for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    found = []
    for parent, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as stream:  # noqa: PTH118, PTH123
                parts = [os.fsencode(name), *everything_in(stream.read())]
            if any(secret in part for secret in wanted for part in parts):
                found.append(name)
    return found


def test_the_search_would_find_a_name(tmp_path):
    from core.documents.document import Document, Text
    from core.documents.pdf import render_pdf
    from core.exports.excel import write_excel

    (tmp_path / "x.pdf").write_bytes(render_pdf(Document("Title", "", (Text("Zarquon"),), "")))
    write_excel(tmp_path / "x.xlsx", [], ("A", "B"), [("Name", "Zarquon")])
    (tmp_path / "HZ-4711-ID").write_bytes(b"")
    assert sorted(holding(tmp_path)) == ["HZ-4711-ID", "x.pdf", "x.xlsx"]


def write_patients(folder, films):
    """So many DICOM films of named patients in each of two class folders."""
    for label, name in enumerate(("NORMAL", "PNEUMONIA")):
        (folder / name).mkdir(parents=True)
        for seed in range(films):
            told = TOLD | {"PatientID": f"HZ-4711-ID{label}{seed}"}
            write_dicom(folder / name / f"{name}{seed}.dcm", draw_phantom(seed, label == 1, 96), **told)


@pytest.fixture
def patients(tmp_path):
    """Two class folders of DICOM films of a named patient, one of them damaged."""
    write_patients(tmp_path / "films", 4)
    cut = tmp_path / "films" / "NORMAL" / "cut.dcm"
    cut.write_bytes((tmp_path / "films" / "NORMAL" / "NORMAL0.dcm").read_bytes()[:-500])
    return tmp_path / "films"


def test_no_file_that_is_written_names_a_patient(patients, tmp_path, cancel, capfd, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setenv("TMPDIR", str(out))
    assert main.main(["audit", str(patients), "--json", str(out / "audit.json")]) in {DONE, SOME_LEFT_OUT}
    _, result = drained(screen(patients, out / "r.csv", small_model(), cancel, heatmaps=out / "heat"))
    assert result.failed == 1
    for kind, name in ((Export.CSV, "e.csv"), (Export.EXCEL, "e.xlsx"), (Export.SUMMARY, "e.pdf")):
        order = ExportOrder(kind, out / name, result, patients, (), ("A", "B"))
        drained(export_job(order, small_model())(cancel))
    _, reading = drained(read_single_film(patients / "NORMAL" / "NORMAL1.dcm", small_model(), cancel))
    export_dicom(reading, apply_site_record(read_header(small_model())), out / "dicom")
    assert len(holding(patients)) == 9
    assert len(list(out.rglob("*"))) > 5
    assert holding(out) == []
    assert holding(tmp_path / "app-data") == []
    assert holding(cache_folder()) == []
    told = "".join(capfd.readouterr())
    assert not [secret for secret in SECRETS if secret in told]


def test_what_names_films_is_for_its_owner_alone_and_exports_are_as_always(patients, tmp_path, cancel, monkeypatch):
    out = tmp_path / "new" / "out"
    before = os.umask(0)
    try:
        with monkeypatch.context() as context:
            context.setenv("XDG_CACHE_HOME", str(tmp_path / "app-cache"))
            assert main.main(["audit", str(patients), "--resolve", str(tmp_path / "prepared.json")]) == SOME_LEFT_OUT
        _, result = drained(screen(patients, out / "r.csv", small_model(), cancel, heatmaps=tmp_path / "heat"))
        load_calls(out / "r.csv").record(Call("a.png", "NORMAL", False, "", ""))
        drained(screen(patients, out / "r.csv", small_model(), cancel, resume=True))
        order = ExportOrder(Export.CSV, tmp_path / "e.csv", result, patients, (), ("A", "B"))
        drained(export_job(order, small_model())(cancel))
        crash_log = CrashLog(data_folder())
        crash_log.install()
        crash_log.close()
    finally:
        os.umask(before)
    places = (out, tmp_path / "app-data", tmp_path / "app-cache")
    own = [path for place in places for path in (place, *place.rglob("*"))]
    assert {"r.csv", "r.csv.state", "r.calls.csv", "crash.log"} <= {path.name for path in own}
    assert any(path.suffix == ".sqlite" for path in own)
    for path in (*own, tmp_path / "prepared.json"):
        assert (path.name, path.stat().st_mode & 0o777) == (path.name, 0o700 if path.is_dir() else 0o600)
    for path in (tmp_path / "e.csv", *(path for path in (tmp_path / "heat").rglob("*") if path.is_file())):
        assert path.stat().st_mode & 0o777 == 0o666
    assert out.parent.stat().st_mode & 0o777 == 0o777  # a folder above a list may be shared with others


@pytest.mark.usefixtures("tiny_network")
def test_no_run_and_no_report_names_a_patient(tmp_path, quick_recipe, cancel, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setenv("TMPDIR", str(out))
    write_patients(tmp_path / "films", 12)
    _, result = drained(train(tmp_path / "films", quick_recipe, out / "run", cancel))
    assert result.completed
    _, evaluation = drained(evaluate(result.model, tmp_path / "films", out / "report", cancel))
    assert evaluation.header.ages == ((45, 45),)
    assert len(list(out.rglob("*"))) > 10
    assert [holding(place) for place in (out, data_folder(), cache_folder())] == [[], [], []]


def test_other_ages_are_flagged_beside_the_film_and_in_the_summary_only(patients, tmp_path, cancel):
    film = patients / "NORMAL" / "NORMAL1.dcm"
    _, reading = drained(read_single_film(film, small_model(), cancel))
    assert any("45 years" in sentence and "1 to 5 years" in sentence for sentence in reading.cautions)
    assert any("burned into" in sentence for sentence in reading.cautions)
    _, result = drained(screen(patients, tmp_path / "r.csv", small_model(), cancel))
    scored = [row for row in result.rows if row.status is Status.SCORED]
    told = [sentence for sentence in result.drift if "not among those of the training films" in sentence]
    assert len(scored) == 8
    assert told[0].startswith("8 scored films")
    header = (tmp_path / "r.csv").read_text().splitlines()[0]
    assert header == "file,status,reason,label,probability,decision,model"
    assert not any(row.reason for row in scored)


@pytest.mark.parametrize(
    ("age", "is_flagged"),
    [("003Y", False), ("005Y", False), ("006Y", True), ("012M", False), ("011M", True), ("045Y", True), ("", False),
     ("?", False), ("071M", False), ("072M", True), ("010D", True)],
)  # fmt: skip
def test_an_age_is_held_against_completed_years(tmp_path, age, is_flagged):
    details = read_details(write_dicom(tmp_path / "f.dcm", draw_phantom(1, True, 96), PatientAge=age))
    assert bool(list_cautions(details, ((1, 5),))) == is_flagged
    assert list_cautions(details, None) == ()


def test_a_file_that_refers_to_others_opens_none_of_them(tmp_path, monkeypatch):
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedFileID = ["..", "secret"]
    told = {"ReferencedImageSequence": [item], "RetrieveURL": "file:///etc/passwd", "ReferencedFileID": ["a", "b"]}
    path = write_dicom(tmp_path / "f.dcm", draw_phantom(1, True, 96), **told)
    opened, really = [], os.open
    monkeypatch.setattr(os, "open", lambda name, *rest, **more: opened.append(str(name)) or really(name, *rest, **more))
    assert read_pixels(path).shape == (96, 96)
    assert [name for name in opened if not name.startswith((str(path), os.devnull))] == []


def test_the_same_film_has_the_same_answer_alone_or_with_others_on_any_number_of_threads(tmp_path, cancel, monkeypatch):
    folder = tmp_path / "films"
    folder.mkdir()
    for seed in range(9):
        film = draw_phantom(seed, seed % 2 == 1, 128)
        Image.fromarray(film).save(folder / f"{seed}.png")
        (folder / f"{seed}.jpg").write_bytes(encoded(film, "JPEG", quality=95))
    answers = []
    for threads, chunk in ((1, 16), (2, 16), (1, 1), (4, 3)):
        monkeypatch.setattr(pipeline, "MOST_THREADS", threads)
        monkeypatch.setattr(pipeline.os, "cpu_count", lambda threads=threads: threads)
        monkeypatch.setattr(pipeline, "CHUNK", chunk)
        _, result = drained(screen(folder, tmp_path / f"{threads}-{chunk}.csv", small_model(), cancel))
        answers.append(result.rows)
    assert len(answers[0]) == 18
    assert answers.count(answers[0]) == len(answers)  # all six digits
    for row in answers[0]:
        reading = drained(read_single_film(folder / row.file, small_model(), cancel))[1]
        assert round(reading.probability, 6) == row.probability
