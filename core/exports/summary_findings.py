"""The pictures of the top findings in the summary of a screening, and the words below them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.documents.document import Block, Heading, Photograph, Photographs, Table, Text, Tone
from core.metrics.figure_labels import format_probability
from core.models.decision import Decision
from core.models.model_header import ModelHeader
from core.screening.reader_calls import Opinion
from core.system.errors import UNLIKE_CAUTION, Reason, format_reason
from core.system.language import marked, tr

MOST_NAMED: Final = 20  # films without a picture
NAME_START, NAME_END = 40, 80  # characters of a longer name of a file that stand below its picture
MEANING: Final = {
    Decision.LIKELY: marked("likely"),
    Decision.REVIEW: marked("to review"),
    Decision.UNLIKELY: marked("unlikely"),
}


@dataclass(frozen=True, slots=True)
class SummaryFilm:
    """One of the top findings.

    file, reason: as in the ledger. label: the predicted class. picture: film with heat map, PNG.
    """

    file: str
    label: str
    probability: float
    decision: Decision
    picture: bytes
    reason: str = ""


def build_finding_blocks(
    header: ModelHeader,
    findings: Sequence[SummaryFilm],
    not_shown: Sequence[tuple[str, str]],
    opinions: Mapping[str, Opinion],
) -> list[Block]:
    """Return the pictures, most probable first, and the list of films without one."""
    blocks: list[Block] = []
    if not findings and not not_shown:
        return [Text(tr("No film was rated likely or sent to review."))]
    if findings:
        what = header.classes[1] if len(header.classes) == 2 else tr("the class a film was assigned to")
        note = tr(
            "Orange marks where the evidence for {what} lies; it does not outline anything. Most probable first.",
            what=what,
        )
        if header.heat_scale is not None:
            note += " " + tr("It is pale where the evidence is weaker than in the clearest validation films.")
        pictures = [Photograph(film.picture, _format_caption(film, header, opinions)) for film in findings]
        blocks += [Text(note, Tone.QUIET), Photographs(tuple(pictures)), *_build_name_table(findings)]
    if not_shown:
        rows = tuple(not_shown[:MOST_NAMED])
        blocks += [Heading(tr("Not shown"), 3), Table((tr("File"), tr("Why")), rows)]
    return blocks


def _format_caption(film: SummaryFilm, header: ModelHeader, opinions: Mapping[str, Opinion]) -> str:
    """Return a caution and the reader's opinion if there are any, the model's answer, and the file."""
    opinion = opinions.get(film.file)
    first = _list_cautions(film.reason)
    if opinion:
        first.append(opinion.sentence)
    return "\n".join((*first, _format_film(film, header), _shorten_name(film.file)))


def _shorten_name(file: str) -> str:
    """Return a name of a film with dots in its middle if it would take many lines below its picture."""
    if len(file) <= NAME_START + NAME_END:
        return file
    return f"{file[:NAME_START]}…{file[-NAME_END:]}"


def _build_name_table(findings: Sequence[SummaryFilm]) -> list[Block]:
    """Return the names of films that are shortened below their pictures, in full."""
    names = tuple((_shorten_name(film.file), film.file) for film in findings)
    rows = tuple(pair for pair in names if pair[0] != pair[1])
    return [Heading(tr("Names in full"), 3), Table((tr("Shown as"), tr("File")), rows)] if rows else []


def _list_cautions(reason: str) -> list[str]:
    """Return what must be known of the answer on a film with this reason in the ledger."""
    if reason == Reason.UNLIKE_VALIDATED_FILMS:
        return [tr(UNLIKE_CAUTION)]
    return [tr("Scored although it was refused: {reason}.", reason=format_reason(reason))] if reason else []


def _format_film(film: SummaryFilm, header: ModelHeader) -> str:
    """Return the finding and its probability, and the predicted class where it differs."""
    finding = header.finding_of(film.label)
    answer = f"{finding} {format_probability(film.probability)}, {tr(MEANING[film.decision])}"
    return answer if film.label == finding else tr("{answer}, classified as {label}", answer=answer, label=film.label)
