"""What each recipe makes of the real films, also of test films that were processed otherwise. Writes a Markdown table.

100 test films a class are held out by patient, the same for every row; of the rest `--films` are drawn by patient, half
of each class, anew for each seed (0: all of them). The program splits off the validation films, grouped by patient.
The bundled model has seen these films: as an honest stand-in, `--start elsewhere` makes a start from other patients.
Run from the project's root: PYTHONPATH=. python benchmarks/recipes.py --films 300 --seeds 3 --recipes seed fast best
"""

import argparse
import csv
import io
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from core.dataset import Film, read_dataset
from core.metrics import Figure, delong, wilson
from core.model_file import load_model
from core.preparation import Preparation
from core.recipe import BEST, Recipe, load_recipe, with_start
from core.training import train

REAL = Path(__file__).parents[2] / "shared/data/kermany-224"
TEST_FILMS = 100  # of each class
UNCHANGED = "as they are"
ACCEPTING = Preparation(accepts_leaks=True)  # identical films of different patients cannot be drawn around
COLUMNS = (
    "recipe", "start", "films", "seed", "accuracy (95 %)", "AUC (95 %)", "changed: mean accuracy", "changed: mean AUC",
    "worst change", "seconds",
)  # fmt: skip
HEADING = "| " + " | ".join(COLUMNS) + " |\n" + "| --- " * len(COLUMNS) + "|"


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue())).convert("L")


def _framed(picture: Image.Image, share: float) -> Image.Image:
    side = picture.width
    cut = round(share * side)
    return picture.crop((cut, cut, side - cut, side - cut)).resize((side, side), Image.Resampling.BILINEAR)


CHANGES = {
    UNCHANGED: lambda film: film,
    "brighter 25 %": lambda film: ImageEnhance.Brightness(film).enhance(1.25),
    "darker 25 %": lambda film: ImageEnhance.Brightness(film).enhance(0.75),
    "contrast x 0.7": lambda film: ImageEnhance.Contrast(film).enhance(0.7),
    "contrast x 1.4": lambda film: ImageEnhance.Contrast(film).enhance(1.4),
    "gamma 0.7": lambda film: film.point([round(255 * (v / 255) ** 0.7) for v in range(256)]),
    "gamma 1.4": lambda film: film.point([round(255 * (v / 255) ** 1.4) for v in range(256)]),
    "sharpened": lambda film: film.filter(ImageFilter.UnsharpMask(2, 150, 0)),
    "blurred": lambda film: film.filter(ImageFilter.GaussianBlur(1.5)),
    "JPEG quality 30": lambda film: _jpeg(film, 30),
    "cropped 6 %": lambda film: _framed(film, 0.06),
    "rotated 6 degrees": lambda film: film.rotate(6, Image.Resampling.BILINEAR),
}


def by_patient(films: list[Film], count: int, order: random.Random) -> list[Film]:
    """About `count` films, whole patients, in a random order."""
    patients: dict[str, list[Film]] = {}
    for film in films:
        patients.setdefault(film.patient, []).append(film)
    names = sorted(patients)
    order.shuffle(names)
    taken: list[Film] = []
    for name in names:
        if len(taken) >= count:
            break
        taken += patients[name][: count - len(taken)]
    return taken


def drawn(films: int, seed: int) -> tuple[list[Film], list[Film]]:
    """Test films, the same for every seed, and films to train with; patients apart."""
    dataset = read_dataset(REAL)
    test, rest = [], []
    for label in (0, 1):
        mine = [film for film in dataset.films if film.label == label]
        held = by_patient(mine, TEST_FILMS, random.Random(100 + label))
        patients = {film.patient for film in held}
        free = [film for film in mine if film.patient not in patients]
        test += held
        rest += by_patient(free, films // 2 if films else len(free), random.Random(1000 * seed + label))
    return test, rest


def elsewhere(films: int, seeds: int, folder: Path) -> Path:
    """A start made like the bundled model, from random weights, on patients that no draw and no test film is of."""
    draws = [drawn(films, seed) for seed in range(seeds)]
    used = {film.patient for test, rest in draws for film in (*test, *rest)}
    free = [film for film in read_dataset(REAL).films if film.patient not in used]
    print(f"`elsewhere`: {len(free)} films of other patients", flush=True)
    return trained(replace(BEST, start="random", epochs=8), [], free, folder)


def trained(recipe: Recipe, test: list[Film], rest: list[Film], folder: Path) -> Path:
    """The model file of a training on `rest`, in which `test` are the test films (none: the program draws some)."""
    with (folder / "films.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "label", "patient", *(["split"] if test else [])])
        for split, part in (("test", test), ("", rest)):
            writer.writerows([film.path, film.label, film.patient, *([split] if test else [])] for film in part)
    job = train(folder / "films.csv", recipe, folder / "run", threading.Event(), preparation=ACCEPTING)
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value.model


@dataclass(frozen=True, slots=True)
class Row:
    """What one training reached: accuracy at its own threshold and AUC of the test films under each change."""

    accuracy: dict[str, Figure]
    area: dict[str, Figure]
    seconds: float

    def told(self, name: str) -> str:
        """A row of the table."""
        changed = [change for change in CHANGES if change != UNCHANGED]
        worst = min(changed, key=lambda change: self.accuracy[change].value)
        mean = np.mean([[self.accuracy[change].value, self.area[change].value] for change in changed], axis=0)
        plain = " | ".join(
            f"{one.value:.3f} ({one.low:.3f}-{one.high:.3f})"
            for one in (self.accuracy[UNCHANGED], self.area[UNCHANGED])
        )
        worst_text = f"{self.accuracy[worst].value:.3f} ({worst})"
        return f"| {name} | {plain} | {mean[0]:.3f} | {mean[1]:.3f} | {worst_text} | {self.seconds:.0f} |"


def measured(recipe: Recipe, films: int, seed: int) -> Row:
    """Train and look at the test films, as they are and changed."""
    test, rest = drawn(films, seed)
    truth = np.array([film.label for film in test])
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(trained(replace(recipe, seed=seed), test, rest, Path(folder)))
    seconds, side = time.monotonic() - start, model.preprocessing.size_px
    row = Row({}, {}, seconds)
    for change, change_of in CHANGES.items():
        pictures = [change_of(Image.open(film.path).convert("L")).resize((side, side)) for film in test]
        scores = model.probabilities(np.stack([np.asarray(picture) for picture in pictures]))
        right = (scores >= model.calibration.threshold) == truth
        row.accuracy[change] = wilson(int(right.sum()), len(truth))
        row.area[change] = delong(truth, scores)
    return row


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--recipes", nargs="+", default=["seed", "fast", "best"], help="names or JSON files")
    parser.add_argument("--start", default="random", help="random, bundled, imagenet, a model file, or elsewhere")
    options = parser.parse_args()
    if not REAL.exists():
        sys.exit(f"{REAL} is not here")
    start = options.start
    with tempfile.TemporaryDirectory() as folder:
        if start == "elsewhere":
            start = str(elsewhere(options.films, options.seeds, Path(folder)))
        print(HEADING, flush=True)
        for name in options.recipes:
            recipe = load_recipe(name)
            recipe = with_start(recipe, start)
            for seed in range(options.seeds):
                title = f"{Path(name).stem} | {options.start} | {options.films or 'all'} | {seed}"
                print(measured(recipe, options.films, seed).told(title), flush=True)


if __name__ == "__main__":
    main()
