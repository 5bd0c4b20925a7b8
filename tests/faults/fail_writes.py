"""Kill the program, or let the system refuse, at the nth fsync and rename of everything that it writes.

    python tests/faults/fail_writes.py

Needs strace (Linux). Each file is written over an older one; afterwards the old or the new one must be there, whole.
A refused call must end in a sentence with status 1. Prints one line a run; exit status 1 where something broke.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.program import INTERNAL, ROOT, halves

WRITER = """
import sys, threading
from pathlib import Path
from core.screening.events import LedgerRow, Status
from core.system.error_messages import format_error
from core.datasets.preparation import AS_IT_IS, save_preparation
from core.runs.run_folder import RunCard, write_card
from core.exports.excel import write_excel
from core.screening.results_csv import write_final
from core.models.point_selection import select_point
from core.documents.document import render_text
from core.system.files import write_atomically
from core.models.model_card import build_card_document
from core.models.model_header import bundled_model_path, read_header
from core.models.operating_point import parse_wish
from core.documents.pdf import render_pdf
kind, place = sys.argv[1], Path(sys.argv[2])
rows = [LedgerRow(f"film-{number}.png", Status.REFUSED, "blank", None, None, None, "m") for number in range(500)]
classes, header = ("NORMAL", "PNEUMONIA"), read_header(bundled_model_path())
def model():
    data = bundled_model_path().read_bytes()
    write_atomically(place / "model.safetensors", lambda stream: stream.write(data))
def pdf():
    content = render_pdf(build_card_document(header))
    write_atomically(place / "card.pdf", lambda stream: stream.write(content))
write = {
    "csv": lambda: write_final(place / "r.csv", rows, classes),
    "xlsx": lambda: write_excel(place / "r.xlsx", rows, classes, [("Model", "m")], {}),
    "pdf": pdf,
    "model": model,
    "run.json": lambda: write_card(place, RunCard("name", "", "films", "12345678", "2026-01-01T00:00:00+00:00")),
    "preparation": lambda: save_preparation(AS_IT_IS, place / "p.json"),
    "point": lambda: select_point(header, parse_wish("best balance")),
}[kind]
try:
    write()
except Exception as error:
    print(format_error(error) or repr(error))
    sys.exit(1)
"""
KINDS = ("csv", "xlsx", "pdf", "model", "run.json", "preparation", "point")
FAULTS = [
    *(("fsync", number, "signal=KILL") for number in (1, 2)),
    *(("fsync", number, "error=EIO") for number in (1, 2)),
    ("rename", 1, "signal=KILL"),
    ("rename", 1, "error=EIO"),
    ("rename", 1, "error=ENOSPC"),
]


def written(kind, place, before=()):
    """Write one thing; exit status and words."""
    environment = {**os.environ, "XDG_DATA_HOME": str(place), "XDG_CACHE_HOME": str(place / "cache")}
    command = [*before, sys.executable, "-c", WRITER, kind, place]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    return done.returncode, done.stdout + done.stderr


def contents(place):
    """The files that have their final names."""
    return {path: path.read_bytes() for path in place.rglob("*") if path.is_file() and not path.name.startswith(".")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="*", default=KINDS)
    tried = broken = 0
    for kind in parser.parse_args().kinds:
        with tempfile.TemporaryDirectory(prefix="writes-") as name:
            place = Path(name)
            status, said = written(kind, place)
            assert status == 0, said
            whole = contents(place)
            for call, number, fault in FAULTS:
                inject = ("strace", "-f", "-qq", "-o", place / ".strace.tmp", "-e", f"trace={call}", "-e")
                status, said = written(kind, place, (*inject, f"inject={call}:{fault}:when={number}"))
                is_kill = fault.startswith("signal")
                ended = status in {-signal.SIGKILL, 128 + signal.SIGKILL} if is_kill else status == 1
                told = is_kill or (str(place) in said and not any(word in said for word in INTERNAL))
                lost = [path.name for path in whole if path not in contents(place)]
                good = ended and told and not lost and not halves(place)
                tried, broken = tried + 1, broken + (not good)
                print(
                    f"{kind}, {call} {number} {fault}: status {status} {'' if good else (said[-300:], lost)}",
                    flush=True,
                )
    print(f"{tried} writes, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
