"""The words of one row, for the narrow list, the table and screen readers."""

import html
from dataclasses import dataclass
from typing import Final

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import UNSURE, Call, Opinion, Stance
from core.system.errors import EXPLANATIONS, UNLIKE_CAUTION, Reason, format_reason
from core.system.language import marked, tr
from core.system.safe_text import escape_name

HIDDEN: Final = marked("hidden")
EARLIER_FILM: Final = marked("Called on an earlier version of this film. Call it again to confirm or change it.")
DECISION_MARKS: Final = {Decision.LIKELY: "▲", Decision.REVIEW: "◆", Decision.UNLIKELY: "▽"}
STANCE_MARKS: Final = {Stance.DISAGREES: "≠ ", Stance.EARLIER_FILM: "↺ ", Stance.UNSURE: "? "}
UNLIKE_MARK: Final = "⚠"
NOTE_MARK: Final = "✎"


@dataclass(frozen=True, slots=True)
class RowText:
    """What a person may know of one row at present; answers that are hidden yet are not in it.

    name: as it is shown. decision: None without an answer, or while it is hidden. mark, answer: of
    the decision, or "" and why there is none. reader: the call with its mark, "" without one.
    tooltip: as HTML without any from the file. sentence: all of it, for screen readers.
    """

    name: str
    decision: Decision | None
    mark: str
    answer: str
    reader: str
    note: str
    is_scored: bool
    tooltip: str
    sentence: str


def is_unlike(row: LedgerRow) -> bool:
    """Whether a scored film is in review because it is unlike those that the model was validated on."""
    return row.status is Status.SCORED and row.reason == Reason.UNLIKE_VALIDATED_FILMS


def format_mark(row: LedgerRow) -> str:
    """Return the mark of a row's decision, a warning where the film is unlike validated ones, "" for none."""
    if row.decision is None:
        return ""
    return UNLIKE_MARK if is_unlike(row) else DECISION_MARKS[row.decision]


def format_status(row: LedgerRow, is_hidden: bool) -> str:
    """Return the status of a row with its reason, unless that is part of an answer that is hidden yet."""
    if not row.reason or (is_hidden and is_unlike(row)):
        return tr(row.status.value)
    return f"{tr(row.status.value)}: {format_reason(row.reason)}"


def format_reader(call: Call | None, opinion: Opinion | None) -> str:
    """Return the reader's class, marked where the model's differs, or where the film changed since."""
    if call is None or not call.reader:
        return ""
    name = tr(UNSURE) if call.reader == UNSURE else escape_name(call.reader)
    return f"{STANCE_MARKS.get(opinion.stance, '')}{name}" if opinion else name


def format_note(call: Call | None) -> str:
    """Return the note of a call on one line, "" for none."""
    return "" if call is None else escape_name(" ".join(call.note.split()))


def build_row_text(row: LedgerRow, name: str, call: Call | None, opinion: Opinion | None, is_hidden: bool) -> RowText:
    """Return the words of a row. name: to be shown for the film. is_hidden: its answer must not be seen yet."""
    is_scored = row.status is Status.SCORED
    decision = None if is_hidden else row.decision
    answer = tr(HIDDEN) if is_hidden else tr(decision) if decision else format_status(row, is_hidden)
    note = format_note(call)
    cautions = _list_cautions(row, opinion, is_hidden)
    words = [answer, *([_describe_call(opinion, call)] if call and call.reader else [])]
    words += [tr("note: {note}", note=note)] if note else []
    return RowText(
        name=name,
        decision=decision,
        mark=format_mark(row) if decision else "",
        answer=answer,
        reader=format_reader(call, opinion),
        note=note,
        is_scored=is_scored,
        tooltip="".join(f"<p>{html.escape(line)}</p>" for line in (name, *([note] if note else []), *cautions)),
        sentence=" ".join([f"{name}: {'; '.join(words)}.", *cautions]),
    )


def _list_cautions(row: LedgerRow, opinion: Opinion | None, is_hidden: bool) -> list[str]:
    """Return what a person has to know of a row, as sentences."""
    cautions = []
    if row.status is not Status.SCORED:
        explanation = EXPLANATIONS.get(row.reason, "")  # type: ignore[call-overload]
        cautions.append(tr(explanation) if explanation else f"{format_status(row, False)}.")
    elif is_unlike(row) and not is_hidden:
        cautions.append(tr(UNLIKE_CAUTION))
    if opinion is not None and opinion.stance is Stance.EARLIER_FILM:
        cautions.append(tr(EARLIER_FILM))
    return cautions


def _describe_call(opinion: Opinion | None, call: Call) -> str:
    """Return the reader's call in words."""
    return opinion.sentence.rstrip(".") if opinion else tr("Reader: {reader}", reader=escape_name(call.reader))
