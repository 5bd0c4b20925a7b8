"""Read films in ordinary picture formats: JPEG, PNG, TIFF, BMP and WebP."""

import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from core.films.codestream import read_codestream
from core.films.colourfulness import convert_to_grey
from core.films.film import Film
from core.films.film_facts import FilmFacts
from core.films.film_notes import AddNote, Note
from core.films.grey_range import (
    Counts,
    Values,
    bit_depth,
    find_film_range,
    list_bands,
    map_levels,
    stretch,
    tabulate,
)
from core.films.images import HEAT_MAP, MARK_KEYWORD, Grey, check_size
from core.films.jpeg import decode_jpeg, estimate_jpeg_quality
from core.films.memory_budget import DECODING, FILE_COPIES
from core.films.packed_archive import is_packed
from core.films.pixel_counts import check_pixel_count
from core.system.errors import EXPLANATIONS, FilmUnreadable, Reason
from core.system.language import tr

FORMATS: Final = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")
TIFF_STARTS: Final = (b"II*\0", b"MM\0*")
# of picture files, even if damaged
STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", *TIFF_STARTS)
# TIFF 6.0, section 8, and TIFF's NewSubfileType
PHOTOMETRIC, NEW_SUBFILE_TYPE, STRIP_OFFSETS, STRIP_BYTES, SAMPLE_FORMAT = 262, 254, 273, 279, 339
WHITE_IS_ZERO: Final = 0
SIGNED: Final = 2  # Sample Format
REDUCED: Final = 1  # bit of NewSubfileType: a reduced copy of another page
MAX_REDUCED_SIDE: Final = 0.5  # of the film, for a copy that does not say so
ALIKE: Final = 0.02  # difference in aspect ratio between a film and its copy
BYTE_BITS: Final = 8
HALF: Final = 128  # of 8 bits
SEARCHED_BYTES: Final = 1 << 20  # of a JPEG file, for its frame header
MAX_USUAL_PIXELS: Final = 30_000_000  # of the largest detectors; larger pictures are decoded in a child process
# memory that decoding takes for each pixel, beside the file: the picture, decoded and turned, and its grey
USUAL_BYTES, WIDE_BYTES = 10, 20
MAX_PAGES: Final = 16  # a film with its reduced copies has fewer
COLOURED: Final = 12.0  # mean distance between the channels, 0..255, above which a film counts as coloured

Image.MAX_IMAGE_PIXELS = None  # Pillow's limit only warns; larger pictures than MAX_PIXELS are refused here
# Pillow would print its warnings; what is wrong with a film is reported in its row
logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module="PIL")


def read_picture(stream: BinaryIO, read_isolated: Callable[[BinaryIO], Film] | None = None) -> Film:
    """Return the film in an open picture file. Raises FilmUnreadable; never returns part of one.

    read_isolated: reads risky and very large pictures instead, in another process.
    """
    file_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    with _open(stream) as picture:
        if picture.info.get(MARK_KEYWORD) == HEAT_MAP:  # a film with colours over it, some of them pale
            raise FilmUnreadable(Reason.COLOUR_PHOTO, tr(EXPLANATIONS[Reason.COLOUR_PHOTO]))
        has_copies = _choose_page(picture)
        pixel_bytes = picture.width * picture.height * _bytes_per_pixel(picture)
        with DECODING.reserve(pixel_bytes + FILE_COPIES * file_bytes):
            if read_isolated is not None and _is_risky(picture):
                return read_isolated(stream)
            return _read_page(picture, stream, has_copies)


def check_picture(stream: BinaryIO) -> None:
    """Raise FilmUnreadable if the header of an open file is none of a picture that could be a film."""
    with _open(stream) as picture:
        _choose_page(picture)


def _read_page(picture: Image.Image, stream: BinaryIO, has_copies: bool) -> Film:
    """Return the film on the present page of an open picture file."""
    facts = FilmFacts(
        stored_width=picture.width,
        stored_height=picture.height,
        bits=_bits_per_channel(picture.mode),
        transfer_syntax=str(picture.format),
        photometric_interpretation=picture.mode,
        jpeg_quality=estimate_jpeg_quality(picture),
        window="none, 0..255",
        notes=(Note.REDUCED_PAGE_IGNORED,) if has_copies else (),
    )
    if _tag(picture, SAMPLE_FORMAT) == SIGNED and not _is_deep(picture):
        raise _unsupported()
    has_lost_bits = any(";16" in str(tile[3]) for tile in getattr(picture, "tile", ()))
    decoded = _decode(picture, stream)
    if isinstance(decoded, np.ndarray):
        return Film(decoded, 0.0, facts)
    if _is_deep(decoded):
        return _convert_deep(decoded, picture, facts)
    pixels, chroma, channel_distance = convert_to_grey(decoded)
    if has_lost_bits and pixels.max() < HALF:  # Pillow keeps the upper 8 of 16 bits, which hold little of the film
        raise _unsupported()
    return Film(pixels, chroma, replace(facts, is_coloured=channel_distance > COLOURED))


def _is_risky(picture: Image.Image) -> bool:
    """Return True for what is decoded in a child process: libtiff, libwebp, more pixels than a detector has."""
    is_native = picture.format == "WEBP" or any(tile[0] == "libtiff" for tile in getattr(picture, "tile", ()))
    return is_native or picture.width * picture.height > MAX_USUAL_PIXELS


def _bytes_per_pixel(picture: Image.Image) -> int:
    """Return about how much memory decoding takes at most."""
    return WIDE_BYTES if picture.mode in {"I", "F"} or picture.format == "WEBP" else USUAL_BYTES


def _convert_deep(decoded: Image.Image, picture: Image.Image, facts: FilmFacts) -> Film:
    """Return a film of more than 8 bits. picture: the file, whose tags say what the values mean."""
    values = _read_values(decoded)
    is_signed = _tag(picture, SAMPLE_FORMAT) == SIGNED
    if values.dtype == np.int32 and picture.format == "TIFF" and not is_signed:
        values = values.view(np.uint32)
    notes = list(facts.notes)
    pixels, window = _stretch_deep(values, _tag(picture, PHOTOMETRIC) == WHITE_IS_ZERO, notes.append)
    return Film(pixels, 0.0, replace(facts, window=window, notes=tuple(notes)))


def _read_values(picture: Image.Image) -> npt.NDArray[Any]:
    """Return the values of a picture of more than 8 bits, (height, width)."""
    bands = list_bands((picture.height, picture.width))
    parts = (np.asarray(picture.crop((0, rows.start, picture.width, rows.stop))) for rows in bands)
    first = next(parts)
    values = np.empty((picture.height, picture.width), first.dtype)
    for rows, part in zip(bands, chain([first], parts), strict=True):
        values[rows] = part
    return values


def _open(stream: BinaryIO) -> Image.Image:
    start = stream.read(max(map(len, STARTS)))
    stream.seek(0)
    try:
        picture = Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError as error:
        stream.seek(0)
        frame = read_codestream(stream.read(SEARCHED_BYTES))
        if _is_whole_tiff(stream) or (frame is not None and frame.bits > BYTE_BITS):
            raise _unsupported() from error
        if start.startswith(STARTS):
            raise FilmUnreadable(Reason.DAMAGED, tr("It is damaged or cut off.")) from error
        if is_packed(stream):
            raise FilmUnreadable(Reason.PACKED, tr(EXPLANATIONS[Reason.PACKED])) from error
        sentence = tr("It is not a JPEG, PNG, TIFF, BMP, WebP or DICOM picture.")
        raise FilmUnreadable(Reason.NOT_AN_IMAGE, sentence) from error
    except MemoryError:
        raise
    except Exception as error:  # Pillow's parsers raise anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("Its header is damaged.")) from error
    return picture


def _unsupported() -> FilmUnreadable:
    return FilmUnreadable(Reason.UNSUPPORTED, tr("Its pixel format cannot be decoded; export it with 8 or 16 bits."))


def _is_whole_tiff(stream: BinaryIO) -> bool:
    """Return True if the first directory of a TIFF file points to pixels inside the file."""
    try:
        stream.seek(0)
        directory = ImageFileDirectory_v2(stream.read(8))
        stream.seek(directory.next)
        directory.load(stream)
        parts = zip(directory[STRIP_OFFSETS], directory[STRIP_BYTES], strict=True)
        last = max(offset + count for offset, count in parts)
        return 0 < last <= stream.seek(0, os.SEEK_END) and directory[PHOTOMETRIC] is not None
    except Exception:  # Pillow's parsers raise anything on bad bytes
        return False


def _choose_page(picture: Image.Image) -> bool:
    """Seek the page that holds the film, and return whether there are reduced copies of it.

    Raises FilmUnreadable if the header shows too large a picture, several films, or is damaged.
    """
    films = [0]
    try:
        count = getattr(picture, "n_frames", 1)
        if picture.format == "TIFF" and 1 < count <= MAX_PAGES:
            films = _list_films([_describe_page(picture, number) for number in range(count)])
            picture.seek(films[0])
    except Exception as error:  # as above
        raise FilmUnreadable(Reason.DAMAGED, tr("Its header is damaged.")) from error
    if len(films) > 1 or (count > 1 and picture.format != "TIFF") or count > MAX_PAGES:
        sentence = tr("It contains {frames} pictures; a single film was expected.", frames=count)
        raise FilmUnreadable(Reason.MULTI_FRAME, sentence)
    check_size(*picture.size)
    return count > 1


def _describe_page(picture: Image.Image, number: int) -> tuple[int, int, bool]:
    """Return width and height of a page, and whether it is marked as a reduced copy."""
    picture.seek(number)
    return picture.width, picture.height, bool((_tag(picture, NEW_SUBFILE_TYPE) or 0) & REDUCED)


def _list_films(pages: list[tuple[int, int, bool]]) -> list[int]:
    """Return the numbers of the pages that are no reduced copies.

    A copy is marked, or has the shape of the largest page and at most half its side. The largest
    page always counts.
    """
    largest = max(range(len(pages)), key=lambda number: pages[number][0] * pages[number][1])
    width, height, _ = pages[largest]
    films = []
    for number, (own_width, own_height, is_marked) in enumerate(pages):
        is_alike = abs((own_width / own_height) / (width / height) - 1) < ALIKE
        is_copy = is_marked or (is_alike and own_width <= MAX_REDUCED_SIDE * width)
        if number == largest or not is_copy:
            films.append(number)
    return films


def _tag(picture: Image.Image, number: int) -> int | None:
    """Return a tag of a TIFF page, None if it is missing or the picture is no TIFF."""
    value = getattr(picture, "tag_v2", {}).get(number)
    return int(value[0] if isinstance(value, tuple) else value) if value is not None else None


def _decode(picture: Image.Image, stream: BinaryIO) -> Image.Image | Grey:
    """Decode every row, upright; most grey JPEG films are arrays (height, width).

    Any error but lack of memory means that the content is damaged.
    """
    try:
        check_pixel_count(picture, stream)
        if picture.format == "JPEG":
            stream.seek(0)
            decoded = decode_jpeg(stream.read(), picture)
            if isinstance(decoded, np.ndarray):
                return decoded
        else:
            picture.load()
            decoded = picture
        ImageOps.exif_transpose(decoded, in_place=True)
        return decoded
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("It is damaged or cut off.")) from error


def _is_deep(picture: Image.Image) -> bool:
    """Return True if grey values have more than 8 bits."""
    return picture.mode.startswith("I") or picture.mode == "F"


def _bits_per_channel(mode: str) -> int:
    """Return the bits per channel of a Pillow mode."""
    if mode == "1":
        return 1
    if mode.startswith("I"):
        return 16
    return 32 if mode == "F" else 8


def _stretch_deep(values: npt.NDArray[Any], white_is_zero: bool, add_note: AddNote) -> tuple[Grey, str]:
    """Return values of more than 8 bits as grey, and the range that was stretched to it.

    white_is_zero: high values are dark. Pillow turns pictures of 8 bits around itself.
    """
    if values.dtype.kind == "f":
        return _stretch_fractions(values, white_is_zero, add_note)
    levels, counts = tabulate(values)
    low, high, has_outliers = find_grey_range(levels.astype(np.float64), counts, True)
    if has_outliers:
        add_note(Note.OUTLIERS_IGNORED)
    greys = stretch(levels, low, high)
    return map_levels(values, levels, 255 - greys if white_is_zero else greys), f"none, {low:g}..{high:g}"


def _stretch_fractions(values: npt.NDArray[Any], white_is_zero: bool, add_note: AddNote) -> tuple[Grey, str]:
    """Return fractional values as grey; infinite ones are its ends, and those that are no numbers black."""
    is_number = np.isfinite(values)
    if not is_number.any():
        return np.zeros(values.shape, np.uint8), "none"
    levels, counts = tabulate(values, ~is_number)
    low, high, has_outliers = find_grey_range(levels.astype(np.float64), counts, False)
    if has_outliers or not is_number.all():
        add_note(Note.OUTLIERS_IGNORED)
    pixels = np.empty(values.shape, np.uint8)
    for rows in list_bands(values.shape):
        is_nan = np.isnan(values[rows])
        greys = stretch(np.where(is_nan, low, values[rows]), low, high)
        pixels[rows] = np.where(is_nan, 0, 255 - greys if white_is_zero else greys)
    return pixels, f"none, {low:g}..{high:g}"


def find_grey_range(levels: Values, counts: Counts, is_integer: bool) -> tuple[float, float, bool]:
    """Return the range of values that becomes 0..255, and whether a few values lie far outside.

    Integers: 0 to the largest value of the smallest usual bit depth that holds the film; otherwise
    a 12-bit film in a 16-bit file would come out nearly black. Negative or fractional values are
    stretched from the film's smallest to its largest value.
    """
    low, high = find_film_range(levels, counts)
    shown = levels[counts > 0]
    has_outliers = high < shown.max()
    if is_integer and shown.min() >= 0:
        return 0.0, 2.0 ** bit_depth(high) - 1, has_outliers and bit_depth(high) < bit_depth(shown.max())
    return low, high, has_outliers or low > shown.min()
