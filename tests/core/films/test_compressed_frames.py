"""Compressed frames that their headers describe wrongly: the frame decides."""

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    RLELossless,
)

from core.films.codestream import split_run_length_segments
from core.films.film_notes import Note
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import (
    BITS_12,
    DEEP,
    FILM,
    WINDOW,
    differs,
    edit,
    enclose,
    frame_of,
    jpeg,
    read,
    save,
    store,
    store_deep,
    stretched,
    windowed,
)

PLAIN = windowed(DEEP, 2048, 4096)
COLOURS = np.stack([FILM, FILM // 2, 255 - FILM], axis=-1)
LUMA = COLOURS @ np.array([0.299, 0.587, 0.114])


def decoded(frame):
    """The grey values of a JPEG frame, by Pillow."""
    return np.asarray(Image.open(BytesIO(frame)).convert("L")).astype(float)


@pytest.mark.parametrize("stated", [JPEGBaseline8Bit, JPEGExtended12Bit])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 4}])
def test_jpeg_frames_are_read(stated, options):
    frame = jpeg(FILM, **options)
    pixels, facts = read(enclose(frame, stated))
    assert differs(pixels, decoded(frame)) < 1
    assert Note.HEADER_CONTRADICTS_PICTURE not in facts.notes


@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("interpretation", ["MONOCHROME2", "MONOCHROME1"])
def test_a_colour_frame_under_a_grey_header_is_read_as_colour(subsampling, interpretation):
    frame = jpeg(COLOURS, subsampling=subsampling)
    pixels, facts = read(enclose(frame, PhotometricInterpretation=interpretation))
    assert differs(pixels, decoded(frame)) < 1.5
    assert {Note.HEADER_CONTRADICTS_PICTURE, Note.COLOUR_CONVERTED} <= set(facts.notes)


@pytest.mark.parametrize("interpretation", ["RGB", "YBR_FULL", "YBR_FULL_422"])
def test_a_grey_frame_under_a_colour_header_is_read_as_grey(interpretation):
    frame = jpeg(FILM)
    pixels, facts = read(enclose(frame, SamplesPerPixel=3, PhotometricInterpretation=interpretation,
                                 PlanarConfiguration=0))  # fmt: skip
    assert differs(pixels, decoded(frame)) < 1
    assert facts.notes == (Note.HEADER_CONTRADICTS_PICTURE,)


@pytest.mark.parametrize("interpretation", ["RGB", "YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_colour_frame_is_coded_as_it_says_for_itself(interpretation, subsampling):
    frame = jpeg(COLOURS, subsampling=subsampling)
    pixels, _ = read(enclose(frame, SamplesPerPixel=3, PhotometricInterpretation=interpretation,
                             PlanarConfiguration=0))  # fmt: skip
    assert differs(pixels, decoded(frame)) < 1.5


@pytest.mark.parametrize("tags", [{"Rows": 70}, {"Columns": 200}, {"Rows": 80, "Columns": 300}])
@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless, JPEGLSLossless])
def test_a_compressed_frame_of_another_size_is_damage(tags, syntax):
    frame = jpeg(FILM) if syntax == JPEGBaseline8Bit else frame_of(store(FILM), syntax)
    with pytest.raises(FilmUnreadable, match="96 x 96 pixels, but its header states") as refusal:
        read(enclose(frame, syntax, **tags))
    assert refusal.value.reason is Reason.DAMAGED


@pytest.mark.parametrize("stored", [8, 12, 16])
def test_a_frame_of_8_bits_may_stand_in_words_of_16(stored):
    frame = jpeg(FILM)
    pixels, _ = read(enclose(frame, content=store(FILM.astype(np.uint16)), BitsStored=stored, HighBit=stored - 1))
    assert differs(pixels, decoded(frame)) < 1


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless])
@pytest.mark.parametrize("stated", [8, 10, 16])
def test_the_depth_of_the_compressed_frame_decides(syntax, stated):
    plain = store_deep(**WINDOW)
    frame = frame_of(plain, syntax)
    pixels, _ = read(enclose(frame, syntax, plain, BitsStored=stated, HighBit=stated - 1))
    assert differs(pixels, PLAIN) < 0.6


@pytest.mark.parametrize("is_signed", [False, True])
def test_the_sign_of_a_jpeg_2000_frame_decides(is_signed):
    values = DEEP.astype(np.int16) - 2048 if is_signed else DEEP
    window = {"WindowCenter": 0 if is_signed else 2048, "WindowWidth": 4096}
    plain = store(values, **BITS_12, **window, PixelRepresentation=int(is_signed))
    content = enclose(frame_of(plain, JPEG2000Lossless), JPEG2000Lossless, plain,
                      PixelRepresentation=int(not is_signed))  # fmt: skip
    assert differs(read(content)[0], PLAIN) < 0.6


def capture(colours):
    """A colour capture, uncompressed."""
    return edit(store(FILM), SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0,
                PixelData=colours.tobytes())  # fmt: skip


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless])
def test_lossless_colours_under_a_grey_header_are_read_as_they_are(syntax):
    pixels, facts = read(enclose(frame_of(capture(COLOURS), syntax), syntax))
    assert differs(pixels, LUMA) < 1
    assert {Note.HEADER_CONTRADICTS_PICTURE, Note.COLOUR_CONVERTED} <= set(facts.notes)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_colour_captures_are_read_from_every_lossless_coding(syntax):
    pixels, facts = read(enclose(frame_of(capture(COLOURS), syntax), syntax, capture(COLOURS)))
    assert differs(pixels, LUMA) < 1
    assert facts.notes == (Note.COLOUR_CONVERTED,)


def test_the_segments_of_a_run_length_coded_frame_decide_on_the_bytes_of_a_pixel():
    pixels, facts = read(enclose(frame_of(store(FILM), RLELossless), RLELossless, store(FILM.astype(np.uint16))))
    assert differs(pixels, FILM) < 0.6
    assert facts.notes == (Note.HEADER_INCOMPLETE,)
    pixels, _ = read(enclose(frame_of(store_deep(), RLELossless), RLELossless, store(FILM)))
    assert differs(pixels, stretched(DEEP, DEEP.min(), DEEP.max())) < 0.6


@pytest.mark.parametrize("tags", [{"Rows": 70}, {"Columns": 70}, {"Columns": 94}, {"Columns": 100}, {"Rows": 97}])
def test_a_run_length_coded_frame_of_another_size_is_damage(tags):
    with pytest.raises(FilmUnreadable) as refusal:
        read(enclose(frame_of(store_deep(), RLELossless), RLELossless, store_deep(), **tags))
    assert refusal.value.reason is Reason.DAMAGED


@pytest.mark.parametrize("padding", [2, 4, 100])
@pytest.mark.parametrize("content", [store(), store(FILM), store_deep()])
def test_zeros_behind_run_length_codes_are_padding(content, padding):
    frame = frame_of(content, RLELossless)
    segments = split_run_length_segments(frame)
    starts = [64 + sum(len(part) + padding for part in segments[:number]) for number in range(len(segments))]
    padded = struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(segments)))
    padded += b"".join(part + bytes(padding) for part in segments)
    assert np.array_equal(read(enclose(padded, RLELossless, content))[0], read(content)[0])


def test_8_bits_behind_a_window_of_12_are_stretched():
    frame = jpeg(FILM)
    pixels, facts = read(enclose(frame, content=store(FILM.astype(np.uint16), **BITS_12, **WINDOW)))
    assert differs(pixels, decoded(frame)) < 1
    assert facts.notes == (Note.HEADER_CONTRADICTS_PICTURE, Note.WINDOW_UNUSABLE)


def test_a_frame_of_four_channels_is_unsupported():
    stream = BytesIO()
    Image.fromarray(FILM).convert("CMYK").save(stream, "JPEG")
    with pytest.raises(FilmUnreadable) as refusal:
        read(enclose(stream.getvalue()))
    assert refusal.value.reason is Reason.UNSUPPORTED


@pytest.mark.parametrize("has_offsets", [False, True])
@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless, JPEGLSLossless, RLELossless])
def test_frames_that_the_header_does_not_mention_are_counted(syntax, has_offsets):
    frames = [
        jpeg(film) if syntax == JPEGBaseline8Bit else frame_of(store(film), syntax) for film in (FILM, 255 - FILM)
    ]
    header = dcmread(BytesIO(enclose(frames[0], syntax)))
    header.PixelData = encapsulate(frames, has_bot=has_offsets)
    header["PixelData"].is_undefined_length = True
    with pytest.raises(FilmUnreadable, match="2 frames") as refusal:
        read(save(header))
    assert refusal.value.reason is Reason.MULTI_FRAME
    header.PixelData = encapsulate(
        frames[:1], fragments_per_frame=1 if syntax == RLELossless else 5, has_bot=has_offsets
    )
    header["PixelData"].is_undefined_length = True
    assert read(save(header))[0].shape == FILM.shape
