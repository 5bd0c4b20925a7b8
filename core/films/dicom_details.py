"""What a DICOM file tells a reader beside its picture: age, view, date. Never who the patient is; nothing is logged."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.films.dicom_header import read_dicom_header
from core.system.language import marked, tr

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
from core.films.patient_age import format_age, is_outside, parse_age

DATES: Final = ("AcquisitionDate", "StudyDate", "SeriesDate")  # the first that is told
TAGS: Final = (
    "PatientAge", "PatientSex", "ViewPosition", "ImageLaterality", "Laterality", "BodyPartExamined", "Manufacturer",
    "ManufacturerModelName", "BurnedInAnnotation", *DATES,
)  # fmt: skip
SEXES: Final = {"F": marked("F"), "M": marked("M"), "O": marked("other")}
SIDES: Final = {"L": marked("left"), "R": marked("right")}
DATE: Final = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")  # with points before DICOM 3.0
CODE: Final = re.compile(r"[A-Z0-9_ ]{1,16}")  # DICOM Part 5, 6.2, CS
DEVICE_CHARACTERS: Final = 64  # DICOM Part 5, 6.2, LO


@dataclass(frozen=True, slots=True, repr=False)
class FilmDetails:
    """What may stand beside a film; "" for what is not told. Its repr is empty, so that no log can hold it.

    age: in words. sex: a word for F, M or other. view: DICOM's code, as PA. date: ISO, when it was taken. device: maker
    and type, any text. side: left or right, where only one side was taken. age_years: None where it is not told.
    is_burned_in: the file says that letters, such as a name, stand in the picture itself.
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

    def in_words(self) -> str:
        """One line, for a label that shows plain text; "" where nothing is told."""
        told = (self.age, self.sex, self.body_part, self.side, self.view, self.date, self.device)
        return " · ".join(one for one in told if one)


def read_details(path: Path) -> FilmDetails:
    """The details in a DICOM file; empty ones for any other file and for one that cannot be read.

    The patient's name, identifiers and birth date are passed over. Never raises.
    """
    from core.films.images import is_dicom, open_regular  # brings pydicom, silenced

    try:
        with open_regular(path) as stream:
            if not is_dicom(stream):
                return FilmDetails()
            return _details_of(read_dicom_header(stream, TAGS))
    except Exception:  # pydicom's parser raises whatever the bytes led it to, and no detail is worth a film
        return FilmDetails()


def _details_of(header: "Dataset") -> FilmDetails:
    """The details among these tags; values that are not as DICOM wants them count as not told."""
    return FilmDetails(
        age=format_age(_text(header, "PatientAge")),
        sex=_word(SEXES, _text(header, "PatientSex")),
        view=_code(header, "ViewPosition"),
        date=next((day for day in (_iso_date(_text(header, name)) for name in DATES) if day), ""),
        device=_device(_text(header, "Manufacturer"), _text(header, "ManufacturerModelName")),
        body_part=_code(header, "BodyPartExamined").lower(),
        age_years=parse_age(_text(header, "PatientAge")),
        is_burned_in=_text(header, "BurnedInAnnotation").upper() == "YES",
        side=_word(SIDES, _text(header, "ImageLaterality") or _text(header, "Laterality")),
    )


def list_cautions(details: FilmDetails, ages: tuple[float, float] | None) -> tuple[str, ...]:
    """What a reader must know of a film beside its picture, as sentences. ages: of the model's training films."""
    told = []
    if ages is not None and is_outside(details.age_years, ages):
        told.append(
            tr(
                "The patient's age ({age}) is outside of those that the model was trained with ({youngest:g} to "
                "{oldest:g} years): its answer may be wrong. Read the film without it.",
                age=details.age,
                youngest=ages[0],
                oldest=ages[1],
            )
        )
    if details.is_burned_in:
        told.append(tr("Letters are burned into the picture, perhaps a name: look before you pass the picture on."))
    return tuple(told)


def _text(header: "Dataset", keyword: str) -> str:
    """The first value of a text tag without characters that cannot be seen, "" for anything that is not text."""
    value = header.get(keyword)
    if isinstance(value, list | tuple) or hasattr(value, "_list"):  # pydicom's MultiValue is no list
        value = value[0] if len(value) else ""
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value if character.isprintable()).strip()


def _word(words: dict[str, str], code: str) -> str:
    """What a code means, "" for one that is not known."""
    return tr(words[code]) if code in words else ""


def _code(header: "Dataset", keyword: str) -> str:
    code = _text(header, keyword)
    return code if CODE.fullmatch(code) else ""


def _iso_date(text: str) -> str:
    match = DATE.fullmatch(text)
    if match is None:
        return ""
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return ""


def _device(maker: str, kind: str) -> str:
    """Maker and type in one, without the maker's name twice."""
    whole = kind if kind.lower().startswith(maker.lower()) else f"{maker} {kind}".strip()
    return whole[:DEVICE_CHARACTERS].strip()
