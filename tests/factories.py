"""What tests start from: films made by code, and a job run to its end."""

import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from core.films.phantoms import draw_phantom
from core.recipes.recipe import Recipe, Schedule
from core.training.events import TrainingResult

ROOT = Path(__file__).parents[1]
CLASSES = ("NORMAL", "PNEUMONIA")
NO_PROBE = 1000  # patients of each class: with as many the shortcut probe would begin
QUICK = Recipe(
    name="quick",
    start="random",
    epochs=2,
    batch_size=8,
    image_size_px=64,
    schedule=Schedule.CONSTANT,
    learning_rate=1e-3,
)


class Trained(NamedTuple):
    """A finished training: the folder of its films, its run folder, its events and its result."""

    dataset: Path
    run: Path
    events: list[object]
    result: TrainingResult


def draw_film(seed, label, side=224):
    """A phantom as a picture; label 1 has the finding."""
    return Image.fromarray(draw_phantom(seed, label == 1, side))


def encode_png(pixels):
    """Grey values (height, width) as the bytes of a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def write_phantoms(root):
    """24 phantoms in two class folders, each of a patient of its own."""
    for label, name in enumerate(CLASSES):
        (root / name).mkdir(parents=True)
        for seed in range(12):
            draw_film(seed, label, 96).save(root / name / f"{name}{chr(97 + seed)}.png")
    return root


def write_films(root, films, first=0, side=96):
    """Phantoms of so many patients a class, in class folders."""
    for label, name in enumerate(CLASSES):
        (root / name).mkdir(parents=True)
        for seed in range(first, first + films):
            draw_film(seed, label, side).save(root / name / f"{name[0]}{seed:04d}.png")
    return root


def write_few_films(folder):
    """One phantom of each class, without labels."""
    folder.mkdir()
    for seed in range(2):
        draw_film(seed, seed, 96).save(folder / f"{seed}.png")
    return folder


def write_dicom(path, values, **tags):
    """A DICOM file of grey values (height, width) with more tags."""
    header = Dataset()
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID = SecondaryCaptureImageStorage
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID = generate_uid()
    header.Rows, header.Columns = values.shape
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated = 8 * values.dtype.itemsize
    header.BitsStored, header.HighBit, header.PixelRepresentation = header.BitsAllocated, header.BitsAllocated - 1, 0
    header.PixelData = values.tobytes()
    for name, value in tags.items():
        setattr(header, name, value)
    header.save_as(path, enforce_file_format=True)
    return path


def drained(job):
    """All events of a job, and its result."""
    events = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as end:
            return events, end.value
