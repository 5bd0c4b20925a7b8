"""How many planted wrong labels are found among real films, and how many of the films pointed out were planted.

Films of the bundled model's test split, whose patients it was not trained on; one in twenty gets the other label.
Run from the project's root: PYTHONPATH=. python benchmarks/doubtful_labels.py
"""

import csv
import random
import sys
import tempfile
import threading
from pathlib import Path

from benchmarks.recipes import splits_of_the_bundled_model
from benchmarks.run_job import result_of
from core.datasets.dataset import Split
from core.evaluation.label_errors import find_label_errors
from core.metrics.intervals import wilson_interval

SHARE = 0.05


def main() -> None:
    dataset = splits_of_the_bundled_model()
    films = dataset.of_split(Split.TEST)
    planted = set(random.Random(0).sample([film.path for film in films], round(SHARE * len(films))))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "films.csv"
        with source.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "label", "patient"])
            for film in films:
                label = 1 - film.label if film.path in planted else film.label
                writer.writerow([film.path, dataset.classes[label], film.patient])
        found = result_of(find_label_errors(source, None, threading.Event()))
    print(found.sentence)
    hits = [path in planted for path in found.files]
    for name, count, of in (
        ("planted labels found", sum(hits), len(planted)),
        ("planted labels among the first as many as were planted", sum(hits[: len(planted)]), len(planted)),
        ("films pointed out that were planted", sum(hits), len(hits)),
    ):
        figure = wilson_interval(count, of)
        print(f"{name}: {count} of {of}, {figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})")


if __name__ == "__main__":
    sys.exit(main())
