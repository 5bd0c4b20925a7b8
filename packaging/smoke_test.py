"""Acceptance test of the packaged program: what a user does, with only the built folder.

    PYTHONPATH=. python packaging/smoke_test.py dist/PneumoScreen [--full]

The program runs with an empty environment, from a path with spaces and non-ASCII letters. Run by
root on Linux it is also started as a user who can write neither to the program's folder nor to a
home, and without a network. --full adds training, search, evaluation and screenshots of every tab.
The exit status is 0 if all of it works.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from benchmarks.run_job import run_job
from core.datasets.demo import make_demo
from core.films.phantoms import draw_phantom
from core.screening.recent_lists import read_recent_lists
from tests.factories import write_dicom

NOBODY = 65534
ENVIRONMENT = {"LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
COMPRESSED = {"rle": RLELossless, "jpeg2000": JPEG2000Lossless, "jpegls": JPEGLSLossless}
INTERNET = re.compile(r"AF_INET6?\b")


class Program:
    """The packaged program, and the folder in which it is run.

    bundle: the built folder. work: an existing folder that the program may write to.
    """

    def __init__(self, bundle: Path, work: Path) -> None:
        self.executable = bundle / ("PneumoScreen-console.exe" if sys.platform == "win32" else "PneumoScreen")
        self.work = work

    def run(self, *arguments: object, expected: int = 0, before: tuple[str, ...] = (), **more: str) -> str:
        """Run one command, print how long it took and return its standard output.

        before: a command with its options that starts the program. more: environment variables.
        Raises SystemExit if the exit status is not `expected` or a traceback or warning appears.
        """
        start = time.monotonic()
        kept = {key: os.environ[key] for key in ("SYSTEMROOT", "TEMP") if key in os.environ}
        home = {"HOME": str(self.work / "own")}  # the test must leave nothing in the home of whoever builds
        environment = ENVIRONMENT | home | kept | more
        command = [*before, str(self.executable), *map(str, arguments)]
        process = subprocess.run(command, cwd=self.work, env=environment, capture_output=True, timeout=600)
        output, errors = process.stdout.decode("utf-8", "replace"), process.stderr.decode("utf-8", "replace")
        name = " ".join(str(part) for part in arguments[:1]) or "window"
        if process.returncode != expected or "Traceback" in errors or "Warning" in errors:
            raise SystemExit(f"{name}: status {process.returncode}, not {expected}\n{output}\n{errors}")
        print(f"ok  {time.monotonic() - start:6.1f} s  {' '.join(before[:1])} {name}", flush=True)
        return output


def make_films(folder: Path) -> Path:
    """Write the demo dataset and a worklist of DICOM films; return the dataset's folder.

    The worklist has a film in each transfer syntax and a file that is no film.
    """
    dataset = run_job(make_demo(folder, threading.Event()))
    worklist = folder / "worklist"
    pixels = draw_phantom(5, True, 512).astype(np.uint16) * 16
    for name, syntax in {"plain": None, **COMPRESSED}.items():
        write_dicom(worklist / f"{name}.dcm", pixels, PatientName="Nobody^Known")
        if syntax is not None:
            compress(worklist / f"{name}.dcm", syntax)
    (worklist / "letter.txt").write_text("no film")
    return dataset


def compress(path: Path, syntax: str) -> None:
    """Rewrite a DICOM file in another transfer syntax."""
    from pydicom import dcmread

    film = dcmread(path)
    film.compress(syntax)
    film.save_as(path)


def check_basics(program: Program, dataset: Path) -> None:
    """Check version, self-test, a worklist with heat maps, a training and its model, a card, start-up, language."""
    program.run("--version")
    engine = program.run("self-test").splitlines()[-1]
    assert engine == "Films are scored by ONNX Runtime, 8-bit integers.", engine
    output = program.work / "worklist.csv"
    program.run(
        "screen", dataset.parent / "worklist", "--output", output, "--heatmaps", program.work / "heat", expected=3
    )
    rows = output.read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + 16 + 4 + 1, rows
    scored = {row.split(",")[0] for row in rows if ",scored," in row}
    assert {f"{name}.dcm" for name in ("plain", *COMPRESSED)} <= scored, rows
    model = program.work / "run/best.safetensors"
    program.run("train", dataset, "--output", model.parent, "--recipe", "seed", "--epochs", 1, "--start", "bundled")
    program.run("screen", dataset / "NORMAL", "--output", program.work / "own.csv", "--model", model)
    program.run("export", model, "--onnx", program.work / "own.onnx")
    program.run("card", "bundled", "--pdf", program.work / "card.pdf")
    assert (program.work / "card.pdf").read_bytes().startswith(b"%PDF")
    times = json.loads(program.run("--measure-start").splitlines()[-1])
    assert times["model_ready"], times
    times = json.loads(program.run("--measure-start", LANG="de_DE.UTF-8").splitlines()[-1])
    assert times["words"] == ["Datensatz", "Abbrechen"], times


def check_jobs(program: Program, dataset: Path) -> None:
    """Check audit, search, evaluation, acceptance test, demo and screenshots."""
    program.run("audit", dataset, "--json", program.work / "audit.json")
    program.run(
        "search", dataset, "--output", program.work / "search", "--trials", 1, "--hours", 0.05, "--start", "bundled"
    )
    program.run("evaluate", program.work / "run/best.safetensors", dataset, "--output", program.work / "report")
    assert {"metrics.json", "report.html", "report.pdf"} <= {path.name for path in (program.work / "report").iterdir()}
    program.run("accept", "bundled", dataset, "--output", program.work / "acceptance")
    program.run("--demo", QT_QPA_PLATFORM="")
    program.run("--screenshots", program.work / "pictures")
    assert len(list((program.work / "pictures").glob("*.png"))) >= 7


def check_desktop(program: Program, dataset: Path) -> None:
    """Check that the window screens a folder, and that of a second start, and ends on SIGTERM."""
    home = program.work / "home"
    home.mkdir()
    start = time.monotonic()
    command = [str(program.executable), str(dataset.parent / "worklist")]
    with subprocess.Popen(command, env=ENVIRONMENT | {"HOME": str(home)}, cwd=program.work) as window:
        try:
            wait_for_lists(home, 1)
            program.run(dataset / "NORMAL", HOME=str(home))
            wait_for_lists(home, 2)
        finally:
            window.terminate()
        assert window.wait(30) == 130, window.returncode
    print(f"ok  {time.monotonic() - start:6.1f} s  two starts, one window", flush=True)


def wait_for_lists(home: Path, count: int) -> None:
    """Wait until the window has ended `count` screenings.

    A ledger has its final name a moment before its job has ended, and the window refuses a folder
    as long as a job runs. The recent lists name the films of a screening only once it has ended.
    """
    folder = home / ".local/share/PneumoScreen/screenings"
    wait_until(
        lambda: sum(recent.films > 0 for recent in read_recent_lists(folder)) >= count, f"list {count} in {home}"
    )


def wait_until(is_done: Callable[[], bool], what: str) -> None:
    """Wait for what the program does; raises SystemExit after 120 s."""
    deadline = time.monotonic() + 120
    while not is_done():
        if time.monotonic() > deadline:
            raise SystemExit(f"no {what}")
        time.sleep(0.2)


def check_unprivileged(program: Program, dataset: Path) -> None:
    """Check the program as a user without a home who can write to one folder and /tmp only."""
    program.work.chmod(0o777)
    before = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    program.run("self-test", before=before, HOME="/nonexistent")
    output = program.work / "nobody.csv"
    program.run(
        "screen", dataset.parent / "worklist", "--output", output, before=before, expected=3, HOME="/nonexistent"
    )
    program.run("--measure-start", before=before, HOME="/nonexistent")


def check_offline(program: Program, dataset: Path) -> None:
    """Check the program in a network namespace without even a loopback interface.

    If strace is installed, also check that the window opens no internet socket, nor does a folder that is
    watched and emptied.
    """
    isolated = ("unshare", "--net")
    output = program.work / "offline.csv"
    program.run("screen", dataset.parent / "worklist", "--output", output, before=isolated, expected=3)
    program.run("--measure-start", before=isolated)
    if shutil.which("strace"):
        trace = program.work / "sockets.txt"
        traced = (*isolated, "strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(trace))
        program.run("--measure-start", before=traced)
        check_no_internet_socket(trace)
        watch_worklist(program, dataset, traced)
        check_no_internet_socket(trace)


def check_no_internet_socket(trace: Path) -> None:
    """Check what strace wrote."""
    sockets = [line for line in trace.read_text("utf-8", "replace").splitlines() if INTERNET.search(line)]
    assert not sockets, sockets


def watch_worklist(program: Program, dataset: Path, before: tuple[str, ...]) -> None:
    """Watch a copy of the worklist until all of it is in an archive, and end that with Ctrl-C."""
    start = time.monotonic()
    inbox = Path(shutil.copytree(dataset.parent / "worklist", program.work / "inbox"))
    output, archive, count = program.work / "watched.csv", program.work / "archive", len(list(inbox.iterdir()))
    arguments = ("screen", inbox, "--output", output, "--watch", "--move-answered", archive)
    command = [*before, str(program.executable), *map(str, arguments)]
    environment = ENVIRONMENT | {"HOME": str(program.work / "own")}
    with subprocess.Popen(command, cwd=program.work, env=environment, start_new_session=True) as process:
        try:
            wait_until(lambda: archive.is_dir() and len(list(archive.iterdir())) == count, "films moved")
        finally:
            os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 3, process.returncode
    assert not list(inbox.iterdir())
    assert len(output.read_text("utf-8-sig").splitlines()) == 1 + count
    print(f"ok  {time.monotonic() - start:6.1f} s  a folder watched and emptied", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Acceptance test of the packaged program.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        bundle, work = folder / "Früh befundet, 1", folder / "Ärzte & Co"
        shutil.copytree(arguments.bundle, bundle, symlinks=True, copy_function=os.link)
        work.mkdir()
        program, dataset = Program(bundle, work), make_films(folder / "films")
        check_basics(program, dataset)
        if sys.platform == "linux" and os.geteuid() == 0:
            check_desktop(program, dataset)
            check_unprivileged(program, dataset)
            check_offline(program, dataset)
        if arguments.full:
            check_jobs(program, dataset)
    print("The packaged program passes.")


if __name__ == "__main__":
    main()
