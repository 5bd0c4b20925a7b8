"""The bundled model's test films, each after one change of processing drawn at random, as a dataset for `evaluate`.

PYTHONPATH=. python benchmarks/changed_films.py FOLDER
python main.py evaluate bundled FOLDER/as-they-are.csv --output DIR
python main.py evaluate bundled FOLDER/changed.csv --output DIR
"""

import argparse
import csv
import random
from pathlib import Path

from PIL import Image

from benchmarks.recipes import CHANGES, UNCHANGED, splits_of_the_bundled_model
from core.datasets.dataset import Split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    films, chance = splits_of_the_bundled_model().of_split(Split.TEST), random.Random(0)
    changes = [change for name, change in CHANGES.items() if name != UNCHANGED]
    rows: dict[str, list[list[str]]] = {"as-they-are": [], "changed": []}
    (folder / "films").mkdir(parents=True, exist_ok=True)
    for film in films:
        rest = [film.path.parent.name, film.patient]
        changed = folder / "films" / f"{film.path.stem}.png"
        with Image.open(film.path) as picture:
            chance.choice(changes)(picture.convert("L")).save(changed)
        rows["as-they-are"].append([str(film.path), *rest])
        rows["changed"].append([str(changed.absolute()), *rest])
    for name, films_in in rows.items():
        with (folder / f"{name}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([["file", "label", "patient"], *films_in])


if __name__ == "__main__":
    main()
