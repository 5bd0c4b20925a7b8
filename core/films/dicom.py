"""Read a DICOM file as a grey picture with what its header says of the film.

Nothing that names the patient is kept. References to other files are not followed. The program
reads films through core/films/isolated_decoders.py, which runs `read_dicom` in a child process.
"""

import hashlib
from typing import BinaryIO, Final

import numpy as np
from PIL import Image
from pydicom.dataset import FileDataset

from core.films.colourfulness import convert_to_grey
from core.films.dicom_age import read_age
from core.films.dicom_file import read_dicom_header
from core.films.dicom_grey import render_grey
from core.films.dicom_values import read_text
from core.films.dicom_view import read_view, turn_upright
from core.films.display_shutter import find_hidden
from core.films.film import Film
from core.films.film_facts import FilmFacts
from core.films.film_notes import AddNote, Note
from core.films.images import Grey
from core.films.palette import apply_palette
from core.films.pixel_header import check_picture
from core.films.stored_values import Stored, read_stored_values
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr
from core.system.product import PROGRAM

TAGS: Final = (
    "Modality", "Manufacturer", "ManufacturerModelName", "BodyPartExamined", "ViewPosition", "PatientPosition",
    "PhotometricInterpretation", "BitsStored", "ConversionType", "DetectorType", "Rows", "Columns", "PatientSex",
    "PatientAge",
)  # fmt: skip
RAW_INTENT: Final = "FOR PROCESSING"  # Presentation Intent Type, C.8.11.1


def read_dicom(stream: BinaryIO, max_pixels: int) -> Film:
    """Return the single frame in `stream` as a grey film, upright, dense tissue white.

    Raises FilmUnreadable: no_pixels, multi_frame, too_large, unsupported or damaged.
    """
    try:
        header = read_dicom_header(stream)
    except (MemoryError, FilmUnreadable):
        raise
    except Exception as error:  # pydicom's parser raises anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header is damaged or cut off.")) from error
    if read_text(header, "ManufacturerModelName") == PROGRAM:  # an archive may send answers back to a watched folder
        raise FilmUnreadable(Reason.UNSUPPORTED, tr("It is an answer of this program, not a film."))
    try:
        check_picture(header, max_pixels)
        return _read_film(header)
    except (MemoryError, FilmUnreadable):
        raise
    except NotImplementedError as error:
        sentence = tr("Its DICOM pixel format cannot be decoded ({why}).", why=error)
        raise FilmUnreadable(Reason.UNSUPPORTED, sentence) from error
    except Exception as error:  # decoders and pydicom raise anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM pixel data are damaged or cut off.")) from error


def _read_film(header: FileDataset) -> Film:
    notes: dict[Note, None] = {}  # in order, each once

    def add_note(note: Note) -> None:
        notes[note] = None

    stored_syntax = str(header.file_meta.get("TransferSyntaxUID", ""))
    stored = read_stored_values(header, add_note)
    pixels, chroma, window = _render(stored, header, add_note)
    pixels = turn_upright(pixels, header, add_note)
    view, is_lateral = read_view(header, add_note)
    age, is_computed = read_age(header)
    if is_computed:
        add_note(Note.AGE_COMPUTED)
    if read_text(header, "BurnedInAnnotation").upper() == "YES":
        add_note(Note.BURNED_IN_ANNOTATION)
    facts = FilmFacts(
        stored_width=int(header.Columns),
        stored_height=int(header.Rows),
        bits=int(header.BitsStored),
        transfer_syntax=stored_syntax or str(header.file_meta.TransferSyntaxUID),
        photometric_interpretation=read_text(header, "PhotometricInterpretation").upper(),
        window=window,
        view=view,
        is_lateral=is_lateral,
        is_raw=read_text(header, "PresentationIntentType").upper() == RAW_INTENT,
        age_years=age,
        tags=_read_tags(header),
        patient=_hash_identifier(header, "PatientID"),
        study=_hash_identifier(header, "StudyInstanceUID"),
        notes=tuple(notes),
    )
    return Film(pixels, chroma, facts)


def _render(stored: Stored, header: FileDataset, add_note: AddNote) -> tuple[Grey, float, str]:
    """Return grey pixels, their chroma 0..127, and how stored values were mapped."""
    if read_text(header, "PhotometricInterpretation").upper() == "PALETTE COLOR" and stored.ndim == 2:
        stored = apply_palette(stored, header)
    hidden = find_hidden(header, stored.shape[0], stored.shape[1], add_note)
    if stored.ndim == 2:
        pixels, window = render_grey(stored, hidden, header, add_note)
        return pixels, 0.0, window
    add_note(Note.COLOUR_CONVERTED)
    pixels, chroma, _ = convert_to_grey(Image.fromarray(_to_8_bits(stored[..., :3], int(header.BitsStored))))
    if hidden is not None:
        pixels[hidden] = 0
    return pixels, chroma, "none, colour"


def _to_8_bits(capture: Stored, bits: int) -> Grey:
    """Return a colour capture (height, width, 3) with 8 bits a channel."""
    if capture.dtype == np.uint8:
        return np.ascontiguousarray(capture)
    depth = max(bits, 8) if int(capture.max()) < 2**bits else 16
    return np.asarray(capture >> (depth - 8), np.uint8)


def _read_tags(header: FileDataset) -> dict[str, str]:
    """Return the values of TAGS as text, without those that are missing, empty or unreadable."""
    return {name: value for name in TAGS if (value := read_text(header, name))}


def _hash_identifier(header: FileDataset, keyword: str) -> str:
    """Return a one-way hash of an identifier, "" if missing; it never leaves this function."""
    identifier = read_text(header, keyword)
    if not identifier:
        return ""
    return hashlib.sha256(f"PneumoScreen {identifier}".encode("utf-8", "replace")).hexdigest()[:12]
