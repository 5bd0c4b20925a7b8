"""What each recipe makes of the real films, also of test films that were processed otherwise. Writes a Markdown table.

Test films, 100 a class, and validation films are of patients that the bundled model was not trained on: its own splits
are made again here, which its data fingerprint proves. So a row that starts from it is as honest as one from random
weights, though it may have seen training films. Of the training films `--films` are drawn by patient, half of each
class, anew for each seed, 15 % of them for validation (0: all films). Test films are the same in every row.
Run from the project's root: PYTHONPATH=. python benchmarks/recipes.py --films 300 --seeds 3 --start random bundled
"""

import argparse
import csv
import io
import itertools
import random
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter

from benchmarks.run_job import result_of
from core.datasets.dataset import Dataset, Film, Split, read_dataset
from core.datasets.preparation import Preparation
from core.datasets.splits import VALIDATION_SHARE, assign_splits
from core.metrics.intervals import Figure
from core.metrics.roc import roc_auc
from core.models.model_file import Model, load_model
from core.models.model_header import bundled_model_path, read_header
from core.recipes.recipe import Recipe, change_start
from core.recipes.recipe_json import load_recipe
from core.runs.run_folder import CHECKPOINT, METRICS, MODEL, data_fingerprint, read_card
from core.system.malloc import keep_freed_memory
from core.training.training import train

REAL = Path(__file__).parents[2] / "shared/data/kermany-224"
TEST_FILMS = 100  # of each class
UNCHANGED = "as they are"
ACCEPTING = Preparation(accepts_leaks=True)  # identical films of different patients cannot be drawn around
COLUMNS = (
    "recipe", "start", "films", "seed", "accuracy (95 %)", "AUC (95 %)",
    "changed: accuracy (95 %)", "changed: AUC (95 %)", "worst change: accuracy", "seconds",
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


def splits_of_the_bundled_model() -> Dataset:
    """The films in the splits that the bundled model was made with, before copies were kept together."""
    dataset = assign_splits(read_dataset(REAL), 0)
    if data_fingerprint(dataset) != read_header(bundled_model_path()).content["data_fingerprint"]:
        sys.exit("These are not the films, or not the splits, that the bundled model was made with.")
    return dataset


def bacteria_or_virus(dataset: Dataset) -> Dataset:
    """Another task on the same films: what caused a pneumonia, told by the file's name."""
    films = [film for film in dataset.films if dataset.classes[film.label] == "PNEUMONIA"]
    films = [replace(film, label=int("virus" in film.path.name)) for film in films]
    return replace(dataset, classes=("BACTERIA", "VIRUS"), films=tuple(films))


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


def drawn(dataset: Dataset, films: int, seed: int, tested: int = TEST_FILMS) -> list[Film]:
    """Films in splits: `tested` test films a class, the same for every seed, and films to train and validate with."""
    digests = {film.path: sha256(film.path.read_bytes()).digest() for film in dataset.films}
    elsewhere = {digests[film.path] for film in dataset.films if film.split is not Split.TEST}
    chosen: list[Film] = []
    for label in range(2):
        mine = {split: [film for film in dataset.of_split(split) if film.label == label] for split in Split}
        alone = [film for film in mine[Split.TEST] if digests[film.path] not in elsewhere]
        test = by_patient(alone, tested, random.Random(100 + label))
        patients = {film.patient for film in test}
        free = [film for film in mine[Split.TEST] if film.patient not in patients]
        training = mine[Split.TRAINING] + [replace(film, split=Split.TRAINING) for film in free]
        order, validation = random.Random(1000 * seed + label), mine[Split.VALIDATION]
        if films:
            count = round(films / 2 * VALIDATION_SHARE)
            validation = by_patient(validation, count, order)
            training = by_patient(training, films // 2 - count, order)
        chosen += test + validation + training
    return chosen


def trained(recipe: Recipe, films: list[Film], classes: tuple[str, ...], folder: Path) -> Path:
    """The model file of a training on these films; one that was interrupted in this folder goes on."""
    run = folder / "run"
    if (run / METRICS).exists():
        return run / MODEL
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "films.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "label", "patient", "split"])
        writer.writerows([film.path, classes[film.label], film.patient, film.split] for film in films)
    job = train(folder / "films.csv", recipe, run, threading.Event(), (run / CHECKPOINT).exists(), ACCEPTING)
    return result_of(job).model


@dataclass(frozen=True, slots=True)
class Row:
    """What one training reached on the test films: for each change the scores and the right calls, both (films,)."""

    labels: npt.NDArray[np.int64]
    scores: dict[str, npt.NDArray[np.float64]]
    right: dict[str, npt.NDArray[np.bool_]]
    seconds: float


def over_films(rows: list[Row], figure: Callable[[Row, npt.NDArray[np.int64]], float]) -> Figure:
    """The mean of a figure over trainings, with the percentile interval over resamples of the test films."""
    order, films = np.random.default_rng(0), len(rows[0].labels)
    draws = [np.arange(films), *(order.integers(0, films, films) for _ in range(1000))]
    values = [float(np.mean([figure(row, draw) for row in rows])) for draw in draws]
    return Figure(values[0], *(float(bound) for bound in np.quantile(values[1:], [0.025, 0.975])))


def told(name: str, rows: list[Row]) -> str:
    """A line of the table for one training, or for the mean of several."""
    changed = [change for change in CHANGES if change != UNCHANGED]

    def accuracy(row: Row, draw: npt.NDArray[np.int64], *changes: str) -> float:
        return float(np.mean([row.right[change][draw].mean() for change in changes or (UNCHANGED,)]))

    def area(row: Row, draw: npt.NDArray[np.int64], *changes: str) -> float:
        areas = [roc_auc(row.labels[draw], row.scores[change][draw]) for change in changes or (UNCHANGED,)]
        return float(np.mean(areas))

    figures = [over_films(rows, figure) for figure in (accuracy, area)]
    figures += [
        over_films(rows, lambda row, draw, figure=figure: figure(row, draw, *changed)) for figure in (accuracy, area)
    ]
    every = np.arange(len(rows[0].labels))
    each = {change: float(np.mean([accuracy(row, every, change) for row in rows])) for change in changed}
    worst = min(each, key=lambda change: each[change])
    cells = [f"{one.value:.3f} ({one.low:.3f}-{one.high:.3f})" for one in figures]
    seconds = np.mean([row.seconds for row in rows])
    return f"| {name} | {' | '.join(cells)} | {each[worst]:.3f} ({worst}) | {seconds:.0f} |"


def looked_at(model: Model, test: list[Film], seconds: float) -> Row:
    """The answers of a model on the test films, as they are and changed."""
    side, truth = model.preprocessing.size_px, np.array([film.label for film in test])
    row = Row(truth, {}, {}, seconds)
    for change, change_of in CHANGES.items():
        pictures = [change_of(Image.open(film.path).convert("L")).resize((side, side)) for film in test]
        row.scores[change] = model.probabilities(np.stack([np.asarray(picture) for picture in pictures]))
        row.right[change] = (row.scores[change] >= model.calibration.threshold) == truth
    return row


def measured(dataset: Dataset, recipe: Recipe, films: int, seed: int, tested: int, kept: Path | None) -> Row:
    """Train, in a folder that is kept if one is given, and look at the test films."""
    chosen = drawn(dataset, films, seed, tested)
    recipe = replace(recipe, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        name = f"{recipe.name}-{Path(recipe.start).stem}-{films or 'all'}-{recipe.fingerprint}"
        path = trained(recipe, chosen, dataset.classes, kept / name if kept else Path(folder))
        model, seconds = load_model(path), read_card(path.parent).seconds or 0
    test = [film for film in chosen if film.split is Split.TEST]
    return looked_at(model, test, seconds)


def main() -> None:
    keep_freed_memory()
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=300)
    parser.add_argument("--test-films", type=int, default=TEST_FILMS, help="of each class")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--models", nargs="*", default=[], help="bundled or model files, only looked at")
    parser.add_argument("--recipes", nargs="*", default=["seed", "fast", "best"], help="names or JSON files")
    parser.add_argument("--start", nargs="+", default=["random", "bundled"], help="random, bundled, imagenet or a file")
    parser.add_argument("--strengths", nargs="+", type=float, default=[1.0], help="of the recipe's augmentation")
    parser.add_argument("--causes", action="store_true", help="tell bacteria from virus instead")
    parser.add_argument("--runs", type=Path, help="where run folders are kept, to go on with after an interruption")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--small-share", type=float, help="instead of the recipe's")
    parser.add_argument(
        "--rate-below", type=float, help="the last layer, instead of the recipe's; not from random weights"
    )
    options = parser.parse_args()
    if not REAL.exists():
        sys.exit(f"{REAL} is not here")
    dataset = splits_of_the_bundled_model()
    if options.causes:
        dataset = bacteria_or_virus(dataset)
    print(HEADING, flush=True)
    for name in options.models:
        test = [film for film in drawn(dataset, 0, 0, options.test_films) if film.split is Split.TEST]
        row = looked_at(load_model(None if name == "bundled" else Path(name)), test, 0)
        print(told(f"{Path(name).stem}, as it is | | |", [row]), flush=True)
    for name, start, strength in itertools.product(options.recipes, options.start, options.strengths):
        below = options.rate_below if start != "random" else None
        given = {"epochs": options.epochs, "small_share": options.small_share, "backbone_rate_factor": below}
        given = {key: value for key, value in given.items() if value is not None}
        recipe = replace(change_start(load_recipe(name), start), **given)
        recipe = replace(recipe, augmentation=recipe.augmentation.scaled(strength))
        words = [Path(name).stem, *(f"{value} {key}" for key, value in given.items())]
        words += [f"augmentation x {strength:g}"] if strength != 1 else []
        title = f"{', '.join(words)} | {start} | {options.films or 'all'}"
        rows = []
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            rows.append(measured(dataset, recipe, options.films, seed, options.test_films, options.runs))
            print(told(f"{title} | {seed}", rows[-1:]), flush=True)
        if len(rows) > 1:
            print(told(f"{title} | mean", rows), flush=True)


if __name__ == "__main__":
    main()
