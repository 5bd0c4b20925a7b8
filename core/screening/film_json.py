"""The JSON object that describes one film: what was read from it, and its row as in RESULTS.csv."""

from pathlib import Path
from typing import Any

from core.films.film_facts import FilmFacts
from core.films.film_reader import read_film
from core.films.images import Grey
from core.input_checks.gate_rules import find_rule_violation
from core.input_checks.inspection import build_gate_input
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import apply_site_record
from core.screening.events import FilmReading, FilmRefusal, Status
from core.screening.screening import DECIMALS
from core.system.errors import REFUSALS, UNLIKE_CAUTION, FilmUnreadable
from core.system.files import escape_undecodable
from core.system.language import tr
from core.system.product import NOTICE

JsonObject = dict[str, Any]


def describe_reading(film: FilmReading) -> JsonObject:
    """Return what was read from a scored film, with its row."""
    return _describe(film.path, film.facts, film.pixels) | {
        "status": str(Status.SCORED),
        "reason": film.reason,
        "explanation": tr(UNLIKE_CAUTION) if film.is_unlike else "",
        "label": film.label,
        "probability": round(film.probability, DECIMALS),
        "decision": str(film.decision),
        "model": film.model,
    }


def describe_refusal(film: FilmRefusal) -> JsonObject:
    """Return what was read from a film that the gate refused."""
    row = {"status": str(Status.REFUSED), "reason": str(film.reason), "model": film.model}
    row |= {"explanation": tr(REFUSALS[film.reason])}
    return _describe(film.path, film.facts, film.pixels) | row


def describe_unreadable(path: Path, error: FilmUnreadable, model: Path | None) -> JsonObject:
    """Return why a file could not be read. model: a model file, None for the bundled one."""
    header = apply_site_record(read_header(model or bundled_model_path()))
    return _describe_failure(path, error) | {"model": header.name}


def describe_unchecked(path: Path) -> tuple[JsonObject, Grey | None]:
    """Return what was read from a film without any model, and its picture.

    Only the rules that need no model can refuse it. A film that passes them has no status.
    """
    try:
        film = read_film(path)
    except FilmUnreadable as error:
        return _describe_failure(path, error), None
    content = _describe(path, film.facts, film.pixels)
    refusal = find_rule_violation(build_gate_input(film, film.pixels))
    if refusal is not None:
        content |= {"status": str(Status.REFUSED), "reason": str(refusal), "explanation": tr(REFUSALS[refusal])}
    return content, film.pixels


def _describe_failure(path: Path, error: FilmUnreadable) -> JsonObject:
    status = Status.FAILED if error.may_be_retried else Status.REFUSED
    row = {"status": str(status), "reason": str(error.reason), "explanation": error.sentence}
    return _describe(path, FilmFacts(), None) | row


def _describe(path: Path, facts: FilmFacts, pixels: Grey | None) -> JsonObject:
    """Return the keys of every film. pixels: None for a file that could not be read."""
    height, width = (None, None) if pixels is None else pixels.shape
    return {
        "file": escape_undecodable(path.name),
        "status": None,
        "reason": "",
        "explanation": "",
        "label": None,
        "probability": None,
        "decision": None,
        "model": None,
        "width_px": width,
        "height_px": height,
        "transfer_syntax": facts.transfer_syntax,
        "photometric_interpretation": facts.photometric_interpretation,
        "window": facts.window,
        "view": facts.view,
        "age_years": facts.age_years,
        "notes": [str(note) for note in facts.notes],
        "notice": tr(NOTICE),
    }
