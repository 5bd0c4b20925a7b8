"""Fit the 8-bit form of the bundled model to its films, and write its graph beside the model.

Run from the project's root: PYTHONPATH=.:packaging python packaging/bundled_int8.py --work FOLDER
"""

import argparse
import json
import threading
from pathlib import Path

from bundled_model_file import CLASSES, add_entries
from sources import Films, read_films

from benchmarks.run_job import run_job
from core.datasets.entries import Split
from core.inference.graph_store import SUFFIX, graph_key, write_graph
from core.inference.int8_fitting import ComparedFilms, fit_int8_form
from core.inference.scoring_model import Form
from core.models.int8_form import INT8
from core.models.model_file import load_model
from core.models.model_header import bundled_model_path, read_header

NORMS = (1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 4.0)  # all are tried, and the closest is kept


def add_int8_form(path: Path, films: Films) -> None:
    """Add the 8-bit form to the header of the model file at `path`, and write its graph beside it."""
    model = load_model(path)
    training, validation = films.find(Split.TRAINING), films.find(Split.VALIDATION, labels=CLASSES)
    squares = films.pixels[validation]
    compared = ComparedFilms(squares, films.has_finding[validation], model.logits(squares))
    form, graph = run_job(fit_int8_form(model, films.pixels[training], compared, threading.Event(), NORMS, aim=0.0))
    add_entries(path, {INT8: form.to_json_object()}, path)
    write_graph(path.with_suffix(SUFFIX), graph_key(read_header(path), Form.INT8), graph)
    figures = {name: value for name, value in form.to_json_object().items() if name not in {"ranges", "known"}}
    print(path.name, json.dumps(figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of train_bundled_model.py")
    add_int8_form(bundled_model_path(), read_films(parser.parse_args().work))


if __name__ == "__main__":
    main()
