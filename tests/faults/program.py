"""The program as a person starts it, and what must hold of its files whatever happened to it."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

from PIL import Image

from core.films.phantoms import draw_phantom
from core.models.model_header import read_header
from core.recipes.recipe_json import to_json_object
from core.runs.epoch_log import read_epochs
from core.system.files import write_text_atomically
from tests.factories import QUICK, ROOT

INTERNAL = ("Traceback", "inside the program", "Errno")  # words that no person should read


def started(arguments, place=None, program=ROOT, before=(), **more):
    """`python main.py` with these arguments, as a process of its own group, with app folders below `place`."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", **more.pop("env", {})}
    if place is not None:
        environment |= {"XDG_DATA_HOME": f"{place}/app-data", "XDG_CACHE_HOME": f"{place}/app-cache"}
        environment["XDG_CONFIG_HOME"] = f"{place}/app-config"
    command = [*before, sys.executable, "main.py", *arguments]
    return subprocess.Popen(
        [str(part) for part in command], cwd=program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, **more,
    )  # fmt: skip


def ran(arguments, place=None, seconds=300, **more):
    """Exit status, and all that was said, of a command that runs to its end."""
    with started(arguments, place, **more) as process:
        out, err = process.communicate(timeout=seconds)
    return process.returncode, out + err


def is_told(said):
    """Whether a failed command ended in sentences that a person can use."""
    return bool(said.strip()) and not any(word in said for word in INTERNAL)


def write_films(folder, count, side=72):
    """Small phantoms, some damaged, in subfolders of a hundred."""
    for seed in range(count):
        place = folder / f"{seed // 100:03}"
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"film-{seed:05}.png"
        Image.fromarray(draw_phantom(seed % 40, seed % 2 == 1, side)).save(path)
        if seed % 50 == 7:
            path.write_bytes(path.read_bytes()[:300])
    return folder


def write_recipe(path, **choices):
    """The tests' quick recipe as a file."""
    write_text_atomically(path, json.dumps(to_json_object(replace(QUICK, **choices))))
    return path


def digests(folder):
    """Content and time of every file below a folder: what must not change of somebody's films."""
    return {
        path.relative_to(folder).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def halves(folder, known=()):
    """Files below a folder, but those known to be whole, that are not although they have a final name, with why."""
    found = []
    for path in sorted(folder.rglob("*")):
        is_known = path.relative_to(folder).as_posix() in known
        if path.is_file() and not is_known and not path.name.endswith((".tmp", ".lock", ".partial")):
            try:
                _read_whole(path)
            except Exception as error:  # whatever a parser met: the file is not whole
                found.append(f"{path.name}: {error!r}")
    return found


def _read_whole(path):
    match path.suffix:
        case ".json":
            json.loads(path.read_text("utf-8"))
        case ".safetensors":
            from core.models.model_file import load_model

            load_model(path)
        case ".ckpt":
            from core.training.checkpoint import _read_state

            _read_state(path)
        case ".csv":
            assert path.read_bytes().endswith(b"\n")
            rows = list(csv.reader(path.read_text("utf-8").splitlines()))
            assert len({len(row) for row in rows}) == 1
        case ".pdf":
            assert path.read_bytes().rstrip().endswith(b"%%EOF")
        case ".xlsx":
            from openpyxl import load_workbook

            load_workbook(path)


def outcome(run_dir):
    """What a finished training came to, but for its times."""
    files = {name: (run_dir / name).read_bytes() for name in ("metrics.json", "predictions.csv", "splits.csv")}
    curve = [replace(epoch, seconds=0.0, films_per_second=0.0) for epoch in read_epochs(run_dir)]
    content = read_header(run_dir / "best.safetensors").content
    return {**files, "curve": curve, "model": content, "looks": (run_dir / "looks.json").read_text("utf-8")}
