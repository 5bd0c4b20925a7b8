"""The `read` command: what the program sees of one film, and what it answers."""

import argparse
import json
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from command_line.commands.arguments import BUNDLED, check_different, model_path
from command_line.console import print_line, run_to_end
from core.films.images import OWN_PICTURE_FILE
from core.system.errors import FilmUnreadable
from core.system.exit_status import DONE, SOME_LEFT_OUT
from core.system.files import write_text_atomically
from core.system.outputs import check_output, json_kind

if TYPE_CHECKING:
    from core.films.images import Grey

FILM_FILE = json_kind("file", "transfer_syntax", "notes", "notice")  # what this command prints
NO_MODEL = "none"


def add_read_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `read`."""
    parser.add_argument("film", type=Path)
    parser.add_argument("--model", default=BUNDLED, help="a model file, bundled, or none to read the film only")
    parser.add_argument("--png", type=Path, metavar="FILE", help="write the grey picture that the network starts from")
    parser.add_argument("--heat", type=Path, metavar="FILE", help="write the heat map for the finding, in grey")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there instead of printing it")


def run_read(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Read one film, write the pictures asked for, and print or write one JSON object."""
    if options.heat is not None and options.model == NO_MODEL:
        options.refuse_usage("--heat needs a model")
    kinds = ((options.png, OWN_PICTURE_FILE), (options.heat, OWN_PICTURE_FILE), (options.json, FILM_FILE))
    outputs = [(output, kind) for output, kind in kinds if output is not None]
    check_different(options, [output for output, _ in outputs])
    for output, kind in outputs:
        check_output(output, kind, inputs=[options.film])
    content, pixels, heat = _read(options, cancel)
    _write_pictures(options, pixels, heat)
    text = json.dumps(content, indent=2, ensure_ascii=False)
    if options.json is not None:
        write_text_atomically(options.json, text + "\n")
    else:
        print_line(text)
    return DONE if not content["reason"] or content["label"] is not None else SOME_LEFT_OUT


def _read(options: argparse.Namespace, cancel: threading.Event) -> "tuple[dict[str, Any], Grey | None, Grey | None]":
    """Return the film's JSON object, its grey picture, and its heat map as a grey picture."""
    from core.screening.film_json import describe_reading, describe_refusal, describe_unchecked, describe_unreadable

    path: Path = options.film
    if options.model == NO_MODEL:
        return *describe_unchecked(path), None
    from core.inference.heat_map import heat_to_grey
    from core.screening.events import FilmReading
    from core.screening.single_film import read_single_film

    model = model_path(options.model)
    try:
        film = run_to_end(read_single_film(path, model, cancel))
    except FilmUnreadable as error:
        return describe_unreadable(path, error, model), None, None
    if isinstance(film, FilmReading):
        return describe_reading(film), film.pixels, heat_to_grey(film.heat)
    return describe_refusal(film), film.pixels, None


def _write_pictures(options: argparse.Namespace, pixels: "Grey | None", heat: "Grey | None") -> None:
    """Write the pictures that were asked for; say which could not be made."""
    from core.films.images import write_grey

    for name, output, picture in (("picture", options.png, pixels), ("heat map", options.heat, heat)):
        if output is not None and picture is not None:
            write_grey(output, picture)
        elif output is not None:
            why = "read" if pixels is None else "scored"
            print(f"No {name} was written: the film was not {why}.", file=sys.stderr)  # stdout is the object's
