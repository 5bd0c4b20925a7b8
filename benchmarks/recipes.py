"""Measure what each recipe achieves on real films, unchanged and processed differently.

Prints a Markdown table for each task: pneumonia in children, in adults (RSNA), and its cause in
children, bacteria or a virus. Test films, at most 100 a class, and validation films are of patients
that the bundled model was not trained on: its own splits are made again here, and its codes of films
prove it. A row that starts from it is therefore as unbiased as one from random weights, though it
may have seen training films. Of the training films `--films` are drawn by patient for each seed,
half of each class, 15 % of them for validation (0: all films). The test films are the same in every
row.
Run from the project's root; a start may name a network before a colon:
PYTHONPATH=. python benchmarks/recipes.py --tasks children adults causes --films 300 --seeds 3 \
--start random bundled efficientnet_lite0:imagenet
"""

import argparse
import csv
import io
import itertools
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter

from benchmarks.recipe_tasks import DATA, TASKS, TEST_FILMS, draw_splits
from benchmarks.run_job import run_job
from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from core.datasets.preparation import Preparation, make_finding_step
from core.films.images import resize
from core.metrics.intervals import Figure
from core.metrics.roc import roc_auc
from core.models.model_file import Model, load_model
from core.recipes.recipe import ARCHITECTURES, Recipe, change_start
from core.recipes.recipe_json import load_recipe
from core.runs.run_folder import CHECKPOINT, METRICS, MODEL, read_card
from core.system.malloc import keep_freed_memory
from core.training.training import train

UNCHANGED = "as they are"
ACCEPTING = Preparation(accepts_leaks=True)  # identical films of different patients cannot be avoided
COLUMNS = (
    "recipe", "start", "films", "seed", "accuracy (95 %)", "AUC (95 %)",
    "changed: accuracy (95 %)", "changed: AUC (95 %)", "worst change: accuracy", "seconds",
)  # fmt: skip
HEADING = "| " + " | ".join(COLUMNS) + " |\n" + "| --- " * len(COLUMNS) + "|"


def _compress(film: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    film.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue())).convert("L")


def _crop(film: Image.Image, fraction: float) -> Image.Image:
    """Cut `fraction` of the width off each side and enlarge the rest."""
    side = film.width
    cut = round(fraction * side)
    return film.crop((cut, cut, side - cut, side - cut)).resize((side, side), Image.Resampling.BILINEAR)


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
    "JPEG quality 30": lambda film: _compress(film, 30),
    "cropped 6 %": lambda film: _crop(film, 0.06),
    "rotated 6 degrees": lambda film: film.rotate(6, Image.Resampling.BILINEAR),
}


def train_model(recipe: Recipe, films: list[Film], classes: tuple[str, ...], folder: Path) -> Path:
    """Train on films, or continue an interrupted training in `folder`; return the model file."""
    run = folder / "run"
    if (run / METRICS).exists():
        return run / MODEL
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "films.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "label", "patient", "split"])
        writer.writerows([film.path, classes[film.label], film.patient, film.split] for film in films)
    preparation = ACCEPTING.with_step(make_finding_step(classes[1]))  # of causes, no name tells the finding
    job = train(folder / "films.csv", recipe, run, threading.Event(), (run / CHECKPOINT).exists(), preparation)
    return run_job(job).model


@dataclass(frozen=True, slots=True)
class FilmScores:
    """A model's scores of the test films, and which are classified correctly, for each change.

    All arrays are (films,). seconds: duration of the training.
    """

    labels: npt.NDArray[np.int64]
    scores: dict[str, npt.NDArray[np.float64]]
    is_correct: dict[str, npt.NDArray[np.bool_]]
    seconds: float


Measure = Callable[[FilmScores, npt.NDArray[np.int64], Sequence[str]], float]


def mean_accuracy(model: FilmScores, films: npt.NDArray[np.int64], changes: Sequence[str]) -> float:
    """Return the mean accuracy over changes on the films of these indices."""
    return float(np.mean([model.is_correct[change][films].mean() for change in changes]))


def mean_auc(model: FilmScores, films: npt.NDArray[np.int64], changes: Sequence[str]) -> float:
    """Return the mean AUC over changes on the films of these indices."""
    return float(np.mean([roc_auc(model.labels[films], model.scores[change][films]) for change in changes]))


def bootstrap_figure(models: list[FilmScores], measure: Measure, changes: Sequence[str]) -> Figure:
    """Return the mean of a measure over models, with a bootstrap interval over test films."""
    generator, films = np.random.default_rng(0), len(models[0].labels)
    resamples = [np.arange(films), *(generator.integers(0, films, films) for _ in range(1000))]
    values = [float(np.mean([measure(model, resample, changes) for model in models])) for resample in resamples]
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Figure(values[0], float(low), float(high))


def format_row(name: str, models: list[FilmScores]) -> str:
    """Format the row of one training, or of the mean of several."""
    changed = [change for change in CHANGES if change != UNCHANGED]
    figures = [
        bootstrap_figure(models, measure, changes)
        for changes in ([UNCHANGED], changed)
        for measure in (mean_accuracy, mean_auc)
    ]
    films = np.arange(len(models[0].labels))
    accuracies = {
        change: float(np.mean([mean_accuracy(model, films, [change]) for model in models])) for change in changed
    }
    worst = min(accuracies, key=lambda change: accuracies[change])
    cells = [f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})" for figure in figures]
    seconds = np.mean([model.seconds for model in models])
    return f"| {name} | {' | '.join(cells)} | {accuracies[worst]:.3f} ({worst}) | {seconds:.0f} |"


def read_picture(path: Path, side: int) -> Image.Image:
    """Read a film at the network's size, so that a change is equally strong on films of any size."""
    with Image.open(path) as picture:
        return Image.fromarray(resize(np.asarray(picture.convert("L")), side, side))


def score_test_films(model: Model, test: list[Film], seconds: float) -> FilmScores:
    """Score the test films, unchanged and after each change."""
    side, labels = model.preprocessing.size_px, np.array([film.label for film in test])
    result = FilmScores(labels, {}, {}, seconds)
    for name, change in CHANGES.items():
        pictures = [change(read_picture(film.path, side)).resize((side, side)) for film in test]
        result.scores[name] = model.probabilities(np.stack([np.asarray(picture) for picture in pictures]))
        result.is_correct[name] = (result.scores[name] >= model.calibration.threshold) == labels
    return result


def measure_recipe(dataset: Dataset, recipe: Recipe, seed: int, options: argparse.Namespace) -> FilmScores:
    """Train once and score the test films; the run is kept if `--runs` names a folder for it."""
    films = draw_splits(dataset, options.films, seed, options.test_films)
    recipe = replace(recipe, seed=seed)
    with tempfile.TemporaryDirectory() as temporary:
        start = f"{recipe.architecture}-{Path(recipe.start).stem}"
        name = f"{options.task}-{recipe.name}-{start}-{options.films or 'all'}-{recipe.fingerprint}"
        folder = options.runs / name if options.runs else Path(temporary)
        path = train_model(recipe, films, dataset.classes, folder)
        model, seconds = load_model(path), read_card(path.parent).seconds or 0
    test = [film for film in films if film.split is Split.TEST]
    return score_test_films(model, test, seconds)


def print_models(dataset: Dataset, options: argparse.Namespace) -> None:
    """Print a row for each model of `--models`."""
    for name in options.models:
        test = [film for film in draw_splits(dataset, 0, 0, options.test_films) if film.split is Split.TEST]
        scores = score_test_films(load_model(None if name == "bundled" else Path(name)), test, 0)
        print(format_row(f"{Path(name).stem}, as it is | | |", [scores]), flush=True)


def print_recipe(dataset: Dataset, name: str, start: str, strength: float, options: argparse.Namespace) -> None:
    """Print a row for each seed of a recipe, and their mean. strength: of its augmentation."""
    network, _, weights = start.rpartition(":") if start.partition(":")[0] in ARCHITECTURES else ("", "", start)
    changes = {"epochs": options.epochs, "small_share": options.small_share}
    if weights != "random":
        changes["backbone_rate_factor"] = options.rate_below
    changes = {key: value for key, value in changes.items() if value is not None}
    recipe = change_start(load_recipe(name), weights)
    recipe = replace(recipe, architecture=network or recipe.architecture, **changes)
    recipe = replace(recipe, augmentation=recipe.augmentation.scale(strength))
    words = [Path(name).stem, *(f"{value} {key}" for key, value in changes.items())]
    words += [f"augmentation x {strength:g}"] if strength != 1 else []
    title = f"{', '.join(words)} | {start} | {options.films or 'all'}"
    models = []
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        models.append(measure_recipe(dataset, recipe, seed, options))
        print(format_row(f"{title} | {seed}", models[-1:]), flush=True)
    if len(models) > 1:
        print(format_row(f"{title} | mean", models), flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=["children"])
    parser.add_argument("--films", type=int, default=300, help="for training and validation; 0: all")
    parser.add_argument("--test-films", type=int, default=TEST_FILMS, help="of each class")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--models", nargs="*", default=[], help="bundled or model files, measured without training")
    parser.add_argument("--recipes", nargs="*", default=["seed", "fast", "best"], help="names or JSON files")
    parser.add_argument(
        "--start", nargs="+", default=["random", "bundled"], help="[network:] random, bundled, imagenet or a file"
    )
    parser.add_argument("--strengths", nargs="+", type=float, default=[1.0], help="factors of the augmentation")
    parser.add_argument("--runs", type=Path, help="folder in which runs are kept, to continue after an interruption")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--small-share", type=float, help="instead of the recipe's")
    parser.add_argument(
        "--rate-below", type=float, help="backbone_rate_factor, instead of the recipe's; not from random weights"
    )
    return parser.parse_args()


def main() -> None:
    keep_freed_memory()
    options = read_options()
    if not DATA.exists():
        sys.exit(f"{DATA} is not here")
    for task in options.tasks:
        options.task = task
        dataset = TASKS[task]()
        print(f"\n{task}: {' or '.join(dataset.classes)}\n\n{HEADING}", flush=True)
        print_models(dataset, options)
        for name, start, strength in itertools.product(options.recipes, options.start, options.strengths):
            print_recipe(dataset, name, start, strength, options)


if __name__ == "__main__":
    main()
