"""Acceptance of the packaged program: what a user does, with nothing but the folder that was built.

    PYTHONPATH=. python packaging/smoke_test.py dist/PneumoScreen [--full]

The program runs with an empty environment, from a path with spaces and letters beyond ASCII; as root on Linux also as a
user who can write neither the program's folder nor a home, and without a network. --full adds training, search,
evaluation and pictures of every room. Ends with status 0 if all of it works.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from benchmarks.run_job import result_of
from core.datasets.demo import make_demo
from core.films.phantoms import draw_phantom
from tests.factories import write_dicom

NOBODY = 65534
FRESH = {"LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
COMPRESSED = {"rle": RLELossless, "jpeg2000": JPEG2000Lossless, "jpegls": JPEGLSLossless}
INTERNET = re.compile(r"AF_INET6?\b")


class Program:
    """The packaged program at a path, and a folder to work in."""

    def __init__(self, bundle: Path, work: Path) -> None:
        self.executable = bundle / ("PneumoScreen-console.exe" if sys.platform == "win32" else "PneumoScreen")
        self.work = work

    def run(self, *arguments: object, expected: int = 0, before: tuple[str, ...] = (), **more: str) -> str:
        """Run one command, say how long it took, give what it printed. Raises SystemExit on another status."""
        begun = time.monotonic()
        kept = {key: os.environ[key] for key in ("SYSTEMROOT", "TEMP") if key in os.environ}
        own = {"HOME": str(self.work / "own")}  # an acceptance test must not stay in the home of whoever builds
        command = [*before, str(self.executable), *map(str, arguments)]
        done = subprocess.run(command, cwd=self.work, env=FRESH | own | kept | more, capture_output=True, timeout=600)
        printed, faults = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        name = " ".join(str(part) for part in arguments[:1]) or "window"
        if done.returncode != expected or "Traceback" in faults or "Warning" in faults:
            raise SystemExit(f"{name}: status {done.returncode}, not {expected}\n{printed}\n{faults}")
        print(f"ok  {time.monotonic() - begun:6.1f} s  {' '.join(before[:1])} {name}", flush=True)
        return printed


def films(folder: Path) -> Path:
    """Phantoms as PNG and as DICOM, plain and compressed in every way, and a file that is no film."""
    dataset = result_of(make_demo(folder, threading.Event()))
    worklist = folder / "worklist"
    pixels = draw_phantom(5, True, 512).astype(np.uint16) * 16
    for name, syntax in {"plain": None, **COMPRESSED}.items():
        write_dicom(worklist / f"{name}.dcm", pixels, PatientName="Nobody^Known")
        if syntax is not None:
            compress(worklist / f"{name}.dcm", syntax)
    (worklist / "letter.txt").write_text("no film")
    return dataset


def compress(path: Path, syntax: str) -> None:
    """Write a DICOM file anew in another transfer syntax."""
    from pydicom import dcmread

    film = dcmread(path)
    film.compress(syntax)
    film.save_as(path)


def quick(program: Program, dataset: Path) -> None:
    """Version, self-test, a worklist with DICOM and heat maps, a card as PDF, a second start's refusal."""
    program.run("--version")
    program.run("self-test")
    output = program.work / "worklist.csv"
    program.run(
        "screen", dataset.parent / "worklist", "--output", output, "--heatmaps", program.work / "heat", expected=3
    )
    rows = output.read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + 16 + 4 + 1, rows
    scored = {row.split(",")[0] for row in rows if ",scored," in row}
    assert {f"{name}.dcm" for name in ("plain", *COMPRESSED)} <= scored, rows
    program.run("card", "bundled", "--pdf", program.work / "card.pdf")
    assert (program.work / "card.pdf").read_bytes().startswith(b"%PDF")
    times = json.loads(program.run("--measure-start").splitlines()[-1])
    assert times["model_ready"], times
    times = json.loads(program.run("--measure-start", LANG="de_DE.UTF-8").splitlines()[-1])
    assert times["words"] == ["Datensatz", "Abbrechen"], times


def full(program: Program, dataset: Path) -> None:
    """Training, resume, search, evaluation with its papers, an acceptance test, the demo, pictures of every room."""
    run, short = program.work / "run", ("--epochs", 1, "--start", "bundled")
    program.run("audit", dataset, "--json", program.work / "audit.json")
    program.run("train", dataset, "--output", run, *short)
    program.run(
        "search", dataset, "--output", program.work / "search", "--trials", 1, "--hours", 0.05, "--start", "bundled"
    )
    program.run("evaluate", run / "best.safetensors", dataset, "--output", program.work / "report")
    assert {"metrics.json", "report.html", "report.pdf"} <= {path.name for path in (program.work / "report").iterdir()}
    program.run("accept", "bundled", dataset, "--output", program.work / "acceptance")
    program.run("--demo", QT_QPA_PLATFORM="")
    program.run("--screenshots", program.work / "pictures")
    assert len(list((program.work / "pictures").glob("*.png"))) >= 7


def desktop(program: Program, dataset: Path) -> None:
    """A folder dropped on the icon is screened; a second start hands its folder to the window; SIGTERM closes it."""
    home = program.work / "home"
    home.mkdir()
    begun = time.monotonic()
    command = [str(program.executable), str(dataset.parent / "worklist")]
    with subprocess.Popen(command, env=FRESH | {"HOME": str(home)}, cwd=program.work) as window:
        try:
            ledgers_in(home, 1)
            program.run(dataset / "NORMAL", HOME=str(home))
            ledgers_in(home, 2)
        finally:
            window.terminate()
        assert window.wait(30) == 130, window.returncode
    print(f"ok  {time.monotonic() - begun:6.1f} s  two starts, one window", flush=True)


def ledgers_in(home: Path, count: int) -> None:
    """Wait until so many worklists are finished."""
    deadline = time.monotonic() + 120
    while len(list(home.rglob("screenings/*-screening.csv"))) < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"no worklist {count} in {home}: {sorted(home.rglob('*'))}")
        time.sleep(0.2)


def as_nobody(program: Program, dataset: Path) -> None:
    """As a user who owns nothing: no home, no program folder, only an output folder and /tmp."""
    program.work.chmod(0o777)
    before = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    program.run("self-test", before=before, HOME="/nonexistent")
    output = program.work / "nobody.csv"
    program.run(
        "screen", dataset.parent / "worklist", "--output", output, before=before, expected=3, HOME="/nonexistent"
    )
    program.run("--measure-start", before=before, HOME="/nonexistent")


def without_network(program: Program, dataset: Path) -> None:
    """In a network namespace without even a loopback; where strace is, also: no internet socket is asked for."""
    alone = ("unshare", "--net")
    output = program.work / "offline.csv"
    program.run("screen", dataset.parent / "worklist", "--output", output, before=alone, expected=3)
    program.run("--measure-start", before=alone)
    if shutil.which("strace"):
        trace = program.work / "sockets.txt"
        watched = (*alone, "strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(trace))
        program.run("--measure-start", before=watched)
        asked = [line for line in trace.read_text("utf-8", "replace").splitlines() if INTERNET.search(line)]
        assert not asked, asked


def main() -> None:
    parser = argparse.ArgumentParser(description="Acceptance of the packaged program.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        moved, work = folder / "Früh befundet, 1", folder / "Ärzte & Co"
        shutil.copytree(arguments.bundle, moved, symlinks=True, copy_function=os.link)
        work.mkdir()
        program, dataset = Program(moved, work), films(folder / "films")
        quick(program, dataset)
        if sys.platform == "linux" and os.geteuid() == 0:
            desktop(program, dataset)
            as_nobody(program, dataset)
            without_network(program, dataset)
        if arguments.full:
            full(program, dataset)
    print("The packaged program passes.")


if __name__ == "__main__":
    main()
