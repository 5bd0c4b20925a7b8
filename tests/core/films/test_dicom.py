"""DICOM films as a whole: grey, colour and palette ones, what their headers tell, and those that are cut off."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless, RLELossless

from core.films.dicom import read_dicom
from core.films.film_notes import Note
from core.films.film_reader import read_pixels
from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import DEEP, WINDOW, differs, edit, read, store, store_deep, windowed
from tests.factories import write_dicom

FILM = draw_phantom(1, True, 128)
RED = np.stack([FILM, FILM // 3, FILM // 3], axis=-1)


def luma(colours):
    """Brightness by ITU-R BT.601."""
    return colours.astype(float) @ [0.299, 0.587, 0.114]


def capture(colours, **tags):
    """A colour capture (height, width, 3)."""
    plain = store(FILM.astype(colours.dtype))
    tags = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0} | tags
    data = np.moveaxis(colours, -1, 0) if tags["PlanarConfiguration"] else colours
    return edit(plain, **({"PixelData": data.tobytes()} | tags))


def test_dicom_as_is_inverted_and_windowed(tmp_path):
    plain = read_pixels(write_dicom(tmp_path / "plain", FILM))
    assert np.array_equal(plain, FILM)
    inverted = write_dicom(tmp_path / "inverted.dcm", 255 - FILM, PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(read_pixels(inverted), FILM)
    deep = FILM.astype(np.uint16) * 8 + 1000
    window = {"WindowCenter": 1000 + 4 * 255 + 0.5, "WindowWidth": 8 * 255 + 1, "BitsStored": 12, "HighBit": 11}
    shown = read_pixels(write_dicom(tmp_path / "deep.dcm", deep, **window))
    assert np.abs(shown.astype(int) - FILM).max() <= 1


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_compressed_dicom(tmp_path, syntax):
    header = dcmread(write_dicom(tmp_path / "plain.dcm", FILM))
    header.compress(syntax)
    header.save_as(tmp_path / "compressed.dcm")
    assert np.array_equal(read_pixels(tmp_path / "compressed.dcm"), FILM)


def test_a_truncated_dicom_is_never_returned(tmp_path):
    path = write_dicom(tmp_path / "film.dcm", FILM)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(FilmUnreadable):
        read_pixels(path)


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("depth", [8, 16])
def test_colour_captures_become_grey(planar, depth):
    colours = RED if depth == 8 else RED.astype(np.uint16) * 257
    pixels, facts = read(capture(colours, PlanarConfiguration=planar))
    assert differs(pixels, luma(RED)) < 1
    assert facts.notes == (Note.COLOUR_CONVERTED,)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_colour_captures_of_fewer_bits_fill_the_grey_range(bits):
    colours = (RED.astype(float) * (2**bits - 1) / 255).astype(np.uint16)
    pixels, _ = read(capture(colours, BitsStored=bits, HighBit=bits - 1))
    assert differs(pixels, luma(RED)) < 1.5


@pytest.mark.parametrize("planar", [0, 1])
def test_brightness_and_colour_difference_are_decoded(planar):
    coded = np.asarray(Image.fromarray(RED).convert("YCbCr"))
    pixels, facts = read(capture(coded, PhotometricInterpretation="YBR_FULL", PlanarConfiguration=planar))
    assert differs(pixels, luma(RED)) < 1.5
    assert facts.photometric_interpretation == "YBR_FULL"


def test_subsampled_colour_differences_are_decoded():
    coded = np.asarray(Image.fromarray(RED).convert("YCbCr"))
    packed = np.stack([coded[:, 0::2, 0], coded[:, 1::2, 0], coded[:, 0::2, 1], coded[:, 0::2, 2]], axis=-1)
    content = capture(coded, PhotometricInterpretation="YBR_FULL_422", PixelData=packed.tobytes())
    assert differs(read(content)[0], luma(RED)) < 1.5


def test_colour_is_measured_and_grey_captures_have_none():
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    coloured = read_dicom(BytesIO(capture(noise)), 10**8)
    grey = read_dicom(BytesIO(capture(np.stack([FILM] * 3, axis=-1))), 10**8)
    assert coloured.chroma > 10
    assert grey.chroma < 0.5


def test_a_shutter_hides_a_part_of_a_colour_capture():
    shutter = {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 21, "ShutterRightVerticalEdge": 128,
               "ShutterUpperHorizontalEdge": 1, "ShutterLowerHorizontalEdge": 128}  # fmt: skip
    expected = luma(RED)
    expected[:, :20] = 0
    assert differs(read(capture(RED, **shutter))[0], expected) < 1


def test_what_the_header_tells_is_kept_and_the_patient_is_not():
    tags = {"Modality": "DX", "ViewPosition": "PA", "PatientAge": "045Y", "PatientName": "Doe^Jane",
            "PatientID": "4711", "Manufacturer": "SIEMENS", "BurnedInAnnotation": "YES"}  # fmt: skip
    _, facts = read(store_deep(**WINDOW, **tags))
    assert (facts.stored_width, facts.stored_height, facts.bits) == (96, 96, 12)
    assert (facts.transfer_syntax, facts.photometric_interpretation) == ("1.2.840.10008.1.2.1", "MONOCHROME2")
    assert (facts.view, facts.age_years, facts.window) == ("PA", 45, "2048/4096 LINEAR")
    assert facts.tags["Manufacturer"] == "SIEMENS"
    assert facts.notes == (Note.BURNED_IN_ANNOTATION,)
    assert len(facts.patient) == 12
    assert "4711" not in facts.patient
    assert not any("Doe" in value for value in facts.tags.values())


@pytest.mark.parametrize(
    ("intent", "is_raw"), [("FOR PROCESSING", True), ("for processing", True), ("FOR PRESENTATION", False), ("", False)]
)
def test_raw_detector_data_are_told_apart(intent, is_raw):
    assert read(store_deep(PresentationIntentType=intent))[1].is_raw is is_raw


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_film_that_is_cut_off_is_damaged(share):
    content = store_deep(**WINDOW)
    with pytest.raises(FilmUnreadable) as refusal:
        read(content[: int(share * len(content))])
    assert refusal.value.reason is Reason.DAMAGED


def test_names_in_other_alphabets_cost_no_film():
    content = store_deep(**WINDOW, SpecificCharacterSet="ISO_IR 127")
    content = edit(content, PatientName=b"\xe2\xe8\xd9\xc7\xe6\xea", PatientID=b"\xff\xfe\x80")
    assert differs(read(content)[0], windowed(DEEP, 2048, 4096)) < 0.6


@pytest.mark.parametrize("charset", ["ISO_IR 999", "GB18030", "utf8", "\\ISO 2022 IR 87"])
def test_unknown_alphabets_cost_no_film(charset):
    content = edit(store_deep(**WINDOW), SpecificCharacterSet=charset.encode(), PatientName=b"\x1b$B\xff\xfe=")
    assert differs(read(content)[0], windowed(DEEP, 2048, 4096)) < 0.6
