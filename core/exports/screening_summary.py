"""Export a screening as a one- or two-page PDF: counts, model, and top findings with heat maps."""

import threading
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from core.documents.document import Block, Document, Heading, Table, Text, Tone
from core.documents.pdf import pdf_kind, write_pdf
from core.exports.summary_findings import MEANING, SummaryFilm, build_finding_blocks
from core.films.film_reader import read_whole_and_square
from core.films.images import resize
from core.jobs.events import Progressed, Stage
from core.models.decision import Decision
from core.models.model_header import ModelHeader, format_model_mismatch
from core.models.operating_point import format_band
from core.models.site_record import format_point, format_validation
from core.screening.events import LedgerRow, ScreeningResult, Status
from core.screening.folder_listing import find_film
from core.screening.reader_calls import Opinion, Stance
from core.system.errors import FilmUnreadable, JobFailed, Reason, format_reason
from core.system.files import escape_undecodable
from core.system.language import format_number, tr, tr_count
from core.system.outputs import check_output
from core.system.product import NOTICE

if TYPE_CHECKING:
    from core.inference.scoring_model import ScoringModel

SUMMARY: Final = "screening summary"  # kind of document
PICTURE_PX: Final = 330  # longest side: 200 dpi at the width of a printed column
LARGEST_CHANGE: Final = 0.01  # in probability; above it, the film is not the one that was screened
MOST_FINDINGS: Final = 12  # with a heat map
MOST_DISAGREEMENTS: Final = 10  # named; all are in the other exports
NO_OPINIONS: Final[Mapping[str, Opinion]] = {}


@dataclass(frozen=True, slots=True)
class SummaryResult:
    """Outcome of a summary.

    completed: False if cancelled; then nothing is written. shown: number of films with a picture.
    not_shown: each film that should have one, and why it has none.
    """

    output: Path
    completed: bool
    shown: int
    not_shown: tuple[tuple[str, str], ...]


def select_top_findings(result: ScreeningResult, header: ModelHeader, count: int) -> list[LedgerRow]:
    """Return the most probable findings: likely ones first, then those to review.

    Films rated unlikely are left out.
    """
    findings = [row for row in result.rows if row.status is Status.SCORED and row.decision is not Decision.UNLIKELY]
    if len(header.classes) > 2:
        findings = [row for row in findings if row.label != header.classes[0]]
    findings.sort(key=lambda row: (row.decision is not Decision.LIKELY, -(row.probability or 0.0), row.file))
    return findings[:count]


def write_summary(
    result: ScreeningResult,
    folder: Path,
    model: Path | None,
    output: Path,
    cancel: threading.Event,
    agreement: Sequence[tuple[str, str]] = (),
    opinions: Mapping[str, Opinion] = NO_OPINIONS,
    overwrite: bool = True,
) -> Generator[Progressed, None, SummaryResult]:
    """Read the top findings again, compute their heat maps and write the summary as PDF.

    folder: the screened one. model: None is the bundled one. agreement: names and values on the
    agreement with a reader. opinions: the reader's, by file. overwrite: also replace a PDF by
    somebody else. Films that are gone or changed since are listed in the summary.
    Raises JobFailed, also if the model now in use is not the one that screened.
    """
    from core.inference.scoring_model import open_model

    check_output(output, pdf_kind(SUMMARY), overwrite, [folder, result.output])
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    loaded = open_model(model)
    _check_model(result, loaded.header)
    findings = select_top_findings(result, loaded.header, MOST_FINDINGS)
    films: list[SummaryFilm] = []
    missing: list[tuple[str, str]] = []
    for number, row in enumerate(findings):
        yield Progressed(Stage.EXPLAINING, number, len(findings))
        if cancel.is_set():
            return SummaryResult(output, False, 0, ())
        try:
            films.append(_read_finding(row, find_film(folder, row), loaded))
        except FilmUnreadable as error:
            missing.append((row.file, error.sentence))
    yield Progressed(Stage.WRITING, 0, None)
    name = escape_undecodable(folder.absolute().name)
    point = format_point(loaded.header)
    document = build_summary(result, loaded.header, point, films, name, missing, agreement, opinions)
    write_pdf(document, output, overwrite=overwrite, inputs=[folder, result.output])
    return SummaryResult(output, True, len(films), tuple(missing))


def _check_model(result: ScreeningResult, header: ModelHeader) -> None:
    """Raise JobFailed (model_invalid) if another model screened.

    Otherwise one model's operating point would be printed over the results of another.
    """
    other = next((row.model for row in result.rows if row.model != header.name), None)
    if other is not None:
        raise JobFailed(Reason.MODEL_INVALID, format_model_mismatch(other, header.name))


def _read_finding(row: LedgerRow, path: Path, model: "ScoringModel") -> SummaryFilm:
    """Read a film as it was scored, with a heat map of the finding.

    Raises FilmUnreadable, also (damaged) if its probability differs from that in the ledger.
    """
    from core.inference.heat_map import build_heat_map, draw_overlay

    header = model.header
    predicted = header.classes.index(row.label or header.classes[0])
    film, square = read_whole_and_square(path, header.size_px)
    pixels, outputs = film.pixels, model.compute(square.square)
    probabilities = header.calibration.probabilities(outputs.logits[None])[0]
    probability = float(probabilities if np.ndim(probabilities) == 0 else probabilities[predicted])
    if row.probability is None or abs(probability - row.probability) > LARGEST_CHANGE:
        raise FilmUnreadable(Reason.DAMAGED, tr("It has changed since it was screened."))
    scale = PICTURE_PX / max(pixels.shape)
    height, width = (max(1, round(side * scale)) for side in pixels.shape)
    heat_map = build_heat_map(header, outputs, header.finding_of(header.classes[predicted]))
    heat = Image.fromarray(heat_map).resize((width, height), Image.Resampling.BILINEAR)
    picture = BytesIO()
    draw_overlay(resize(pixels, height, width), np.asarray(heat)).save(picture, "PNG")
    decision = row.decision or Decision.REVIEW
    return SummaryFilm(row.file, row.label or "", row.probability, decision, picture.getvalue(), row.reason)


def build_summary(
    result: ScreeningResult,
    header: ModelHeader,
    point: str,
    findings: Sequence[SummaryFilm],
    folder_name: str,
    not_shown: Sequence[tuple[str, str]] = (),
    agreement: Sequence[tuple[str, str]] = (),
    opinions: Mapping[str, Opinion] = NO_OPINIONS,
) -> Document:
    """Return the summary of a screening.

    header: the model in use. point: its operating point in words.
    not_shown: films that should have a picture, and why they have none.
    agreement: names and values on the agreement with a reader; empty prints nothing.
    opinions: the reader's, by file; a disagreement comes first.
    """
    accepted = format_validation(header) == (True, result.validation)
    disagreements = [row for row in result.rows if _is_disagreement(opinions.get(row.file))]
    blocks: list[Block] = [
        *_build_disagreement_sentence(len(disagreements)),
        Text(tr(NOTICE), Tone.NOTICE),
        Text(result.validation, Tone.PLAIN if accepted else Tone.NOTICE),
        *(Text(warning, Tone.NOTICE) for warning in (*header.warnings, *result.drift)),
    ]
    if not result.completed:
        blocks.append(Text(_format_interruption(result), Tone.NOTICE))
    blocks += [Text(f"{point} {_format_review_rule(header)}"), Heading(tr("Counts")), *_build_count_blocks(result)]
    if agreement:
        names = (tr("With the reader"), tr("Value"))
        blocks += [Heading(tr("Agreement with the reader")), Table(names, tuple(agreement))]
    blocks += _build_disagreement_table(disagreements, opinions)
    blocks += [Heading(tr("Top findings")), *build_finding_blocks(header, findings, not_shown, opinions)]
    subtitle = tr(
        "Folder {folder}\nModel {model}, classes {classes}",
        folder=folder_name,
        model=header.name,
        classes=", ".join(header.classes),
    )
    return Document(tr("Screening summary"), subtitle, tuple(blocks), tr(NOTICE), SUMMARY)


def _is_disagreement(opinion: Opinion | None) -> bool:
    return opinion is not None and opinion.stance is Stance.DISAGREES


def _build_disagreement_sentence(count: int) -> list[Block]:
    """Return the first line of a summary, if the reader disagreed anywhere."""
    if not count:
        return []
    sentence = tr_count(
        "The reader disagreed with the model on {count:,} film.",
        "The reader disagreed with the model on {count:,} films.",
        count,
    )
    return [Text(sentence, Tone.NOTICE)]


def _build_disagreement_table(disagreements: Sequence[LedgerRow], opinions: Mapping[str, Opinion]) -> list[Block]:
    """Return the films on which the reader disagreed, most probable findings first."""
    if not disagreements:
        return []
    ordered = sorted(disagreements, key=lambda row: (-(row.probability or 0.0), row.file))
    lines = tuple((row.file, row.label or "", opinions[row.file].reader) for row in ordered[:MOST_DISAGREEMENTS])
    return [Heading(tr("Disagreements"), 3), Table((tr("File"), tr("Model"), tr("Reader")), lines)]


def _format_interruption(result: ScreeningResult) -> str:
    return tr_count(
        "Interrupted: {count} of {found} files was screened.",
        "Interrupted: {count} of {found} files were screened.",
        len(result.rows),
        found=result.found,
    )


def _format_review_rule(header: ModelHeader) -> str:
    """Return in words which films are likely, unlikely or sent to review."""
    low, high = header.calibration.review_band
    if header.threshold is None:
        return tr("A film goes to review if its most probable class is below {high:.3f}.", high=high)
    return format_band(low, high)


def _build_count_blocks(result: ScreeningResult) -> list[Block]:
    """Return the counts of files and decisions, and why files were not scored."""
    decisions = Counter(row.decision for row in result.rows if row.status is Status.SCORED)
    numbers = [
        (tr("Files found"), result.found),
        (tr("scored"), result.scored),
        *((tr(MEANING[decision]), decisions[decision]) for decision in Decision),
        (tr("refused"), result.refused),
        (tr("failed"), result.failed),
    ]
    waiting = result.found - result.scored - result.refused - result.failed
    if waiting:
        numbers.append((tr("not yet read"), waiting))
    header = tuple(name for name, _ in numbers)
    counts = tuple(format_number(number, ",") for _, number in numbers)
    blocks: list[Block] = [Table(header, (counts,))]
    reasons = Counter((row.status.value, row.reason) for row in result.rows if row.status is not Status.SCORED)
    if reasons:
        lines = tuple(
            (format_reason(reason), tr(status), format_number(number, ","))
            for (status, reason), number in reasons.most_common()
        )
        note = tr("Refused: contains no film that can be scored. Failed: can be scored once the cause is fixed.")
        blocks += [
            Heading(tr("Why files were not scored"), 3),
            Table((tr("Reason"), tr("Status"), tr("Files")), lines),
            Text(note, Tone.QUIET),
        ]
    return blocks
