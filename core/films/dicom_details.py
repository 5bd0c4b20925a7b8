"""Read the details shown beside a DICOM film: age, view, date and others, but never a name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.films.dicom_file import is_dicom, read_dicom_header
from core.films.images import open_regular
from core.films.patient_age import AgeRanges, format_age, format_age_ranges, format_years, is_outside, parse_date
from core.system.language import format_day, marked, tr

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

DATES: Final = ("AcquisitionDate", "StudyDate", "SeriesDate")  # the first that is present
TAGS: Final = (
    "PatientAge", "PatientSex", "ViewPosition", "ImageLaterality", "Laterality", "BodyPartExamined", "Manufacturer",
    "ManufacturerModelName", "BurnedInAnnotation", "PatientBirthDate", "ContentDate", *DATES,
)  # fmt: skip
SEXES: Final = {"F": marked("F"), "M": marked("M"), "O": marked("other")}
SIDES: Final = {"L": marked("left"), "R": marked("right")}
CODE: Final = re.compile(r"[A-Z0-9_ ]{1,16}")  # DICOM Part 5, 6.2, CS
DEVICE_CHARACTERS: Final = 64  # DICOM Part 5, 6.2, LO


@dataclass(frozen=True, slots=True, repr=False)
class FilmDetails:
    """Details to show beside a film, "" if missing. The repr is empty, to keep them out of logs.

    age: in words. sex: a word for F, M or other. view: DICOM's code, such as PA. date: of
    acquisition, ISO. device: manufacturer and model, any text. side: left or right, if only one
    side was taken. age_years: None if unknown. is_burned_in: the file declares that text, such as a
    name, is part of the picture.
    """

    age: str = ""
    sex: str = ""
    view: str = ""
    date: str = ""
    device: str = ""
    body_part: str = ""
    side: str = ""
    age_years: float | None = None
    is_burned_in: bool = False

    def __repr__(self) -> str:
        return "FilmDetails()"

    def format_line(self) -> str:
        """Return the details as one line of plain text, "" if there are none."""
        details = (self.age, self.sex, self.body_part, self.side, self.view, format_day(self.date), self.device)
        return " · ".join(detail for detail in details if detail)


def read_details(path: Path) -> FilmDetails:
    """Return the details in a DICOM file; empty ones for any other or unreadable file.

    The patient's name and identifiers are not read, and of the birth date only the age is kept.
    Never raises and logs nothing.
    """
    try:
        with open_regular(path) as stream:
            if not is_dicom(stream):
                return FilmDetails()
            return _extract_details(read_dicom_header(stream, TAGS))
    except Exception:  # pydicom's parser raises anything on bad bytes; a film must not fail for its details
        return FilmDetails()


def _extract_details(header: "Dataset") -> FilmDetails:
    """Return the details in a header; values that break DICOM's rules count as missing."""
    from core.films.dicom_age import read_age

    age_years, _ = read_age(header)
    dates = (_iso_date(_text(header, name)) for name in DATES)
    return FilmDetails(
        age=format_age(_text(header, "PatientAge")) or format_years(age_years),
        sex=_word(SEXES, _text(header, "PatientSex")),
        view=_code(header, "ViewPosition"),
        date=next((day for day in dates if day), ""),
        device=_device(_text(header, "Manufacturer"), _text(header, "ManufacturerModelName")),
        body_part=_code(header, "BodyPartExamined").lower(),
        side=_word(SIDES, _text(header, "ImageLaterality") or _text(header, "Laterality")),
        age_years=age_years,
        is_burned_in=_text(header, "BurnedInAnnotation").upper() == "YES",
    )


def list_cautions(details: FilmDetails, ages: AgeRanges | None) -> tuple[str, ...]:
    """Return warnings for the reader of a film. ages: of the training films' patients."""
    cautions = []
    if ages is not None and is_outside(details.age_years, ages):
        cautions.append(
            tr(
                "The patient's age ({age}) is not among those of the training films ({ages}): the model's "
                "result may be wrong. Read the film without it.",
                age=details.age,
                ages=format_age_ranges(ages),
            )
        )
    if details.is_burned_in:
        cautions.append(tr("Text is burned into the picture, perhaps a name: check it before you share the picture."))
    return tuple(cautions)


def _text(header: "Dataset", keyword: str) -> str:
    """Return the first value of a text tag without unprintable characters, "" if not text."""
    value = header.get(keyword)
    if isinstance(value, list | tuple) or hasattr(value, "_list"):  # pydicom's MultiValue is not a list
        value = value[0] if len(value) else ""
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value if character.isprintable()).strip()


def _word(words: dict[str, str], code: str) -> str:
    """Return the translated word for a code, "" for an unknown one."""
    return tr(words[code]) if code in words else ""


def _code(header: "Dataset", keyword: str) -> str:
    """Return the value of a tag if it is a valid code string (CS), else ""."""
    code = _text(header, keyword)
    return code if CODE.fullmatch(code) else ""


def _iso_date(text: str) -> str:
    """Return a DICOM date in ISO format, "" if it is not a valid date."""
    day = parse_date(text)
    return day.isoformat() if day else ""


def _device(manufacturer: str, model: str) -> str:
    """Return manufacturer and model as one text, without repeating the manufacturer's name."""
    device = model if model.lower().startswith(manufacturer.lower()) else f"{manufacturer} {model}".strip()
    return device[:DEVICE_CHARACTERS].strip()
