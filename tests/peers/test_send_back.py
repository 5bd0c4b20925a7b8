"""Answers in an outbox, sent by dcmtk's storescu to a real archive, Orthanc."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pydicom
import pytest

from core.exports.outbox import Outbox, fill_outbox
from core.films.phantoms import draw_phantom
from core.screening.outbox_log import outbox_log_path
from core.screening.screening import screen
from tests.factories import ROOT, drained, write_dicom

NEEDED = ("Orthanc", "storescu", "dciodvfy", "dsrdump")
ABSENT = [name for name in NEEDED if not (shutil.which(name) or Path(f"/usr/sbin/{name}").exists())]
pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)} (orthanc, dcmtk, dicom3tools)"),
]
FILMS = 3  # the first two are of one study
# the program is killed when the objects of the first answer are in the outbox and not in its log
KILLED = """import os, runpy, signal, sys, core.exports.outbox as outbox
outbox.append_put = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
sys.argv[0] = "main.py"
runpy.run_path("main.py", run_name="__main__")"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Archive:
    """Orthanc on this computer."""

    def __init__(self, place):
        self.http, self.dicom = free_port(), free_port()
        told = {
            "StorageDirectory": str(place / "db"), "IndexDirectory": str(place / "db"), "HttpPort": self.http,
            "DicomPort": self.dicom, "AuthenticationEnabled": False, "RemoteAccessAllowed": False, "Plugins": [],
        }  # fmt: skip
        (place / "orthanc.json").write_text(json.dumps(told))
        program = shutil.which("Orthanc") or "/usr/sbin/Orthanc"
        self.process = subprocess.Popen([program, place / "orthanc.json"], stderr=subprocess.PIPE, text=True)
        assert any("Orthanc has started" in line for line in self.process.stderr)

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/{path}") as answer:
            return json.load(answer)

    def store(self, folder):
        """What storescu says of sending what is in a folder, with the options of the documentation."""
        options = ["-R", "+sd", "+sp", "*.dcm", "-aec", "ORTHANC"]
        command = ["storescu", *options, "127.0.0.1", str(self.dicom), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def modalities(self):
        """The modalities of the series of each study, by its accession number."""
        return {
            study["MainDicomTags"]["AccessionNumber"]: sorted(
                series["MainDicomTags"]["Modality"]
                for series in self.ask(f"studies/{study['ID']}/series")
                for _ in series["Instances"]
            )
            for study in self.ask("studies?expand")
        }


@pytest.fixture
def archive(tmp_path):
    archive = Archive(tmp_path)
    yield archive
    archive.process.kill()
    archive.process.communicate()


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


def test_answers_come_into_the_studies_of_their_films_once(archive, films, tmp_path, cancel):
    outbox = tmp_path / "outbox"
    archive.store(films)
    options = ("--output", tmp_path / "results.csv", "--outbox", outbox, "--identified")
    command = [sys.executable, "-c", KILLED, "screen", films, *options]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    killed = {path: path.read_bytes() for path in outbox.glob("*.dcm")}

    assert fill(films, tmp_path, cancel).left == 0
    assert len(killed) >= 2
    assert killed == {path: path.read_bytes() for path in killed}
    archive.store(outbox)
    found = {"A0": ["DX", "DX", "OT", "OT", "SR", "SR"], "A1": ["DX", "OT", "SR"]}
    assert archive.modalities() == found

    outbox_log_path(tmp_path / "results.csv").unlink()
    for path in outbox.iterdir():
        path.unlink()
    assert fill(films, tmp_path, cancel).put == FILMS
    archive.store(outbox)
    assert archive.modalities() == found
    for path in outbox.glob("*.dcm"):
        is_report = pydicom.dcmread(path, stop_before_pixels=True).Modality == "SR"
        for command in (["dciodvfy", "-new", path], *([["dsrdump", path]] if is_report else [])):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            said = (done.stdout + done.stderr).splitlines()
            assert not [line for line in said if line.startswith(("E:", "Error"))]
