"""What a film's file says about the film."""

from dataclasses import dataclass, field

from core.films.film_notes import Note, format_notes
from core.films.patient_age import format_years
from core.system.language import tr


@dataclass(frozen=True, slots=True, repr=False)
class FilmFacts:
    """Facts about one film, from its header and from how it was read. The repr is empty, for logs.

    stored_width, stored_height: in pixels, as stored. bits: stored per channel.
    is_coloured: stored with channels that differ. jpeg_quality: of a JPEG file, 1..100 on libjpeg's scale.
    transfer_syntax: DICOM UID, or the format of another file, such as JPEG.
    photometric_interpretation: of the stored pixels, "" if the format has none.
    window: how stored values became grey, in DICOM's words.
    view: DICOM's view position, such as PA, or LATERAL where other tags say so; "" if unknown.
    is_lateral: the header states a lateral or oblique view.
    is_raw: the header states that these are unprocessed detector data.
    age_years: None if unknown.
    tags: DICOM tags on how the film was taken. patient, study: one-way hashes of PatientID and
    StudyInstanceUID, or "".
    """

    stored_width: int = 0
    stored_height: int = 0
    bits: int = 8
    is_coloured: bool = False
    jpeg_quality: int | None = None
    transfer_syntax: str = ""
    photometric_interpretation: str = ""
    window: str = ""
    view: str = ""
    is_lateral: bool = False
    is_raw: bool = False
    age_years: float | None = None
    tags: dict[str, str] = field(default_factory=dict)
    patient: str = ""
    study: str = ""
    notes: tuple[Note, ...] = ()

    def __repr__(self) -> str:
        return "FilmFacts()"


def format_facts(facts: FilmFacts) -> str:
    """Return what was read from a file as lines of plain text, translated."""
    stored = tr(
        "{width:,} × {height:,} px, {bits} bits", width=facts.stored_width, height=facts.stored_height, bits=facts.bits
    )
    named = (
        (tr("File"), " · ".join(filter(None, (facts.transfer_syntax, facts.photometric_interpretation, stored)))),
        (tr("Grey values (window)"), facts.window),
        (tr("View"), facts.view),
        (tr("Age"), format_years(facts.age_years)),
    )
    lines = [f"{name}: {value}" for name, value in named if value]
    return "\n".join([*lines, *(f"• {sentence}" for sentence in format_notes(facts.notes))])
