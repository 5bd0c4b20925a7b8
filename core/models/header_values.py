"""Check the types and ranges of the values in a model file's header.

A seal only shows that a description is as somebody wrote it; whatever it says is used in reports
and decisions, so that every value is checked before. Functions raise UnusableEntry.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from core.datasets.class_names import class_key
from core.datasets.entries import Split
from core.films.patient_age import AgeRanges
from core.input_checks.drift import DRIFT, Reference
from core.input_checks.likeness import LIKENESS, Likeness
from core.metrics.roc import Labels
from core.models.int8_form import INT8, Int8Form
from core.models.predictions import Predictions, predictions_from_json
from core.models.source_figures import ATTRIBUTION_ENTRY, COUNTS, LITERATURE_ENTRY, SOURCES, Measured
from core.system.json_records import parse_value

MOST_CLASSES, LONGEST_CLASS = 1000, 200
SHA256_DIGITS: Final = 64
INTERVAL: Final = ("value", "low", "high")
NO_AGE_ABOVE: Final = 150  # years
TEXTS: Final = ("data_fingerprint", "licence")  # entries that may be missing
MAPPINGS: Final = ("recipe", "films", "metrics", "gate")


class UnusableEntry(ValueError):
    """An entry of the description is missing or has an impossible value; the message names the entry."""


@contextmanager
def naming(entry: str) -> Iterator[None]:
    """Turn what parsing an entry raises, which is in Python's words, into UnusableEntry."""
    try:
        yield
    except UnusableEntry:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise UnusableEntry(entry) from error


def parse_number(value: Any, least: float, most: float, name: str) -> float:
    """Return a finite number in least..most; truth values and texts are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableEntry(name)
    if not (least <= value <= most and math.isfinite(value)):
        raise UnusableEntry(name)
    return float(value)


def parse_text(value: Any, name: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise UnusableEntry(name)
    return value


def parse_list(value: Any, name: str) -> list[Any]:
    """Return a list; a text is none, though it has elements too."""
    if not isinstance(value, list):
        raise UnusableEntry(name)
    return value


def parse_classes(value: Any) -> tuple[str, ...]:
    """Return the names of the classes, no two of which a person would take for the same."""
    classes = tuple(parse_text(name, "names of classes") for name in parse_list(value, "classes"))
    if not all(name.strip() and len(name) <= LONGEST_CLASS for name in classes):
        raise UnusableEntry("names of classes")
    if not 2 <= len(classes) <= MOST_CLASSES or len({class_key(name) for name in classes}) != len(classes):
        raise UnusableEntry("classes")
    return classes


def parse_sha256(value: Any) -> str:
    """Return a SHA-256 in hexadecimal digits."""
    digits = parse_text(value, "sha256")
    if len(digits) != SHA256_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise UnusableEntry("sha256")
    return digits


def parse_ages(value: Any, name: str) -> tuple[float, float] | None:
    """Return the youngest and the oldest patient in years, None for none."""
    if value is None:
        return None
    with naming(name):
        youngest, oldest = parse_list(value, name)
    return parse_number(youngest, 0, NO_AGE_ABOVE, name), parse_number(oldest, youngest, NO_AGE_ABOVE, name)


def parse_age_ranges(value: Any, name: str) -> AgeRanges | None:
    """Return ranges of ages from one range or a list of them, in ascending order; None for none."""
    if value is None:
        return None
    listed = parse_list(value, name)
    ranges = [parse_ages(part, name) for part in (listed if listed and isinstance(listed[0], list) else [listed])]
    ages = tuple(part for part in ranges if part is not None)
    if not ages or len(ages) < len(ranges) or list(ages) != sorted(ages):
        raise UnusableEntry(name)
    return ages


def parse_scale(value: Any, name: str) -> float | None:
    """Return a number above 0, None for none."""
    if value is None:
        return None
    with naming(name):
        scale = parse_number(value, 0, math.inf, name)
    if scale == 0:
        raise UnusableEntry(name)
    return scale


def parse_validation(value: Any, classes: int) -> Predictions | None:
    """Return the predictions on validation films of a model with so many classes, None for none."""
    with naming("validation"):
        predictions = predictions_from_json(value)
    if predictions is None:
        return None
    if predictions.logits.shape[1] != (1 if classes == 2 else classes) or not _are_below(predictions.labels, classes):
        raise UnusableEntry("validation")
    return predictions


def parse_likeness(value: Any) -> Likeness | None:
    """Return what validated films look like to the network, None for none."""
    with naming(LIKENESS):
        return Likeness.from_json(value)


def parse_int8(value: Any, classes: int) -> Int8Form | None:
    """Return how the network of a model with so many classes is computed in 8 bits, None for none."""
    with naming(INT8):
        form: Int8Form | None = parse_value(Int8Form | None, value, INT8)
    outputs = 1 if classes == 2 else classes
    sizes = {len(row) for row in (form.shift, *form.known)} if form else set()
    if form is not None and form.is_accepted and (not form.known or sizes != {outputs}):
        raise UnusableEntry(INT8)
    return form


def _are_below(labels: Labels, classes: int) -> bool:
    return bool(((labels >= 0) & (labels < classes)).all())


def check_further_entries(content: Mapping[str, Any], accepted: str, film_codes: str) -> None:
    """Check what only cards, reports and warnings use.

    accepted, film_codes: names of the entries with accepted findings and with codes of films.
    """
    for name in TEXTS:
        parse_text(content.get(name, ""), name)
    for name in MAPPINGS:
        _parse_mapping(content.get(name), name)
    for name in ("name", "start"):
        parse_text(_parse_mapping(content.get("recipe"), "recipe").get(name, ""), "recipe")
    for sentence in parse_list(content.get(accepted) or [], accepted):
        parse_text(sentence, accepted)
    for codes in _parse_mapping(content.get(film_codes), film_codes).values():
        for code in parse_list(codes, film_codes):
            parse_text(code, film_codes)
    for split, count in _parse_mapping(content.get("films"), "films").items():
        with naming("films"):
            Split(split)
        parse_number(count, 0, math.inf, "films")
    if content.get("best_epoch") is not None:
        parse_number(content["best_epoch"], 0, math.inf, "best_epoch")
    _check_metrics(_parse_mapping(content.get("metrics"), "metrics"))
    for values in _parse_mapping(content.get(DRIFT), DRIFT).values():
        for value in parse_list(values, DRIFT):
            parse_number(value, -math.inf, math.inf, DRIFT)
    with naming(DRIFT):
        Reference.from_json(content.get(DRIFT))
    for source in parse_list(content.get(SOURCES) or [], SOURCES):
        _check_source(_parse_mapping(source, SOURCES))
    for study in parse_list(content.get(LITERATURE_ENTRY) or [], LITERATURE_ENTRY):
        _check_study(_parse_mapping(study, LITERATURE_ENTRY))
    for citation in parse_list(content.get(ATTRIBUTION_ENTRY) or [], ATTRIBUTION_ENTRY):
        parse_text(citation, ATTRIBUTION_ENTRY)


def _check_source(source: dict[str, Any]) -> None:
    """Check the figures of a source of films: text, counts, ages, views, and shares with their intervals."""
    with naming(SOURCES):
        Measured(parse_text(source["measured"], SOURCES))
        if not parse_text(source["name"], SOURCES).strip() or not isinstance(source["weak_labels"], bool):
            raise UnusableEntry(SOURCES)
        films, refused, scored = (parse_number(source[count], 0, math.inf, SOURCES) for count in COUNTS)
        if refused + scored > films:
            raise UnusableEntry(SOURCES)
        parse_ages(source.get("ages_years"), SOURCES)
        for view, count in _parse_mapping(source.get("views"), SOURCES).items():
            parse_text(view, SOURCES)
            parse_number(count, 0, math.inf, SOURCES)
        for figure in _parse_mapping(source["figures"], SOURCES).values():
            value, low, high = (parse_number(figure[key], 0, 1, SOURCES) for key in INTERVAL)
            parse_number(figure["n"], 1, math.inf, SOURCES)
            if not low <= value <= high:
                raise UnusableEntry(SOURCES)


def _check_study(study: dict[str, Any]) -> None:
    """Check the published figures of a study: its texts, number of films if known, and shares."""
    with naming(LITERATURE_ENTRY):
        for name in ("study", "trained_on", "tested_on"):
            parse_text(study[name], LITERATURE_ENTRY)
        if study["films"] is not None:
            parse_number(study["films"], 1, math.inf, LITERATURE_ENTRY)
        for value in _parse_mapping(study["figures"], LITERATURE_ENTRY).values():
            parse_number(value, 0, 1, LITERATURE_ENTRY)


def _parse_mapping(value: Any, name: str) -> dict[str, Any]:
    """Return a JSON object, an empty one for None."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnusableEntry(name)
    return value


def _check_metrics(metrics: dict[str, Any]) -> None:
    """Check every figure with an interval, and the number of films that they are of."""
    for name, figure in metrics.items():
        if isinstance(figure, dict) and "low" in figure:
            with naming(name):
                value, low, high = (parse_number(figure[key], -math.inf, math.inf, name) for key in INTERVAL)
            if not low <= value <= high:
                raise UnusableEntry(name)
            parse_number(metrics.get("n"), 1, math.inf, "metrics")
