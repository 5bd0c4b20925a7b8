"""Measure how a model does on films of several sources; print Markdown tables.

FOLDER holds `films.csv` (columns file, source and label; patient, view and age if there are any) or
is a folder of class folders, which is one source. Files are named relative to FOLDER and may be
pictures or DICOM. Every film is screened as `main.py screen` does: same reader, gate, operating
point and decision. Labels: the model's two classes, OTHER (ill, but without the finding),
chest_frontal (to be scored, class unknown), chest_lateral, chest_rotated and not_chest... (to be
refused). Films of one patient do not count as independent; without a patient each film is one.
Run from the project's root:
PYTHONPATH=. python benchmarks/external.py FOLDER [--model MODEL] [--only FILE] [--json FILE]
"""

import argparse
import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.source_table import LabelledFilm, Outcome, find_kind, format_report, measure_sources
from core.datasets.column_names import plain_name
from core.datasets.dataset import read_dataset
from core.datasets.list_text import decode_list, read_text_rows
from core.inference.scoring_model import ScoringModel, open_model
from core.screening.earlier_rows import read_earlier_rows
from core.screening.events import LedgerRow
from core.screening.file_state import state_of
from core.screening.folder_listing import ListedFile
from core.screening.screening import Screening
from core.screening.screening_files import check_places
from core.system.errors import PneumoScreenError
from core.system.file_locks import lock_output
from core.system.files import write_text_atomically
from core.system.malloc import keep_freed_memory

LIST = "films.csv"
OPTIONAL = ("patient", "view", "age")
LONGEST_CODE = 3  # characters of a view's code, such as AP, which is the same in small letters
REPORTED_FILMS = 200  # between two lines of progress


def read_films(folder: Path, source_column: str, classes: tuple[str, ...]) -> list[LabelledFilm]:
    """Return the films of a folder. classes: of the model, negative first.

    Ends the program with a sentence for a list that lacks a column, or names a film twice or a
    label that is unknown. Raises JobFailed for what is neither a list nor class folders.
    """
    rows = _read_list(folder / LIST, source_column) if (folder / LIST).is_file() else _read_class_folders(folder)
    films = []
    for row in rows:
        kind = find_kind(row["label"], classes)
        if kind is None:
            known = f"{', '.join(classes)}, OTHER, chest_frontal, chest_lateral, chest_rotated and not_chest..."
            sys.exit(f"{row['file']}: the label {row['label']!r} is unknown; known are {known}.")
        patient = row["patient"] or f"film {row['file']}"
        view = row["view"].upper() if len(row["view"]) <= LONGEST_CODE else row["view"]
        films.append(LabelledFilm(row["file"], row["source"], kind, row["label"], patient, view, row["age"]))
    counts = Counter(film.file for film in films)
    if doubled := [name for name, count in counts.items() if count > 1]:
        sys.exit(f"{doubled[0]} is listed {counts[doubled[0]]} times; {len(doubled)} films are.")
    return films


def _read_list(path: Path, source_column: str) -> list[dict[str, str]]:
    """Return file, source, label, patient, view and age of each line of a list."""
    table = [cells for _, cells in read_text_rows(path)]
    header = [plain_name(cell) for cell in table[0]] if table else []
    needed = {"file": "file", "source": plain_name(source_column), "label": "label"}
    if missing := [name for name in needed.values() if name not in header]:
        sys.exit(f"{path} has no column {missing[0]}; needed are {', '.join(needed.values())}.")
    columns = {key: header.index(name) for key, name in needed.items()}
    columns |= {key: header.index(key) for key in OPTIONAL if key in header}
    lines = [cells for cells in table[1:] if any(map(str.strip, cells))]
    rows = [
        {key: cells[number].strip() if number < len(cells) else "" for key, number in columns.items()}
        for cells in lines
    ]
    return [dict.fromkeys(OPTIONAL, "") | row | {"file": Path(row["file"]).as_posix()} for row in rows]


def _read_class_folders(folder: Path) -> list[dict[str, str]]:
    """Return the same of the films in class folders, as `train` reads them; the source is the folder's name."""
    dataset = read_dataset(folder)
    fixed = {"source": folder.resolve().name, "view": "", "age": ""}
    return [
        {"file": dataset.name_of(film.path), "label": dataset.classes[film.label], "patient": film.patient, **fixed}
        for film in dataset.films
    ]


def select_films(films: Sequence[LabelledFilm], only: Path | None) -> list[LabelledFilm]:
    """Return the films whose names a file lists, one a line; all films for None.

    Ends the program with a sentence if it names a film that is not there.
    """
    if only is None:
        return list(films)
    names = {Path(line.strip()).as_posix() for line in (decode_list(only.read_bytes()) or "").splitlines() if line}
    if unknown := sorted(names - {film.file for film in films}):
        sys.exit(f"{only} names {len(unknown)} films that are not listed, such as {unknown[0]}.")
    return [film for film in films if film.file in names]


def list_files(folder: Path, films: Sequence[LabelledFilm]) -> dict[str, ListedFile]:
    """Return the files of films by their names, also those that are missing."""
    files = {}
    for film in films:
        path = folder / film.file
        try:
            files[film.file] = ListedFile(film.file, path, state=state_of(path.stat()))
        except OSError:
            files[film.file] = ListedFile(film.file, path)  # reading it will tell why
    return files


def screen_files(
    folder: Path, files: Mapping[str, ListedFile], model: ScoringModel, output: Path
) -> dict[str, LedgerRow]:
    """Screen these files, as `screen --resume` does, into the ledger `output`; return the rows by name.

    Rows of films that are not among them are left out of the ledger.
    """
    cancel = threading.Event()
    check_places(folder, output, None)
    with lock_output(output) as lock:
        earlier, states = read_earlier_rows(output, model)
        kept = [row for row in earlier if row.file in files]
        screening = Screening(model, output, lock, kept, states, heatmaps=None)
        with closing(screening):
            for _ in screening.follow_files(files, cancel):
                pass
            waiting = [files[name] for name in sorted(files.keys() - screening.rows.keys())]
            for number, _ in enumerate(screening.score_files(waiting, cancel), start=1):
                if number % REPORTED_FILMS == 0 or number == len(waiting):
                    print(f"{number} of {len(waiting)} films", file=sys.stderr, flush=True)
        screening.finish(completed=True, found=len(files))
    return screening.rows


def measure_films(options: argparse.Namespace) -> dict[str, object]:
    """Screen the films of a folder and return their figures as a JSON object."""
    model = open_model(None if options.model == "bundled" else Path(options.model))
    threshold, classes = model.header.threshold, model.header.classes
    if threshold is None:
        sys.exit("Only models of two classes can be measured.")
    films = select_films(read_films(options.folder, options.source_column, classes), options.only)
    if not films:
        sys.exit("There is no film to measure.")
    if unknown := sorted(set(options.weak) - {film.source for film in films}):
        sys.exit(f"--weak names {unknown[0]}, but no film is of that source.")
    with tempfile.TemporaryDirectory() as temporary:
        output = options.screened or Path(temporary) / "RESULTS.csv"
        rows = screen_files(options.folder, list_files(options.folder, films), model, output)
    outcomes = [Outcome(film, rows[film.file]) for film in films]
    about = {"format": 1, "model": model.header.name, "classes": list(classes), "threshold": threshold}
    return about | measure_sources(outcomes, classes[1], options.weak)


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure a model on films of several sources.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=f"with {LIST}, or of class folders")
    parser.add_argument("--model", default="bundled", help="a model file, or bundled (default)")
    parser.add_argument("--only", type=Path, metavar="FILE", help="measure only the films that it names, one a line")
    parser.add_argument("--source-column", default="source", metavar="NAME", help=f"column of {LIST} to group by")
    parser.add_argument("--weak", nargs="+", default=[], metavar="SOURCE", help="sources whose labels are not trusted")
    parser.add_argument("--screened", type=Path, metavar="RESULTS.csv", help="keep the rows here, and resume from them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    keep_freed_memory()
    options = read_options(arguments)
    try:
        report = measure_films(options)
        if options.json:
            write_text_atomically(options.json, json.dumps(report, indent=1) + "\n")
    except PneumoScreenError as error:
        sys.exit(error.sentence)
    print(format_report(report), end="")


if __name__ == "__main__":
    main()
