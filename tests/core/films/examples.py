"""What tests of the film reader start from: films of 12 bits, and DICOM files of them in memory."""

from io import BytesIO

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import JPEGBaseline8Bit

from core.films.dicom import read_dicom
from core.films.phantoms import draw_phantom
from tests.factories import write_dicom

FILM = draw_phantom(1, True, 96)
# 12 bits, between 300 and 3500, with noise in the bits that 8-bit films lack
DEEP = (
    300 + FILM.astype(np.uint16) * 12 + np.random.default_rng(3).integers(0, 13, FILM.shape).astype(np.uint16)
).astype(np.uint16)
WINDOW = {"WindowCenter": "2048", "WindowWidth": "4096"}
BITS_12 = {"BitsStored": 12, "HighBit": 11}


def store(values=DEEP, **tags):
    """The bytes of a DICOM file of stored values (height, width)."""
    return write_dicom(BytesIO(), values, **tags).getvalue()


def store_deep(values=DEEP, **tags):
    """The same for 12 stored bits."""
    return store(values, **(BITS_12 | tags))


def edit(content, **tags):
    """A DICOM file with tags changed: None deletes one, bytes are written as they are."""
    header = dcmread(BytesIO(content), force=True)
    for name, value in tags.items():
        if value is None:
            delattr(header, name)
        elif isinstance(value, bytes) and name != "PixelData":
            put_bytes(header, name, value)
        else:
            setattr(header, name, value)
    return save(header)


def put_bytes(header, name, value, form=None):
    """Give an attribute any bytes, also those that are no value of its VR."""
    tag = Tag(tag_for_keyword(name))
    value += b" " * (len(value) % 2)
    header[tag] = RawDataElement(tag, form or dictionary_VR(tag)[:2], len(value), value, 0, False, True, True)


def save(header, **options):
    stream = BytesIO()
    header.save_as(stream, **options)
    return stream.getvalue()


def recode(content, syntax):
    """The same DICOM file in another uncompressed transfer syntax; words change their order for big endian."""
    header = dcmread(BytesIO(content))
    made = Dataset()
    made.update({element.tag: element for element in header})
    if not syntax.is_little_endian:
        for element in made.iterall():
            if element.VR == "OW" or (element.keyword == "PixelData" and header.BitsAllocated == 16):
                element.value = np.frombuffer(element.value, "<u2").astype(">u2").tobytes()
    made.preamble, made.file_meta = bytes(128), header.file_meta
    made.file_meta.TransferSyntaxUID = syntax
    return save(made, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)


def jpeg(pixels, **options):
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", **({"quality": 95} | options))
    return stream.getvalue()


def frame_of(content, syntax):
    """The compressed frame of a film, as pydicom's encoders write it."""
    header = dcmread(BytesIO(content))
    header.compress(syntax)
    return next(generate_frames(header.PixelData, number_of_frames=1))


def enclose(frame, syntax=JPEGBaseline8Bit, content=None, **tags):
    """A DICOM file with a compressed frame."""
    header = dcmread(BytesIO(edit(content or store(FILM), **tags)))
    header.file_meta.TransferSyntaxUID = syntax
    header.PixelData = encapsulate([frame])
    header["PixelData"].is_undefined_length = True
    return save(header)


def read(content):
    """The film in the bytes of a DICOM file, and its facts."""
    film = read_dicom(BytesIO(content), 10**8)
    return film.pixels, film.facts


def item(**tags):
    made = Dataset()
    for name, value in tags.items():
        setattr(made, name, value)
    return made


def table(first, bits, entries, form="US", count=None):
    """An item with a lookup table. entries: numbers for the form US, bytes for OW."""
    made = Dataset()
    made.add(DataElement("LUTDescriptor", "US", [len(entries) if count is None else count, first & 0xFFFF, bits]))
    made.add(DataElement("LUTData", form, entries if isinstance(entries, bytes) else [int(one) for one in entries]))
    return made


def items(**tags):
    """A sequence of one item."""
    return Sequence([item(**tags)])


def windowed(values, centre, width):
    """Grey by the linear window of PS3.3, C.11.2.1.2.1, 0..255."""
    values = np.asarray(values, np.float64)
    grey = ((values - (centre - 0.5)) / (width - 1) + 0.5) * 255
    grey[values <= centre - 0.5 - (width - 1) / 2] = 0
    grey[values > centre - 0.5 + (width - 1) / 2] = 255
    return grey


def stretched(values, low, high):
    """Grey that runs from 0 at `low` to 255 at `high`."""
    return np.clip((np.asarray(values, np.float64) - low) / (high - low), 0, 1) * 255


def differs(pixels, expected):
    """The mean absolute difference of two films, or infinity if their sizes differ."""
    expected = np.asarray(expected, np.float64)
    if pixels.shape != expected.shape:
        return np.inf
    return float(np.abs(pixels - expected).mean())
