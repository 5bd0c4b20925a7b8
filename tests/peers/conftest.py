"""Real peers on the loopback: DCMTK's storescp and storescu, and Orthanc, as docs/BESIDE_THE_PACS.md sets them up."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import urllib.request
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from core.films.phantoms import draw_phantom
from tests.factories import ROOT, write_dicom

PACS = ROOT / "packaging/linux/pacs"
HOME = "/var/lib/pneumoscreen"  # in the files that are installed
NEEDED = ("storescp", "storescu", "Orthanc")
AE_TITLE = "PNEUMOSCREEN"
PATIENCE_SECONDS = 50


def pytest_collection_modifyitems(items):
    missing = [name for name in NEEDED if shutil.which(name) is None]
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.peers)
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"{', '.join(missing)} missing: apt-get install dcmtk orthanc"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def send(port, paths, caller="MODALITY", called=AE_TITLE):
    """Send files as a modality does; returns the exit status."""
    options = "--required", "--aetitle", caller, "--call", called
    command = ["storescu", *options, "127.0.0.1", str(port), *map(str, paths)]
    return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS).returncode


class Peer:
    """A process of its own group that listens on a port."""

    def __init__(self, command, port, log, **more):
        self.port = port
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdout=stream, stderr=stream, start_new_session=True, **more
            )
        while not self._is_listening():
            with suppress(subprocess.TimeoutExpired):
                pytest.fail(f"{command[0]} ended: {self.process.wait(0.02)}\n{log.read_text()}")

    def _is_listening(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True

    def kill(self, number=signal.SIGKILL):
        """Kill the process, with the children that it forked."""
        os.killpg(self.process.pid, number)
        self.process.wait(PATIENCE_SECONDS)


def read_unit(key, unit="pneumoscreen-receiver.service"):
    """The command of a unit as a list of words."""
    text = (PACS / unit).read_text("utf-8")
    return shlex.split(re.search(rf"^{key}=(.*)$", text, re.MULTILINE)[1])


class Receiver:
    """storescp as its unit runs it, with the folders of the unit below `home`."""

    def __init__(self, home):
        self.home, self.port = home, free_port()
        self.inbox, self.incoming = home / "inbox", home / "incoming"
        self.inbox.mkdir(parents=True)
        self.incoming.mkdir()
        self._peer = None

    def start(self):
        subprocess.run(self._fill(read_unit("ExecStartPre")), check=True)
        self._peer = Peer(self._fill(read_unit("ExecStart")), self.port, self.home.with_suffix(".log"))

    def _fill(self, words):
        values = {"${AE_TITLE}": AE_TITLE, "${PORT}": str(self.port), "$TLS": None}
        filled = [values.get(word, word) for word in words]
        return [word.replace(HOME, str(self.home)) for word in filled if word is not None]

    def send(self, paths):
        return send(self.port, paths)

    def kill(self):
        self._peer.kill()

    def close(self):
        if self._peer is not None and self._peer.process.poll() is None:
            self._peer.kill(signal.SIGTERM)


class Orthanc:
    """Orthanc with the configuration that is installed, which hands films to `inbox`.

    It accepts films from MODALITY only, and keeps everything below `home`.
    """

    def __init__(self, home):
        self.home, self.inbox, self.port, self._http = home, home / "inbox", free_port(), free_port()
        for folder in ("inbox", "orthanc", "database"):
            (home / folder).mkdir(parents=True)
        text = re.sub(r"^\s*//.*$", "", (PACS / "orthanc.json").read_text("utf-8"), flags=re.MULTILINE)
        configuration = json.loads(text) | {
            "StorageDirectory": str(home / "database"),
            "IndexDirectory": str(home / "database"),
            "LuaScripts": [str(PACS / "export_films.lua")],
            "DicomPort": self.port,
            "HttpPort": self._http,
            "DicomModalities": {"modality": ["MODALITY", "127.0.0.1", 104]},
        }
        self._configuration = home / "orthanc.json"
        self._configuration.write_text(json.dumps(configuration))
        self._peer = None

    def start(self):
        folders = {"PNEUMOSCREEN_INBOX": str(self.inbox), "PNEUMOSCREEN_STAGING": str(self.home / "orthanc")}
        self._peer = Peer(
            ["Orthanc", self._configuration], self.port, self.home / "orthanc.log", env=os.environ | folders
        )

    def send(self, paths, caller="MODALITY"):
        """Send files by C-STORE; returns the exit status of storescu."""
        return send(self.port, paths, caller)

    def rest(self, path):
        """The JSON value that Orthanc's REST interface gives for a path such as "/instances"."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._http}{path}", timeout=PATIENCE_SECONDS) as reply:
            return json.load(reply)

    def kill(self):
        self._peer.kill()

    def close(self):
        if self._peer is not None and self._peer.process.poll() is None:
            self._peer.kill()  # it takes seconds to end by itself


@pytest.fixture
def receiver(tmp_path):
    made = Receiver(tmp_path / "storescp")
    made.start()
    yield made
    made.close()


@pytest.fixture
def orthanc(tmp_path):
    made = Orthanc(tmp_path / "orthanc")
    made.start()
    yield made
    made.close()


@pytest.fixture
def films(tmp_path):
    """Six films of a modality, each a study of its own."""
    folder = tmp_path / "modality"
    folder.mkdir()
    return [
        write_dicom(
            folder / f"{seed}.dcm", draw_phantom(seed, seed % 2 == 1, 300).astype(np.uint16) * 16, Modality="DX",
            PatientName="Doe^Jane", PatientID=f"P{seed}", StudyInstanceUID=f"1.2.3.{seed}",
            SeriesInstanceUID=f"1.2.3.{seed}.1", StudyID="1", SeriesNumber=1, InstanceNumber=1,
        )
        for seed in range(6)
    ]  # fmt: skip
