"""Ctrl-C and SIGTERM in every kind of job, in the window and on the command line.

    python tests/faults/end_jobs.py
    python tests/faults/end_jobs.py --kinds train screen --rounds 3

Each must end with status 130 (or as usual, where it was done before), say no traceback, and leave no temporary file.
On the command line the signal comes at a random moment (seed printed), in the window at the first event.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.factories import write_phantoms
from tests.faults.program import INTERNAL, ROOT, started, write_films, write_recipe

WINDOW = ("train", "search", "rate", "audit", "evaluate", "doubt", "screen", "watch", "demo", "idle")
COMMANDS = {
    "train": "train {place}/dataset --output {place}/out/run --recipe {place}/recipe.json",
    "search": "search {place}/dataset --output {place}/out/search --recipe {place}/recipe.json --hours 1",
    "audit": "audit {place}/dataset",
    "evaluate": "evaluate bundled {place}/dataset --output {place}/out/figures",
    "accept": "accept bundled {place}/dataset --output {place}/out/test",
    "screen": "screen {place}/films --output {place}/out/r.csv",
    "watch": "screen {place}/films --output {place}/out/r.csv --watch",
    "demo": "",
}


def end_window(kind, number, place):
    """Start the window with a job, send the signal at its first event; gives seconds, exit status and words."""
    command = [sys.executable, "tests/faults/window_job.py", kind, place]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    environment |= dict.fromkeys(("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), f"{place}/app")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        process.stdout.readline()
        start = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    return time.monotonic() - start, process.returncode, out.replace("running\n", "") + err


def end_command(kind, number, place, order):
    """Start a command and send the signal at a random moment."""
    quiet = {"QT_QPA_PLATFORM": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    process = started(COMMANDS[kind].format(place=place).split(), place, env=quiet)
    try:
        process.wait(order.uniform(1.5, 12))
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    start = time.monotonic()
    out, err = process.communicate(timeout=120)
    return time.monotonic() - start, process.returncode, out + err


def left_in(place):
    return [path.name for path in (place / "out").rglob("*") if path.name.endswith((".tmp", "lock"))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="*", default=sorted({*WINDOW, *COMMANDS}))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=9)
    options = parser.parse_args()
    order, broken, tried = random.Random(options.seed), 0, 0
    print(f"seed {options.seed}")
    for kind in options.kinds * options.rounds:
        for number in (signal.SIGINT, signal.SIGTERM):
            for where in ("window", "command line"):
                if kind not in (WINDOW if where == "window" else COMMANDS):
                    continue
                with tempfile.TemporaryDirectory(prefix="ends-") as name:
                    place = Path(name)
                    (place / "out").mkdir()
                    write_phantoms(place / "dataset")
                    write_films(place / "films", 300)
                    write_recipe(place / "recipe.json", epochs=200)
                    arguments = (kind, number, place) if where == "window" else (kind, number, place, order)
                    ended = (end_window if where == "window" else end_command)(*arguments)
                    left = left_in(place)
                seconds, status, said = ended
                whole = status in ({130} if where == "window" else {130, 0, 3}) and not left
                whole = whole and not any(word in said for word in INTERNAL)
                tried, broken = tried + 1, broken + (not whole)
                print(f"{kind}, {where}, {number.name}: status {status} after {seconds:.1f} s {left or ''}", flush=True)
                if not whole:
                    print(said[-1500:])
    print(f"{tried} endings, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
