"""Measure how close the answers of screening are to those of the network in full precision.

For each model the test films of the bundled model's children, and those of adults, are scored as
screening scores them, by ONNX Runtime in 8-bit integers where that is accurate, and by torch in
single precision. Printed are the form, the largest difference of a probability, the difference of
the AUC, and how many labels and decisions change.
Run from the project's root: PYTHONPATH=. python benchmarks/parity.py [MODEL...]
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.recipe_tasks import REAL, read_adults, read_bundled_splits
from core.datasets.entries import Split
from core.films.film_reader import read_square
from core.inference.int8_fitting import compare
from core.inference.scoring_model import open_model
from core.metrics.roc import mean_auc
from core.models.model_file import load_model


def read_test_films(size_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the test films of children and adults, (n, size, size), and their labels (n,)."""
    films = [film for dataset in (read_bundled_splits(), read_adults()) for film in dataset.of_split(Split.TEST)]
    with ThreadPoolExecutor() as pool:
        squares = np.stack(list(pool.map(lambda film: read_square(film.path, size_px), films)))
    return squares, np.array([film.label for film in films])


def format_row(path: Path | None) -> str:
    """Return the row of a model in the table."""
    fast, exact = open_model(path), load_model(path)
    films, labels = read_test_films(exact.preprocessing.size_px)
    with ThreadPoolExecutor() as pool:
        logits = np.stack([outputs.logits for outputs in pool.map(fast.compute, films)])
    expected = exact.logits(films)
    difference, auc_difference, changed = compare(exact.calibration, labels, expected, logits)
    before, after = exact.calibration.probabilities(expected), exact.calibration.probabilities(logits)
    decide, label = exact.calibration.decision, exact.calibration.label
    decisions = sum(decide(old) is not decide(new) for old, new in zip(before, after, strict=True))
    labels_changed = sum(label(old) != label(new) for old, new in zip(before, after, strict=True))
    cells = (
        exact.header.architecture,
        f"{fast.form}. {fast.why}",
        f"{difference:.4f}",
        f"{np.quantile(np.abs(after - before), 0.99):.4f}",
        f"{mean_auc(labels, before):.4f}",
        f"{auc_difference:.6f}",
        f"{labels_changed}, {decisions}, {changed}",
        str(len(films)),
    )
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=Path)
    if not REAL.exists():
        sys.exit(f"{REAL} is not here")
    print("| network | form | largest difference | 99 % | AUC | difference | labels, decisions, far from a bound | n |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in parser.parse_args().models or [None]:
        print(format_row(path), flush=True)


if __name__ == "__main__":
    main()
