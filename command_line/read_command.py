"""The `read` command: what the program sees of one film, and what it answers."""

import argparse
import json
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from command_line.console import print_line, run_to_end
from core.films.images import is_own_picture
from core.system.errors import FilmUnreadable, JobFailed, Reason
from core.system.exit_status import DONE, SOME_LEFT_OUT
from core.system.files import read_json, write_text_atomically

if TYPE_CHECKING:
    from core.films.images import Grey

NO_MODEL = "none"
BUNDLED = "bundled"


def run_read(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Read one film, write the pictures asked for, and print or write one JSON object."""
    if options.heat is not None and options.model == NO_MODEL:
        options.refuse_usage("--heat needs a model")
    outputs = [output.absolute() for output in (options.png, options.heat, options.json) if output is not None]
    if len(set(outputs)) < len(outputs):
        options.refuse_usage("two outputs have the same name")
    for output in outputs:
        _check_output(output)
    content, pixels, heat = _read(options, cancel)
    _write_pictures(options, pixels, heat)
    text = json.dumps(content, indent=2, ensure_ascii=False)
    if options.json is not None:
        write_text_atomically(options.json, text + "\n")
    else:
        print_line(text)
    return DONE if not content["reason"] or content["label"] is not None else SOME_LEFT_OUT


def _check_output(output: Path) -> None:
    """Raise JobFailed if an output would replace a file that this command did not write."""
    if output.exists() and not (is_own_picture(output) or _is_film_object(output)):
        sentence = f"{output} exists and was not written by this command. Choose another name."
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)


def _is_film_object(path: Path) -> bool:
    """Return True if a file holds what this command prints."""
    with suppress(OSError, ValueError):
        content = read_json(path)
        return isinstance(content, dict) and {"file", "transfer_syntax", "notes", "notice"} <= set(content)
    return False


def _read(options: argparse.Namespace, cancel: threading.Event) -> "tuple[dict[str, Any], Grey | None, Grey | None]":
    """Return the film's JSON object, its grey picture, and its heat map as a grey picture."""
    from core.screening.film_json import describe_reading, describe_refusal, describe_unchecked, describe_unreadable

    path: Path = options.film
    if options.model == NO_MODEL:
        return *describe_unchecked(path), None
    from core.inference.grad_cam import heat_to_grey
    from core.screening.events import FilmReading
    from core.screening.single_film import read_single_film

    model = None if options.model == BUNDLED else Path(options.model)
    try:
        film = run_to_end(read_single_film(path, model, cancel, explain_finding=True))
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
