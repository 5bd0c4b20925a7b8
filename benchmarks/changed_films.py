"""Write the bundled model's test films with one random change of processing each, for `evaluate`.

PYTHONPATH=. python benchmarks/changed_films.py FOLDER
python main.py evaluate bundled FOLDER/as-they-are.csv --output DIR
python main.py evaluate bundled FOLDER/changed.csv --output DIR
"""

import argparse
import csv
import random
from pathlib import Path

from PIL import Image

from benchmarks.recipe_tasks import read_bundled_splits
from benchmarks.recipes import CHANGES, UNCHANGED
from core.datasets.entries import Split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    films, order = read_bundled_splits().of_split(Split.TEST), random.Random(0)
    changes = [change for name, change in CHANGES.items() if name != UNCHANGED]
    rows: dict[str, list[list[str]]] = {"as-they-are": [], "changed": []}
    (folder / "films").mkdir(parents=True, exist_ok=True)
    for film in films:
        changed = folder / "films" / f"{film.path.stem}.png"
        with Image.open(film.path) as picture:
            order.choice(changes)(picture.convert("L")).save(changed)
        label_and_patient = [film.path.parent.name, film.patient]
        rows["as-they-are"].append([str(film.path), *label_and_patient])
        rows["changed"].append([str(changed.absolute()), *label_and_patient])
    for name, table in rows.items():
        with (folder / f"{name}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([["file", "label", "patient"], *table])


if __name__ == "__main__":
    main()
