"""Measure precision, recall and time of the audit's search for planted copies among real films.

Every film of ../shared/data/kermany-224 is a training film; an altered copy of every eighth one is
a test film. A pair counts as correct if it was planted, or if both films come from identical
originals. Beside it, in the same run, the perceptual hash pHash of the package imagehash, at the
distance that is best for these very films. Skipped without those films.
"""

import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image, ImageOps

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
        shutil.copytree(REAL / label, root / "train" / label, copy_function=os.symlink)  # of a folder, none is followed
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


def compare_with_hash(paths: list[Path], planted: dict[Path, tuple[Path, str]], side: int) -> None:
    """Print recall and precision of pairs by pHash of `side` ** 2 bits, at the distance of the best F1.

    A mirrored film is looked up by the hash of its mirror image, an inverted one by the complement,
    so that the hash may find whatever the audit does.
    """
    start = time.monotonic()
    number_of = {path: number for number, path in enumerate(paths)}
    _, original = np.unique([planted.get(path, (path, ""))[0].read_bytes() for path in paths], return_inverse=True)
    films = [Image.open(path).convert("L") for path in paths]
    signs = [np.stack([_hash_signs(film, side) for film in each]) for each in (films, map(ImageOps.mirror, films))]
    # bits that differ; a hash and its complement count as equal
    distance = np.minimum(*((side * side - np.abs(signs[0] @ other.T)) / 2 for other in signs))
    low, high = np.triu_indices(len(paths), 1)
    distance, same = distance[low, high].astype(int), original[low] == original[high]
    correct, wrong = (np.cumsum(np.bincount(distance[flags], minlength=side * side)) for flags in (same, ~same))
    best = int(np.argmax(2 * correct / (correct + wrong + same.sum())))
    print(
        f"pHash of {side * side} bits, best distance {best}: pairs found {correct[best]} of {same.sum()}, "
        f"of different films {wrong[best]}; {time.monotonic() - start:.1f} s"
    )
    found = {(int(i), int(j)) for i, j in zip(low[distance <= best], high[distance <= best], strict=True)}
    for alteration in ALTERATIONS:
        pairs = [
            tuple(sorted((number_of[copy], number_of[film])))
            for copy, (film, kind) in planted.items()
            if kind == alteration
        ]
        print(f"recall of pHash, {alteration:14} {sum(pair in found for pair in pairs)}/{len(pairs)}")


def _hash_signs(film: Image.Image, side: int) -> np.ndarray:
    """Return the bits of a film's pHash as -1 and 1, (side ** 2,)."""
    return np.where(imagehash.phash(film, side).hash.ravel(), 1, -1).astype(np.float32)


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
        paths = [film.path for film in result.dataset.films]
        for side in (8, 16):
            compare_with_hash(paths, planted, side)


if __name__ == "__main__":
    main()
