"""A screening on one or two pages: counts, model, operating point, the top findings with heat maps. Scores nothing."""

import threading
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from core.documents.document import Block, Document, Heading, Photograph, Photographs, Table, Text, Tone
from core.documents.pdf import render_pdf
from core.films.images import read_film, resize
from core.jobs.events import Progressed, Stage
from core.metrics.figures import format_probability
from core.models.decision import Decision
from core.models.model_header import ModelHeader, format_other_model
from core.models.operating_point import format_band
from core.models.site_record import format_point, format_validation
from core.screening.events import LedgerRow, ScreeningResult, Status
from core.screening.folder_listing import path_of_name
from core.system.errors import FilmUnreadable, JobFailed, Reason, format_reason
from core.system.files import escape_undecodable, write_atomically
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE

if TYPE_CHECKING:
    from core.models.model_file import Model

PICTURE_PX: Final = 330  # longest side: 200 dots an inch at the width of a column on paper
SAME_ANSWER: Final = 0.01  # a film whose probability moved by more is another one than was screened
MOST_NAMED: Final = 20  # films without a picture
MEANING: Final = {
    Decision.LIKELY: marked("likely"),
    Decision.REVIEW: marked("to review"),
    Decision.UNLIKELY: marked("unlikely"),
}


@dataclass(frozen=True, slots=True)
class SummaryFilm:
    """One of the top findings: its file in the ledger, what it was called, and the film with its heat as PNG."""

    file: str
    label: str
    probability: float
    decision: Decision
    picture: bytes


@dataclass(frozen=True, slots=True)
class SummaryResult:
    """How a summary ended: completed False where it was cancelled, and then nothing is written.

    shown: films with a picture. not_shown: each film that should have one, and why it has none.
    """

    output: Path
    completed: bool
    shown: int
    not_shown: tuple[tuple[str, str], ...]


def select_top_findings(result: ScreeningResult, header: ModelHeader, count: int) -> list[LedgerRow]:
    """The most probable findings, likely ones before those to review; films called unlikely are none."""
    found = [row for row in result.rows if row.status is Status.SCORED and row.decision is not Decision.UNLIKELY]
    if len(header.classes) > 2:
        found = [row for row in found if row.label != header.classes[0]]
    found.sort(key=lambda row: (row.decision is not Decision.LIKELY, -(row.probability or 0.0), row.file))
    return found[:count]


def write_summary(
    result: ScreeningResult,
    folder: Path,
    model: Path | None,
    output: Path,
    cancel: threading.Event,
    count: int = 12,
    agreement: Sequence[tuple[str, str]] = (),
) -> Generator[Progressed, None, SummaryResult]:
    """Read the top films again, make their heat maps and write the summary as PDF; model None is the bundled one.

    folder: the one that was screened. agreement: names and values of how a reader's answers compare, if there are any.
    Films that are gone, or are no longer what was screened, are named in the summary.
    Raises JobFailed, also where the model now in use is not the one that screened.
    """
    from core.models.model_file import load_in_use

    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    loaded = load_in_use(model)
    _check_model(result, loaded.header)
    chosen = select_top_findings(result, loaded.header, count)
    films: list[SummaryFilm] = []
    missing: list[tuple[str, str]] = []
    for number, row in enumerate(chosen):
        yield Progressed(Stage.EXPLAINING, number, len(chosen))
        if cancel.is_set():
            return SummaryResult(output, False, 0, ())
        try:
            films.append(_pictured(row, path_of_name(folder, row.file), loaded))
        except FilmUnreadable as refusal:
            missing.append((row.file, refusal.sentence))
    yield Progressed(Stage.WRITING, 0, None)
    name = escape_undecodable(folder.absolute().name)
    document = build_summary(result, loaded.header, format_point(loaded.header), films, name, missing, agreement)
    content = render_pdf(document)
    write_atomically(output, lambda stream: stream.write(content))
    return SummaryResult(output, True, len(films), tuple(missing))


def _check_model(result: ScreeningResult, header: ModelHeader) -> None:
    """Refuse to print one model's operating point over another's answers."""
    other = next((row.model for row in result.rows if row.model != header.name), None)
    if other is not None:
        raise JobFailed(Reason.MODEL_INVALID, format_other_model(other, header.name))


def _pictured(row: LedgerRow, path: Path, model: "Model") -> SummaryFilm:
    """A film as it was scored, with its heat for the finding, not for the class it was called.

    Raises FilmUnreadable, also (damaged) for a film that gives another probability than the ledger says.
    """
    from core.inference.grad_cam import compute_heat_map, draw_overlay

    classes, size = model.header.classes, model.preprocessing.size_px
    called = classes.index(row.label or classes[0])
    finding = called if len(classes) > 2 else 1
    pixels = read_film(path, 2 * size)  # as core.films.images.read_square, so that the network sees the same
    small = resize(pixels, size, size)
    answer = model.probabilities(small[None])[0]
    probability = float(answer if np.ndim(answer) == 0 else answer[called])
    if row.probability is None or abs(probability - row.probability) > SAME_ANSWER:
        raise FilmUnreadable(Reason.DAMAGED, tr("It was changed since it was screened."))
    scale = PICTURE_PX / max(pixels.shape)
    height, width = (max(1, round(side * scale)) for side in pixels.shape)
    heat = Image.fromarray(compute_heat_map(model, small, finding)).resize((width, height), Image.Resampling.BILINEAR)
    picture = BytesIO()
    draw_overlay(resize(pixels, height, width), np.asarray(heat)).save(picture, "PNG")
    decision = row.decision or Decision.REVIEW
    return SummaryFilm(row.file, row.label or "", row.probability, decision, picture.getvalue())


def build_summary(
    result: ScreeningResult,
    header: ModelHeader,
    point: str,
    findings: Sequence[SummaryFilm],
    folder_name: str,
    not_shown: Sequence[tuple[str, str]] = (),
    agreement: Sequence[tuple[str, str]] = (),
) -> Document:
    """The summary of a screening. header: the model as it was in use. point: its operating point in words.

    not_shown: films that should have a picture, and why they have none. agreement: names and values of how a reader's
    answers compare; nothing is printed where there are none.
    """
    accepted = format_validation(header) == (True, result.validation)
    blocks: list[Block] = [
        Text(tr(NOTICE), Tone.NOTICE),
        Text(result.validation, Tone.PLAIN if accepted else Tone.NOTICE),
        *(Text(warning, Tone.NOTICE) for warning in (*header.warnings, *result.drift)),
    ]
    if not result.completed:
        sentence = tr_count(
            "Interrupted: {count} of {found} files was screened.",
            "Interrupted: {count} of {found} files were screened.",
            len(result.rows),
            found=result.found,
        )
        blocks.append(Text(sentence, Tone.NOTICE))
    blocks += [Text(f"{point} {_bands(header)}"), Heading(tr("Counts")), *_counts(result)]
    if agreement:
        names = (tr("With the reader"), tr("Value"))
        blocks += [Heading(tr("Agreement with the reader")), Table(names, tuple(agreement))]
    blocks += [Heading(tr("Top findings")), *_finding_blocks(header, findings, not_shown)]
    subtitle = tr(
        "Folder {folder}\nModel {model}, classes {classes}",
        folder=folder_name,
        model=header.name,
        classes=", ".join(header.classes),
    )
    return Document(tr("Screening summary"), subtitle, tuple(blocks), tr(NOTICE))


def _bands(header: ModelHeader) -> str:
    """The three-way answer in words."""
    low, high = header.calibration.review_band
    if header.threshold is None:
        return tr("A film whose most probable class stays below {high:.3f} goes to review.", high=high)
    return format_band(low, high)


def _counts(result: ScreeningResult) -> list[Block]:
    """What became of the files, what the scored ones were called, and why others were not scored."""
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
        numbers.append((tr("not looked at"), waiting))
    header, counts = tuple(name for name, _ in numbers), tuple(f"{number:,}" for _, number in numbers)
    blocks: list[Block] = [Table(header, (counts,))]
    reasons = Counter((row.status.value, row.reason) for row in result.rows if row.status is not Status.SCORED)
    if reasons:
        lines = tuple(
            (format_reason(reason), tr(status), f"{number:,}") for (status, reason), number in reasons.most_common()
        )
        meant = tr("Refused: it holds no film that can be scored. Failed: it may be scored when the cause is mended.")
        why = Heading(tr("Why files were not scored"), 3)
        blocks += [why, Table((tr("Reason"), tr("Status"), tr("Files")), lines), Text(meant, Tone.QUIET)]
    return blocks


def _finding_blocks(
    header: ModelHeader, findings: Sequence[SummaryFilm], not_shown: Sequence[tuple[str, str]]
) -> list[Block]:
    """The pictures, most probable first, and the films that should be among them."""
    blocks: list[Block] = []
    if not findings and not not_shown:
        return [Text(tr("No film was called likely or sent to review."))]
    if findings:
        what = header.classes[1] if len(header.classes) == 2 else tr("the class a film was called")
        told = tr(
            "Orange marks where the evidence for {what} lies; it outlines nothing. Most probable first.", what=what
        )
        pictures = [Photograph(film.picture, f"{_answer(film, header)}\n{film.file}") for film in findings]
        blocks += [Text(told, Tone.QUIET), Photographs(tuple(pictures))]
    if not_shown:
        rows = tuple(not_shown[:MOST_NAMED])
        blocks += [Heading(tr("Not shown"), 3), Table((tr("File"), tr("Why")), rows)]
    return blocks


def _answer(film: SummaryFilm, header: ModelHeader) -> str:
    """What was found and how probable it is; the class that a film was called where that is another."""
    finding = header.finding_of(film.label)
    answer = f"{finding} {format_probability(film.probability)}, {tr(MEANING[film.decision])}"
    return answer if film.label == finding else tr("{answer}, called {label}", answer=answer, label=film.label)
