"""Say in a few words which model answers and what to beware of, for the bar above the films."""

from dataclasses import dataclass
from pathlib import Path

from core.films.patient_age import AgeRanges, format_age_ranges
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import apply_site_record, format_validation, shorten_validation
from core.system.errors import JobFailed
from core.system.language import tr


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model file for a person who chooses one.

    path: its file, None for the bundled model. name: as in ledgers and answers, "" for a file that
    cannot be used. short: a few words on acceptance here and the patients' ages. full: the same in
    sentences, one a line; for a file that cannot be used, why. is_accepted: it passed an acceptance
    test here at its operating point, and nothing else speaks against it.
    """

    path: Path | None
    name: str
    short: str
    full: str
    is_accepted: bool = False


def summarize_model(path: Path | None) -> ModelSummary:
    """Return the summary of a model file at the operating point in use here; None is the bundled one.

    Reads the file's header, and raises nothing: a file that cannot be used has no name.
    """
    try:
        header = apply_site_record(read_header(path or bundled_model_path()))
        is_accepted, validation = format_validation(header)
        first = shorten_validation(header)
    except JobFailed as failure:
        return ModelSummary(path, "", tr("the model cannot be used"), failure.sentence)
    words = [first, *([tr("known problems in its films")] if header.warnings else [])]
    sentences = [validation, *header.warnings]
    if header.ages is None:
        sentences.append(tr("Its file does not say how old the patients were whose films it was made with."))
    else:
        words.append(tr("ages {ranges}", ranges=_format_ranges(header.ages)))
        ages = format_age_ranges(header.ages)
        sentences.append(tr("Made with films of patients of {ages}; others are outside its experience.", ages=ages))
    return ModelSummary(path, header.name, ", ".join(words), "\n".join(sentences), is_accepted and not header.warnings)


def _format_ranges(ages: AgeRanges) -> str:
    """Return ranges in years as in "1–5, 18–92"."""
    return ", ".join(f"{youngest:g}–{oldest:g}" for youngest, oldest in ages)
