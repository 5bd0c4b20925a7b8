"""Measure precision, recall and time of the audit's search for planted copies among real films.

Every film of ../shared/data/kermany-224 is a training film; an altered copy of every eighth one is
a test film. A pair counts as correct if it was planted, or if both films come from identical
originals. Skipped without those films.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.run_job import run_job
from core.datasets.audit import audit
from core.datasets.events import AuditResult, FindingKind

REAL = Path(__file__).parents[2] / "shared/data/kermany-224"


ALTERATIONS = ("quality 60", "resized", "cropped 3 %", "brighter 10 %", "mirrored", "all of these", "inverted")


def save_altered(film: Image.Image, alteration: str, path: Path) -> None:
    """Save an altered copy of a film. alteration: one of ALTERATIONS."""
    width, height = film.size
    brighter = Image.fromarray(np.clip(np.asarray(film, np.float64) * 1.1, 0, 255).astype(np.uint8))
    box = (round(0.03 * width), round(0.03 * height), round(0.97 * width), round(0.97 * height))
    match alteration:
        case "quality 60":
            film.save(path, quality=60)
        case "resized":
            film.resize((160, 190)).save(path, quality=90)
        case "cropped 3 %":
            film.crop(box).save(path, quality=90)
        case "brighter 10 %":
            brighter.save(path, quality=90)
        case "mirrored":
            film.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path, quality=90)
        case "all of these":
            brighter.crop(box).resize((180, 180)).save(path, quality=60)
        case "inverted":
            Image.fromarray(255 - np.asarray(film)).save(path, quality=90)


def plant_copies(root: Path) -> dict[Path, tuple[Path, str]]:
    """Make a dataset with altered copies; return the original and the alteration of each copy."""
    planted = {}
    (root / "train").mkdir()
    for label in ("NORMAL", "PNEUMONIA"):
        (root / "train" / label).symlink_to(REAL / label)
        (root / "test" / label).mkdir(parents=True)
        for number, path in enumerate(sorted((REAL / label).iterdir())[::8]):
            alteration = ALTERATIONS[number % len(ALTERATIONS)]
            copy = root / "test" / label / f"copy-{label}-{number}-x.jpg"
            save_altered(Image.open(path).convert("L"), alteration, copy)
            planted[copy] = (root / "train" / label / path.name, alteration)
    return planted


def print_recall(result: AuditResult, planted: dict[Path, tuple[Path, str]]) -> None:
    """Print how many planted copies are in one group with their original, for each alteration."""
    group_of = {path: number for number, group in enumerate(result.copies) for path in group}
    for alteration in ALTERATIONS:
        pairs = [(copy, original) for copy, (original, kind) in planted.items() if kind == alteration]
        hits = sum(copy in group_of and group_of[copy] == group_of.get(original) for copy, original in pairs)
        print(f"recall, {alteration:14} {hits}/{len(pairs)}")


def print_precision(result: AuditResult, planted: dict[Path, tuple[Path, str]]) -> None:
    """Print how many groups mix films of different originals, and the inverted films found."""
    original_of = {copy: original for copy, (original, _) in planted.items()}
    originals = {path.read_bytes() for group in result.copies for path in group if path not in original_of}
    wrong = [group for group in result.copies if len({original_of.get(path, path).read_bytes() for path in group}) > 1]
    print(f"groups {len(result.copies)}, of different films {len(wrong)}; different originals {len(originals)}")
    inverted = {copy for copy, (_, alteration) in planted.items() if alteration == "inverted"}
    found = {path for finding in result.findings if finding.kind is FindingKind.INVERTED for path in finding.files}
    print(f"inverted films: {len(found & inverted)} of {len(inverted)} found, {len(found - inverted)} wrongly")


def main() -> None:
    if not REAL.exists():
        sys.exit(f"{REAL} is not here")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        planted = plant_copies(root)
        for attempt in ("first", "second"):
            start = time.monotonic()
            result = run_job(audit(root, threading.Event()))
            print(f"{attempt} audit of {len(result.dataset.films)} films: {time.monotonic() - start:.1f} s")
        print_recall(result, planted)
        print_precision(result, planted)


if __name__ == "__main__":
    main()
