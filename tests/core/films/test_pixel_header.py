"""Headers that do not describe their pixels, or describe others."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    BasicTextSRStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from core.films.film_notes import Note
from core.films.pixel_header import GE_PRIVATE, check_picture, complete_header, follow_codestream, settle_syntax
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import (
    DEEP,
    FILM,
    WINDOW,
    differs,
    edit,
    enclose,
    frame_of,
    jpeg,
    put_bytes,
    read,
    recode,
    save,
    store,
    store_deep,
    stretched,
    windowed,
)

PLAIN = windowed(DEEP, 2048, 4096)
COLOURS = np.stack([FILM, FILM // 2, 255 - FILM], axis=-1)


def decoded(frame):
    """The grey values of a JPEG frame, by Pillow."""
    return np.asarray(Image.open(BytesIO(frame)).convert("L")).astype(float)


@pytest.mark.parametrize(
    "missing",
    [
        ("SamplesPerPixel",), ("PhotometricInterpretation",), ("PixelRepresentation",), ("BitsStored",), ("HighBit",),
        ("BitsAllocated",),
        ("SamplesPerPixel", "PhotometricInterpretation", "PixelRepresentation", "BitsStored", "HighBit"),
        ("SamplesPerPixel", "PhotometricInterpretation", "PixelRepresentation", "BitsStored", "HighBit",
         "BitsAllocated"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, RLELossless, JPEG2000Lossless])
def test_missing_attributes_get_their_usual_values_and_are_told(missing, syntax):
    content = store_deep(**WINDOW)
    if syntax is not None and syntax.is_encapsulated:
        content = enclose(frame_of(content, syntax), syntax, content)
    elif syntax is not None:
        content = recode(content, syntax)
    pixels, facts = read(edit(content, **dict.fromkeys(missing)))
    assert differs(pixels, PLAIN) < 0.6
    assert Note.HEADER_INCOMPLETE in facts.notes


@pytest.mark.parametrize("keyword", ["SamplesPerPixel", "PixelRepresentation", "BitsStored", "HighBit"])
def test_empty_and_invalid_attributes_count_as_missing(keyword):
    for value, form in ((b"", "US"), (b"\xff\xff", "US"), (b"zz", "CS")):
        header = dcmread(BytesIO(store_deep(**WINDOW)))
        put_bytes(header, keyword, value, form)
        if (keyword, value) == ("SamplesPerPixel", b"\xff\xff"):
            continue  # of so many channels there is no film
        pixels, facts = read(save(header))
        assert differs(pixels, PLAIN) < 0.6, (value, form)
        assert Note.HEADER_INCOMPLETE in facts.notes or keyword == "HighBit"


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("missing", [(), ("PhotometricInterpretation",), ("SamplesPerPixel",)])
def test_colour_captures_need_no_complete_header(planar, missing):
    grey = np.stack([FILM] * 3, axis=-1)
    data = (grey if planar == 0 else np.moveaxis(grey, -1, 0)).tobytes()
    content = edit(store(FILM), SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=planar,
                   PixelData=data)  # fmt: skip
    pixels, facts = read(edit(content, **dict.fromkeys(missing)))
    assert differs(pixels, FILM) < 0.6
    assert (Note.HEADER_INCOMPLETE in facts.notes) == bool(missing)


def test_a_missing_planar_configuration_means_colours_by_pixel():
    grey = np.stack([FILM] * 3, axis=-1)
    pixels, _ = read(edit(store(FILM), SamplesPerPixel=3, PhotometricInterpretation="RGB", PixelData=grey.tobytes()))
    assert differs(pixels, FILM) < 0.6


def test_a_missing_group_2_is_told():
    header = dcmread(BytesIO(store_deep(**WINDOW)))
    del header.file_meta.TransferSyntaxUID
    content = save(header, implicit_vr=False, little_endian=True, enforce_file_format=False)
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.NO_FILE_META,)


@pytest.mark.parametrize("stated", [JPEG2000Lossless, JPEGBaseline8Bit, RLELossless, JPEGLSLossless])
def test_native_pixels_of_a_compressed_syntax_are_recognised(stated):
    content = store_deep(**WINDOW)
    syntax = b"UI" + len(ExplicitVRLittleEndian + "\0").to_bytes(2, "little") + ExplicitVRLittleEndian.encode() + b"\0"
    other = stated.encode() + b"\0" * (len(stated) % 2)
    assert content.count(syntax) == 1
    content = content.replace(syntax, b"UI" + len(other).to_bytes(2, "little") + other)
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.WRONG_TRANSFER_SYNTAX,)


@pytest.mark.parametrize("stated", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("real", [JPEG2000Lossless, RLELossless, JPEGLSLossless])
def test_compressed_pixels_of_a_native_syntax_are_recognised(stated, real):
    plain = store_deep(**WINDOW)
    content = enclose(frame_of(plain, real), real, plain)
    header = dcmread(BytesIO(content))
    header.file_meta.TransferSyntaxUID = stated
    content = save(header, enforce_file_format=False, implicit_vr=stated.is_implicit_VR, little_endian=True)
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.WRONG_TRANSFER_SYNTAX,)


@pytest.mark.parametrize(
    ("stated", "real"),
    [(JPEGBaseline8Bit, JPEG2000Lossless), (JPEG2000, JPEGLSLossless), (JPEGLosslessSV1, JPEG2000Lossless),
     (RLELossless, JPEG2000Lossless), (JPEGLSLossless, JPEG2000Lossless)],
)  # fmt: skip
def test_the_compressed_frame_decides_on_its_coding(stated, real):
    plain = store_deep(**WINDOW)
    pixels, facts = read(enclose(frame_of(plain, real), stated, plain))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.WRONG_TRANSFER_SYNTAX,)


def test_run_length_codes_of_another_compressed_syntax_are_recognised():
    plain = store_deep(**WINDOW)
    pixels, facts = read(enclose(frame_of(plain, RLELossless), JPEG2000Lossless, plain))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.WRONG_TRANSFER_SYNTAX,)


@pytest.mark.parametrize("planar", [None, 0])
def test_colours_under_a_grey_kind_are_read_as_colours(planar):
    grey = np.stack([FILM] * 3, axis=-1)
    tags = {"SamplesPerPixel": 3, "PixelData": grey.tobytes()} | ({} if planar is None else {"PlanarConfiguration": 0})
    pixels, facts = read(edit(store(FILM), **tags))
    assert differs(pixels, FILM) < 0.6
    assert Note.COLOUR_CONVERTED in facts.notes


def test_grey_pixels_under_a_colour_kind_are_read_as_grey():
    assert differs(read(edit(store(FILM), PhotometricInterpretation="RGB"))[0], FILM) < 0.6


@pytest.mark.parametrize("form", ["IS", "UL", "US"])
def test_a_size_in_an_odd_form_is_read(form):
    header = dcmread(BytesIO(store_deep(**WINDOW)))
    value = {"IS": b"96", "UL": (96).to_bytes(4, "little"), "US": (96).to_bytes(2, "little") * 2}[form]
    put_bytes(header, "Rows", value, form)
    assert differs(read(save(header))[0], PLAIN) < 0.6


def test_ge_pixels_have_their_bytes_swapped():
    content = store_deep(DEEP.byteswap(), **WINDOW)
    header = dcmread(BytesIO(content))
    header.file_meta.TransferSyntaxUID = "1.2.840.113619.5.2"
    content = save(header, implicit_vr=True, little_endian=True, enforce_file_format=False)
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.transfer_syntax == "1.2.840.113619.5.2"


def test_big_endian_bytes_are_read():
    assert differs(read(recode(store(FILM), ExplicitVRBigEndian))[0], FILM) < 0.6


@pytest.mark.parametrize("frames", [None, 0, 1])
def test_one_frame_needs_no_number(frames):
    content = store_deep(**WINDOW) if frames is None else store_deep(**WINDOW, NumberOfFrames=frames)
    assert differs(read(content)[0], PLAIN) < 0.6


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"NumberOfFrames": 2}, Reason.MULTI_FRAME),
        ({"Rows": 0}, Reason.DAMAGED),
        ({"Rows": None}, Reason.DAMAGED),
        ({"Rows": 60000, "Columns": 60000}, Reason.TOO_LARGE),
        ({"Rows": DEEP.shape[0] + 1}, Reason.DAMAGED),
        ({"Rows": 10}, Reason.TOO_SMALL),
        ({"Rows": 70}, Reason.DAMAGED),
        ({"Columns": 70}, Reason.DAMAGED),
        ({"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}, Reason.DAMAGED),
        ({"SamplesPerPixel": 4}, Reason.UNSUPPORTED),
        ({"PhotometricInterpretation": "HSV"}, Reason.UNSUPPORTED),
        ({"PhotometricInterpretation": "NEGATIVE"}, Reason.UNSUPPORTED),
        ({"BitsAllocated": 12}, Reason.UNSUPPORTED),
        ({"BitsAllocated": 7}, Reason.DAMAGED),
        ({"PixelData": None}, Reason.DAMAGED),
        ({"PixelData": None, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.11"}, Reason.NO_PIXELS),
        ({"PixelData": b""}, Reason.DAMAGED),
    ],
)
def test_what_cannot_be_read_has_its_reason(tags, reason):
    content = edit(store_deep(), **tags)
    if "SOPClassUID" in tags:
        header = dcmread(BytesIO(content))
        header.file_meta.MediaStorageSOPClassUID = tags["SOPClassUID"]
        content = save(header)
    with pytest.raises(FilmUnreadable) as refusal:
        read(content)
    assert refusal.value.reason is reason


def test_a_frame_that_states_too_many_pixels_is_not_decoded():
    frame = bytearray(jpeg(FILM))
    place = frame.index(b"\xff\xc0") + 5
    frame[place : place + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(FilmUnreadable) as refusal:
        read(enclose(bytes(frame)))
    assert refusal.value.reason is Reason.DAMAGED


@pytest.mark.parametrize("excess", [b"\1\2", bytes(5000), b"\xff" * 5000])
def test_more_bytes_than_the_picture_needs_are_ignored(excess):
    content = edit(store_deep(**WINDOW), PixelData=DEEP.tobytes() + excess)
    pixels, _ = read(content)
    assert differs(pixels, PLAIN) < 0.6


def test_one_frame_in_many_fragments_is_read():
    frame = jpeg(FILM)
    header = dcmread(BytesIO(enclose(frame)))
    header.PixelData = encapsulate([frame], fragments_per_frame=7, has_bot=False)
    header["PixelData"].is_undefined_length = True
    assert differs(read(save(header))[0], decoded(frame)) < 1


def test_a_film_without_a_window_is_stretched_whatever_the_header_lacks():
    content = edit(store_deep(), BitsStored=None, HighBit=None)
    assert differs(read(content)[0], stretched(DEEP, DEEP.min(), DEEP.max())) < 0.6


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"NumberOfFrames": 2}, Reason.MULTI_FRAME), ({"Rows": 0}, Reason.DAMAGED), ({"Columns": None}, Reason.DAMAGED),
        ({"PixelData": None}, Reason.DAMAGED), ({"Rows": 9217}, Reason.TOO_LARGE),
    ],
)  # fmt: skip
def test_a_header_without_one_picture_of_a_film_is_refused(tags, reason):
    content = store(FILM)
    check_picture(dcmread(BytesIO(content)), FILM.size)  # a film may have just so many pixels
    with pytest.raises(FilmUnreadable) as refusal:
        check_picture(dcmread(BytesIO(edit(content, **tags))), FILM.size)
    assert refusal.value.reason is reason


def test_a_report_has_no_pixels_and_is_not_cut_off():
    header = dcmread(BytesIO(edit(store(FILM), PixelData=None)))
    header.file_meta.MediaStorageSOPClassUID = BasicTextSRStorage
    with pytest.raises(FilmUnreadable) as refusal:
        check_picture(header, FILM.size)
    assert refusal.value.reason is Reason.NO_PIXELS


def test_what_a_header_lacks_is_what_the_pixels_and_the_compressed_frame_tell():
    lost = dict.fromkeys(("SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit"))
    header, notes = dcmread(BytesIO(edit(store(DEEP), **lost))), []
    complete_header(header, notes.append)
    assert (header.BitsAllocated, header.BitsStored, header.HighBit, header.SamplesPerPixel) == (16, 16, 15, 1)
    assert (header.PhotometricInterpretation, notes) == ("MONOCHROME2", [Note.HEADER_INCOMPLETE])
    header, notes = dcmread(BytesIO(enclose(jpeg(COLOURS), JPEGLosslessSV1))), []
    complete_header(header, notes.append)
    assert settle_syntax(header, notes.append) is False
    follow_codestream(header, notes.append)
    assert header.SamplesPerPixel == 3
    assert header.PhotometricInterpretation == "YBR_FULL_422"
    assert header.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert notes == [Note.HEADER_CONTRADICTS_PICTURE, Note.WRONG_TRANSFER_SYNTAX]


def test_only_words_of_the_private_syntax_are_swapped():
    header, notes = dcmread(BytesIO(store(DEEP))), []
    assert settle_syntax(header, notes.append) is False
    assert header.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    header.file_meta.TransferSyntaxUID = GE_PRIVATE
    assert settle_syntax(header, notes.append) is True
    assert (header.file_meta.TransferSyntaxUID, notes) == (ImplicitVRLittleEndian, [])


@pytest.mark.parametrize("size", [(1, 1), (1, 100), (100, 1), (63, 100)])
@pytest.mark.parametrize(
    ("interpretation", "samples"),
    [("MONOCHROME2", 1), ("RGB", 3), ("YBR_FULL", 3), ("YBR_FULL_422", 2), ("PALETTE COLOR", 1)],
)
def test_a_picture_too_small_is_said_to_be_so_whatever_its_colours(interpretation, samples, size):
    data = bytes(range(200)) * (samples * size[0] * size[1] // 200 + 1)
    data = data[: samples * size[0] * size[1]]
    content = edit(store(FILM), Rows=size[0], Columns=size[1], PhotometricInterpretation=interpretation,
                   SamplesPerPixel=1 if samples == 1 else 3, PixelData=data + b"\0" * (len(data) % 2))  # fmt: skip
    with pytest.raises(FilmUnreadable, match=f"{size[1]} x {size[0]} pixels; each side needs") as refusal:
        read(content)
    assert refusal.value.reason is Reason.TOO_SMALL
