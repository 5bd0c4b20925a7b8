"""Blocks of a model card on sources of films: figures for each, published figures, attributions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.documents.document import Block, Bullets, Heading, Table, Text
from core.metrics.figure_labels import figure_title, format_figure_briefly
from core.metrics.intervals import Figure
from core.models.source_figures import ATTRIBUTION_ENTRY, LITERATURE_ENTRY, SOURCES, Measured
from core.system.language import format_number, marked, tr, tr_count

COLUMNS: Final = 4  # figures in a table, so that it fits on paper
TITLES: Final = {  # in the order of the card
    "roc_auc": "ROC AUC",
    "roc_auc_other": marked("ROC AUC, other disease among the negatives"),
    "sensitivity": marked("Sensitivity"),
    "specificity": marked("Specificity"),
    "normals_likely": marked("Called likely, of films without the finding"),
    "other_likely": marked("Called likely, of films with other disease"),
    "pneumonia_unlikely": marked("Called unlikely, of films with the finding"),
    "review": marked("Sent to review"),
    "ece": "ECE",
    "unlike": marked("Unlike the validated films"),
    "refused": marked("Refused, of chest films"),
    "not_chest_scored": marked("Scored, of pictures that are no chest films"),
    "rotated_scored": marked("Scored, of films on their side"),
    "lateral_scored": marked("Scored, of lateral films"),
}
MEASURED: Final = {
    Measured.TEST_FILMS: marked("test films of other patients, of a source that was trained on"),
    Measured.NEVER_TRAINED_ON: marked("no film of this source was trained on"),
    Measured.LEFT_OUT: marked("by a model that was trained, for a shorter time, without this hospital"),
}
THRESHOLD: Final = marked(
    "Each source was screened as a folder is, at the model's own threshold. Figures with 95 % intervals, by patient; "
    "n: films. They hold for films like these only."
)
WEAK: Final = marked("labels that no reader of the films gave: they say little")


def build_source_blocks(content: Mapping[str, Any]) -> list[Block]:
    """Return the blocks of a card that are on sources of films; none for a header without such entries.

    content: the model's description, whose values are checked.
    """
    sources, literature = content.get(SOURCES) or [], content.get(LITERATURE_ENTRY) or []
    blocks: list[Block] = []
    if sources:
        blocks += [Heading(tr("By source of films"), 3), Text(tr(THRESHOLD))]
        blocks.append(Bullets(tuple(map(_describe_source, sources))))
        blocks += _build_tables(sources)
    if literature:
        blocks += [Heading(tr("Beside published figures"), 3), _compare_with_literature(literature, sources)]
    return blocks


def build_attribution_blocks(content: Mapping[str, Any]) -> list[Block]:
    """Return heading and list of the attributions of a model's films; none where there are none."""
    citations = content.get(ATTRIBUTION_ENTRY) or []
    return [Heading(tr("Films used, and their licences")), Bullets(tuple(citations))] if citations else []


def _describe_source(source: Mapping[str, Any]) -> str:
    """Return a sentence on a source's films: counts, views, ages, and how they were measured."""
    parts = [
        tr_count("{count:,} film", "{count:,} films", source["films"]),
        tr("{refused:,} refused, {scored:,} scored", refused=source["refused"], scored=source["scored"]),
    ]
    if views := source.get("views"):
        parts.append(", ".join(f"{view} {count}" for view, count in views.items()))
    if ages := source.get("ages_years"):
        parts.append(tr("patients of {youngest:g} to {oldest:g} years", youngest=ages[0], oldest=ages[1]))
    parts.append(tr(MEASURED[Measured(source["measured"])]))
    if source["weak_labels"]:
        parts.append(tr(WEAK))
    return f"{tr(source['name'])}: {'; '.join(parts)}."


def _build_tables(sources: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Return the figures of all sources, COLUMNS of them in a table; sources without any of a table's are left out."""
    used = [name for name in TITLES if any(name in source["figures"] for source in sources)]
    tables: list[Block] = []
    for start in range(0, len(used), COLUMNS):
        names = used[start : start + COLUMNS]
        rows = [
            (_name_row(source), *(_format_cell(source["figures"].get(name)) for name in names))
            for source in sources
            if any(name in source["figures"] for name in names)
        ]
        tables.append(Table((tr("Source"), *(tr(TITLES[name]) for name in names)), tuple(rows)))
    return tables


def _name_row(source: Mapping[str, Any]) -> str:
    """Return the name of a source in a table, marked where the figures are of a model that left it out."""
    if source["measured"] == Measured.LEFT_OUT:
        return tr("{source}, left out", source=tr(source["name"]))
    return tr(source["name"])


def _format_cell(figure: Mapping[str, float] | None) -> str:
    """Return a figure with interval and number of films; "" for none."""
    if figure is None:
        return ""
    value = format_figure_briefly(Figure(figure["value"], figure["low"], figure["high"]))
    return tr("{figure}, n\u00a0=\u00a0{count:,}", figure=value, count=figure["n"])  # no line breaks within


def _compare_with_literature(literature: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, Any]]) -> Table:
    """Return a table of published figures, then this model's on each source that has films of both classes."""
    rows = [
        (
            study["study"],
            tr(study["trained_on"]),
            tr(study["tested_on"]),
            "" if study["films"] is None else format_number(study["films"], ","),
            ", ".join(f"{figure_title(name)} {format_number(value, 'g')}" for name, value in study["figures"].items()),
        )
        for study in literature
    ]
    for source in sources:
        if figure := source["figures"].get("roc_auc"):
            how = tr(MEASURED[Measured(source["measured"])])
            value = format_figure_briefly(Figure(figure["value"], figure["low"], figure["high"]))
            films = format_number(figure["n"], ",")
            rows.append((tr("This model"), how, tr(source["name"]), films, f"{figure_title('roc_auc')} {value}"))
    return Table((tr("Study"), tr("Trained on"), tr("Tested on"), tr("Films"), tr("Figures")), tuple(rows))
