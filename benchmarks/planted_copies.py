"""Precision and recall of the copies that the audit finds among real films with planted copies, and its time.

Every film of ../shared/data/kermany-224 as training film; of every eighth one altered copy as test film. A pair counts
as right where it was planted, or where both films come from identical originals. Skipped without those films.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.run_job import result_of
from core.datasets.audit import audit
from core.datasets.events import FindingKind

REAL = Path(__file__).parents[2] / "shared/data/kermany-224"


def altered(picture: Image.Image, kind: int, path: Path) -> None:
    width, height = picture.size
    brighter = Image.fromarray(np.clip(np.asarray(picture, np.float64) * 1.1, 0, 255).astype(np.uint8))
    crop = (round(0.03 * width), round(0.03 * height), round(0.97 * width), round(0.97 * height))
    match kind:
        case 0:
            picture.save(path, quality=60)
        case 1:
            picture.resize((160, 190)).save(path, quality=90)
        case 2:
            picture.crop(crop).save(path, quality=90)
        case 3:
            brighter.save(path, quality=90)
        case 4:
            picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path, quality=90)
        case 5:
            brighter.crop(crop).resize((180, 180)).save(path, quality=60)
        case _:
            Image.fromarray(255 - np.asarray(picture)).save(path, quality=90)


def main() -> None:
    if not REAL.exists():
        sys.exit(f"{REAL} is not here")
    kinds = ("quality 60", "resized", "cropped 3 %", "brighter 10 %", "mirrored", "all of these", "inverted")
    with tempfile.TemporaryDirectory() as name:
        root, planted, inverted = Path(name), {}, set()
        for kind in ("NORMAL", "PNEUMONIA"):
            (root / "train").mkdir(exist_ok=True)
            (root / "train" / kind).symlink_to(REAL / kind)
            (root / "test" / kind).mkdir(parents=True)
            for number, path in enumerate(sorted((REAL / kind).iterdir())[::8]):
                copy = root / "test" / kind / f"copy-{kind}-{number}-x.jpg"
                altered(Image.open(path).convert("L"), number % len(kinds), copy)
                planted[copy] = (root / "train" / kind / path.name, kinds[number % len(kinds)])
                if kinds[number % len(kinds)] == "inverted":
                    inverted.add(copy)
        for attempt in ("first", "second"):
            start = time.monotonic()
            result = result_of(audit(root, threading.Event()))
            print(f"{attempt} audit of {len(result.dataset.films)} films: {time.monotonic() - start:.1f} s")
        group_of = {path: number for number, group in enumerate(result.copies) for path in group}
        for kind in kinds:
            mine = [(copy, original) for copy, (original, its) in planted.items() if its == kind]
            hit = sum(copy in group_of and group_of[copy] == group_of.get(original) for copy, original in mine)
            print(f"recall, {kind:14} {hit}/{len(mine)}")
        source = {copy: original for copy, (original, _) in planted.items()}
        exact = {path.read_bytes() for group in result.copies for path in group if path not in source}
        wrong = [group for group in result.copies
                 if len({source.get(path, path).read_bytes() for path in group}) > 1]  # fmt: skip
        print(f"groups {len(result.copies)}, of different films {len(wrong)}; different originals {len(exact)}")
        found = {path for one in result.findings if one.kind is FindingKind.INVERTED for path in one.files}
        print(f"inverted films: {len(found & inverted)} of {len(inverted)} found, {len(found - inverted)} wrongly")


if __name__ == "__main__":
    main()
