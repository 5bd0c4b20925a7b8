"""Measure recall and precision of the search for label errors on planted ones among real films.

The films are the test split of the bundled model, whose patients it was not trained on; one in
twenty gets the other label.
Run from the project's root: PYTHONPATH=. python benchmarks/doubtful_labels.py
"""

import csv
import random
import sys
import tempfile
import threading
from pathlib import Path

from benchmarks.recipe_tasks import read_bundled_splits
from benchmarks.run_job import run_job
from core.datasets.dataset import Dataset
from core.datasets.entries import Split
from core.evaluation.label_errors import find_label_errors
from core.metrics.intervals import wilson_interval

FRACTION = 0.05


def write_labels(dataset: Dataset, planted: set[Path], path: Path) -> None:
    """Write the test films as a label list; the films in `planted` get the other label."""
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "label", "patient"])
        for film in dataset.of_split(Split.TEST):
            label = 1 - film.label if film.path in planted else film.label
            writer.writerow([film.path, dataset.classes[label], film.patient])


def main() -> None:
    dataset = read_bundled_splits()
    paths = [film.path for film in dataset.of_split(Split.TEST)]
    planted = set(random.Random(0).sample(paths, round(FRACTION * len(paths))))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "films.csv"
        write_labels(dataset, planted, source)
        finding = run_job(find_label_errors(source, None, threading.Event()))
    print(finding.sentence)
    hits = [path in planted for path in finding.files]
    for name, count, total in (
        ("planted labels found", sum(hits), len(planted)),
        ("planted labels among the first as many as were planted", sum(hits[: len(planted)]), len(planted)),
        ("reported films that were planted", sum(hits), len(hits)),
    ):
        figure = wilson_interval(count, total)
        print(f"{name}: {count} of {total}, {figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})")


if __name__ == "__main__":
    sys.exit(main())
