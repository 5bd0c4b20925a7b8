"""Answers in an outbox, sent by dcmtk's storescu to a real archive, Orthanc."""

import shutil
import signal
import subprocess
import sys

import numpy as np
import pydicom
import pytest

from core.exports.outbox import Outbox, fill_outbox
from core.films.phantoms import draw_phantom
from core.screening.outbox_log import outbox_log_path
from core.screening.screening import screen
from tests.factories import ROOT, drained, write_dicom
from tests.peers.conftest import AE_TITLE

pytestmark = pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dciodvfy missing: apt-get install dicom3tools")
FILMS = 3  # the first two are of one study
# the program is killed when the objects of the first answer are in the outbox and not in its log
KILLED = """import os, runpy, signal, sys, core.exports.outbox as outbox
outbox.append_put = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
sys.argv[0] = "main.py"
runpy.run_path("main.py", run_name="__main__")"""


def store(orthanc, folder):
    """Send what is in a folder, with the options of the documentation."""
    names = ["-aet", "MODALITY", "-aec", AE_TITLE]
    command = ["storescu", "-R", "+sd", "+sp", "*.dcm", *names, "127.0.0.1", str(orthanc.port), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def list_modalities(orthanc):
    """The modalities of the objects of each study, by its accession number."""
    return {
        study["MainDicomTags"]["AccessionNumber"]: sorted(
            series["MainDicomTags"]["Modality"]
            for series in orthanc.rest(f"/studies/{study['ID']}/series")
            for _ in series["Instances"]
        )
        for study in orthanc.rest("/studies?expand")
    }


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(FILMS):
        study = max(number - 1, 0)
        tags = {"PatientID": f"P{study}", "PatientName": "Doe^Jane", "AccessionNumber": f"A{study}", "Modality": "DX"}
        uids = {"StudyInstanceUID": f"1.2.3.{study}", "SeriesInstanceUID": f"1.2.3.{study}.1"}
        pixels = draw_phantom(number, True, 200).astype(np.uint16) * 16
        write_dicom(folder / f"{number}.dcm", pixels, **tags, **uids)
    (folder / "notes.txt").write_text("no film")
    return folder


def fill(films, tmp_path, cancel):
    output, outbox = tmp_path / "results.csv", tmp_path / "outbox"
    job = screen(films, output, None, cancel, resume=True)
    return drained(fill_outbox(job, Outbox(films, output, outbox, True), None, cancel))[1]


def test_answers_come_into_the_studies_of_their_films_once(orthanc, films, tmp_path, cancel):
    outbox = tmp_path / "outbox"
    store(orthanc, films)
    options = ("--output", tmp_path / "results.csv", "--outbox", outbox, "--identified")
    command = [sys.executable, "-c", KILLED, "screen", films, *options]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    killed = {path: path.read_bytes() for path in outbox.glob("*.dcm")}

    assert fill(films, tmp_path, cancel).left == 0
    assert len(killed) >= 2
    assert killed == {path: path.read_bytes() for path in killed}
    store(orthanc, outbox)
    found = {"A0": ["DX", "DX", "OT", "OT", "SR", "SR"], "A1": ["DX", "OT", "SR"]}
    assert list_modalities(orthanc) == found

    outbox_log_path(tmp_path / "results.csv").unlink()
    for path in outbox.iterdir():
        path.unlink()
    assert fill(films, tmp_path, cancel).put == FILMS
    store(orthanc, outbox)
    assert list_modalities(orthanc) == found
    for path in outbox.glob("*.dcm"):
        is_report = pydicom.dcmread(path, stop_before_pixels=True).Modality == "SR"
        for command in (["dciodvfy", "-new", path], *([["dsrdump", path]] if is_report else [])):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            said = (done.stdout + done.stderr).splitlines()
            assert not [line for line in said if line.startswith(("E:", "Error"))]
