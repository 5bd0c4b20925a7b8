"""Figures of a model for each source of films, as an entry of its header.

They are made from the report that benchmarks/external.py writes with --json.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from core.system.language import marked

SOURCES: Final = "sources"  # figures for each source, from build_source_entries
LITERATURE_ENTRY: Final = "literature"  # published figures, as in core/models/literature.py
ATTRIBUTION_ENTRY: Final = "attributions"  # citations that the licences of films ask for
POOLED_SOURCE: Final = "all trusted sources"  # name of the report's group of all of them
COUNTS: Final = ("films", "refused", "scored")
SOURCE_NAMES: Final = {  # in words, by the names in lists of films
    "kermany-224": marked("Children of 1 to 5 years, Guangzhou (Kermany 2018)"),
    "rsna_dicom": marked("Adults, NIH Clinical Center, radiologists' labels (RSNA 2018)"),
    "rsna_normal_qatar256": marked("Normal films of RSNA 2018, as small copies of the Qatar collection"),
    "nih_chestxray14": marked("Adults, NIH Clinical Center, labels mined from reports (ChestX-ray14)"),
    "hannover_covid": marked("Adults with COVID-19 by laboratory test, Hannover (Winther)"),
    "cadlab_nih": marked("Films upright and on their side, NIH Clinical Center"),
    "fracatlas": marked("Hands, legs and hips, Bangladesh (FracAtlas)"),
    "vqa_rad": marked("Abdomens and heads of teaching cases (VQA-RAD)"),
    POOLED_SOURCE: marked("All sources with trusted labels"),
}


class Measured(StrEnum):
    """How the films of a source relate to those that the model was trained on."""

    TEST_FILMS = "test_films"  # films of other patients, of a source that was trained on
    NEVER_TRAINED_ON = "never_trained_on"  # a source of which no film was trained on
    LEFT_OUT = "left_out"  # of a model that was trained, for a shorter time, without this source


@dataclass(frozen=True, slots=True)
class SourceNote:
    """What a report does not say of a source.

    name: in words, for the card. ages_years: youngest and oldest patient, None to take them from
    the report. weak_labels: True where labels were not given by a reader of the films.
    """

    name: str
    measured: Measured
    ages_years: tuple[float, float] | None = None
    weak_labels: bool = False


def build_source_entries(report: Mapping[str, Any], notes: Mapping[str, SourceNote]) -> list[dict[str, Any]]:
    """Return the header's entry "sources" from a report of benchmarks/external.py, in the order of the notes.

    notes: by the names of sources in the report; POOLED_SOURCE stands for all trusted ones together.
    Other sources of the report are left out. Raises KeyError for a source that the report lacks.
    """
    groups = {group["source"]: group for group in report["groups"] if not group["view"] and not group["age"]}
    if report.get("pooled"):
        groups[POOLED_SOURCE] = report["pooled"]
    entries = [_build_entry(groups[source], note) for source, note in notes.items()]
    return [
        entry | {"views": {}} if source == POOLED_SOURCE else entry
        for source, entry in zip(notes, entries, strict=True)
    ]


def _build_entry(group: Mapping[str, Any], note: SourceNote) -> dict[str, Any]:
    ages = list(note.ages_years) if note.ages_years else group["ages_years"]
    return {
        "name": note.name,
        "measured": note.measured.value,
        "weak_labels": note.weak_labels,
        "ages_years": ages,
        "views": dict(group["views"]),
        **{count: group[count] for count in COUNTS},
        "figures": {name: dict(figure) for name, figure in group["figures"].items()},
    }
