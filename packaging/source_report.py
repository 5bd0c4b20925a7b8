"""Screen the test films of every source with a model, for the figures on its card."""

import csv
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sources import DATA, HANNOVER, HOSPITALS, KERMANY, KERMANY_AGES, NIH, OTHERS, RSNA, Films
from sources import SOURCES as ALL_SOURCES

from benchmarks.external import list_files, screen_files
from benchmarks.source_table import LabelledFilm, Outcome, find_kind, measure_sources
from core.datasets.entries import Split
from core.inference.scoring_model import open_model
from core.models.literature import LITERATURE
from core.models.model_header import read_header
from core.models.source_figures import (
    ATTRIBUTION_ENTRY,
    LITERATURE_ENTRY,
    POOLED_SOURCE,
    SOURCE_NAMES,
    SOURCES,
    Measured,
    SourceNote,
    build_source_entries,
)
from core.system.attributions import ATTRIBUTIONS

GATE_PICTURES, CHEST = "gate", "chest"  # value of the column use; how the labels of chest films begin
WEAK = (NIH, HANNOVER)  # labels mined from reports, or of a laboratory test


def report_sources(model: Path, films: Films, left_out: str = "") -> dict[str, Any]:
    """Return the figures of the test films of all sources, as benchmarks/external.py does.

    left_out: one of HOSPITALS, which the network was trained without; then all films of it are
    tested, and nothing else.
    """
    loaded = replace(open_model(model), header=read_header(model))  # with the operating point of its file
    listed = list(_list_films(films, left_out))
    if not left_out:
        listed += _list_further_films(loaded.header.classes)
    with tempfile.TemporaryDirectory() as temporary:
        rows = screen_files(DATA, list_files(DATA, listed), loaded, Path(temporary) / "RESULTS.csv")
    outcomes = [Outcome(film, rows[film.file]) for film in listed]
    about = {"model": loaded.header.name, "threshold": loaded.header.threshold}
    weak = [source for source in WEAK if any(film.source == source for film in listed)]
    return about | measure_sources(outcomes, loaded.header.classes[1], weak)


def build_card_entries(report: Mapping[str, Any], left_out: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the header's entries on sources: figures, published figures, attributions.

    report: of the model's test films. left_out: reports of models that were trained without a hospital, by its name.
    """
    present = {group["source"] for group in report["groups"]} | {POOLED_SOURCE}
    known = {*ALL_SOURCES, POOLED_SOURCE}
    notes = {
        name: _describe(name, Measured.TEST_FILMS if name in known else Measured.NEVER_TRAINED_ON)
        for name in SOURCE_NAMES
        if name in present
    }
    entries = build_source_entries(report, notes)
    for hospital, other in left_out.items():
        tested = {group["source"] for group in other["groups"]}
        sources = {name: _describe(name, Measured.LEFT_OUT) for name in HOSPITALS[hospital] if name in tested}
        entries += build_source_entries(other, sources)
    return {SOURCES: entries, LITERATURE_ENTRY: list(LITERATURE), ATTRIBUTION_ENTRY: list(ATTRIBUTIONS)}


def _describe(source: str, measured: Measured) -> SourceNote:
    ages = KERMANY_AGES if source == KERMANY else None
    return SourceNote(SOURCE_NAMES[source], measured, ages, weak_labels=source in WEAK)


def _list_films(films: Films, left_out: str) -> Iterator[LabelledFilm]:
    """Yield the test films of all sources, or every film of a hospital that was left out."""
    chosen = films.is_of(HOSPITALS[left_out]) if left_out else films.splits == Split.TEST.value
    for number in chosen.nonzero()[0]:
        label, name = str(films.labels[number]), Path(films.paths[number]).relative_to(DATA).as_posix()
        kind = find_kind(label, ("NORMAL", "PNEUMONIA"))
        view, patient = str(films.views[number]), str(films.patients[number])
        source, age = str(films.sources[number]), films.ages[number]
        years = "" if np.isnan(age) else f"{age:g}"
        yield LabelledFilm(name, source, kind, label, patient, view if source == RSNA else "", years)


def _list_further_films(classes: tuple[str, ...]) -> Iterator[LabelledFilm]:
    """Yield chest films of a source that nothing was fitted with, upright and on their side."""
    with (OTHERS / "films.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row["use"] == GATE_PICTURES and row["label"].startswith(CHEST):
                name, kind = _name_film(row["file"]), find_kind(row["label"], classes)
                yield LabelledFilm(name, row["source"], kind, row["label"], f"film {name}")


def _name_film(file: str) -> str:
    """Return the name of a file of films.csv below DATA."""
    return (OTHERS / file).relative_to(DATA).as_posix()
