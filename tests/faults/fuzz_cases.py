# ruff: noqa: PT017
"""What `fuzz_readers` tries of each kind of reader: how a case is made, and what must hold when it is read."""

import hashlib
import io
import json
import re
import struct
import tempfile
import threading
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from pydicom import dcmread
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from core.films.dicom_details import read_details
from core.films.film_facts import format_facts
from core.films.film_reader import read_film
from core.films.images import MAX_PIXELS
from core.films.phantoms import draw_phantom
from core.models.calibration import Calibration
from core.models.decision import Decision
from core.models.model_file import load_model, save_model
from core.models.model_header import KEY, SEAL, compute_seal
from core.networks.architectures import build_network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation
from core.screening.changed_files import find_changes
from core.screening.events import LedgerRow, Status
from core.screening.file_state import FileState
from core.screening.folder_listing import ListedFile
from core.screening.reader_calls import Call, append_call, calls_path, read_calls
from core.screening.results_csv import format_csv, partial_path, read_rows
from core.screening.state_log import append_state, read_states, state_path
from core.system.errors import REASONS, FilmUnreadable, JobFailed
from tests.core.films.examples import BITS_12, DEEP, WINDOW, edit, enclose, frame_of, recode, save, store
from tests.factories import drained
from tests.faults import fuzz_mutations as mutations
from tests.faults.fuzz_lists import make_list, read_list
from tests.faults.fuzz_outcomes import Case, refused
from tests.faults.hostile_films import encoded

FILM = draw_phantom(4, False, 66)


@cache
def picture_seeds():
    grey, deep, colour = FILM, FILM.astype(np.uint16) * 257, np.dstack([FILM, FILM, FILM])
    forms = [("PNG", grey, {}), ("PNG", deep, {}), ("PNG", colour, {}), ("JPEG", grey, {"quality": 90}),
             ("JPEG", colour, {"progressive": True}), ("JPEG", grey, {"restart_marker_rows": 2}), ("BMP", grey, {}),
             ("WEBP", grey, {"lossless": True}), ("TIFF", grey, {}), ("TIFF", deep, {})]  # fmt: skip
    forms += [("TIFF", grey, {"compression": name}) for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")]
    return [(kind, encoded(film, kind, **options)) for kind, film, options in forms]


def make_picture(rng):
    kind, content = rng.choice(picture_seeds())
    along = {"PNG": mutations.damage_png, "JPEG": mutations.damage_jpeg, "TIFF": mutations.damage_tiff}.get(kind)
    change = along if along and rng.random() < 0.6 else mutations.damage
    return Case({"film": change(rng, content)})


@cache
def dicom_seeds():
    shown = store(FILM, PatientID="P1", PatientAge="004Y", ViewPosition="PA", StudyDate="20200102")
    deep = store(DEEP, **BITS_12, **WINDOW, RescaleSlope="2", RescaleIntercept="-9")
    seeds = [shown, deep, *(recode(deep, syntax) for syntax in (ImplicitVRLittleEndian, ExplicitVRBigEndian))]
    seeds += [enclose(frame_of(shown, syntax), syntax, shown) for syntax in (JPEG2000Lossless, RLELossless)]
    return [edit_identity(seed) for seed in (*seeds, enclose(encoded(FILM, "JPEG", quality=90), content=shown))]


def edit_identity(content):
    """A DICOM file whose identifiers are not drawn by chance."""
    header = dcmread(io.BytesIO(content))
    header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    return save(header)


PIXEL_DATA = (b"\xe0\x7f\x10\0", b"\x7f\xe0\0\x10")  # its tag, in both orders of bytes
ELEMENTS = (
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel",
    "PlanarConfiguration", "NumberOfFrames", "PhotometricInterpretation", "WindowCenter", "WindowWidth", "RescaleSlope",
    "RescaleIntercept", "PixelPaddingValue", "SmallestImagePixelValue", "PatientAge", "PatientBirthDate", "StudyDate",
    "ViewPosition", "PatientOrientation", "ShutterShape", "ShutterLeftVerticalEdge", "BurnedInAnnotation", "Modality",
    "SpecificCharacterSet", "PresentationLUTShape", "VOILUTFunction", "PixelAspectRatio", "Manufacturer",
)  # fmt: skip


def make_dicom(rng):
    content = rng.choice(dicom_seeds())
    match rng.randrange(4):
        case 0:
            return Case({"film": mutations.damage(rng, content)})
        case 1:
            start = max(content.rfind(tag) for tag in PIXEL_DATA)
            return Case({"film": content[:start] + mutations.damage(rng, content[start:])})
        case _:
            names = rng.sample(ELEMENTS, rng.choice((1, 1, 2, 3)))
            with suppress(Exception):  # what pydicom does not write
                return Case({"film": edit(content, **{name: odd_value(rng, name) for name in names})})
            return Case({"film": mutations.damage(rng, content)})


def odd_value(rng, name):
    """Bytes of an odd number or text for an attribute, or None, which removes it where it is."""
    if name in ELEMENTS[:8]:
        return struct.pack("<H", rng.choice(mutations.NUMBERS) & 0xFFFF) * rng.choice((1, 1, 1, 2))
    known = (
        "MONOCHROME1",
        "PALETTE COLOR",
        "RGB",
        "YBR_FULL",
        "30000000",
        "12",
        "-12.5",
        "2\\0",
        "CIRCULAR",
        "SIGMOID",
    )
    return rng.choice((*mutations.TEXTS, *known)).encode("utf-8")


def read_any_film(folder, _):
    path = folder / "film"
    details = read_details(path)
    try:
        film = read_film(path)
    except FilmUnreadable as refusal:
        assert refusal.reason in REASONS, refusal.reason
        return refused(refusal)
    height, width = film.pixels.shape
    assert film.pixels.dtype == np.uint8
    assert 0 < height * width <= MAX_PIXELS
    assert film.pixels.min() < film.pixels.max()
    assert format_facts(film.facts)
    told = hashlib.sha256(film.pixels.tobytes()).hexdigest(), film.chroma, repr(astuple(film.facts)), astuple(details)
    return "film", told


@cache
def model_seed():
    """A small model as bytes, and its answers. Its network is not that of other tests, which is kept."""
    torch.manual_seed(3)
    network, form = build_network("resnet18", 2), Preprocessing(64, Normalisation.PER_FILM)
    with tempfile.TemporaryDirectory() as name:
        path, calibration = Path(name) / "m.safetensors", Calibration(1.0, 0.5, (0.4, 0.6))
        save_model(path, "resnet18", ("NORMAL", "PNEUMONIA"), network, form, calibration, {"ages_years": [1, 5]})
        return path.read_bytes(), answers_of(load_model(path))


def answers_of(model):
    films = np.random.default_rng(5).integers(0, 255, (2, 64, 64), dtype=np.uint8)
    header = model.header
    return model.logits(films).tolist(), header.classes, header.calibration, header.ages, model.preprocessing


def make_model(rng):
    content, answers = model_seed()
    (length,) = struct.unpack("<Q", content[:8])
    header, weights = json.loads(content[8 : 8 + length]), content[8 + length :]
    match rng.randrange(4):
        case 0:
            return Case({"m.safetensors": mutations.damage(rng, content[: 8 + length]) + weights}, answers)
        case 1:
            place = rng.randrange(len(weights))
            return Case({"m.safetensors": content[: 8 + length] + weights[:place] + mutations.damage(
                rng, weights[place : place + 64]) + weights[place + 64 :]}, answers)  # fmt: skip
        case 2:
            names = [name for name in header if name != "__metadata__"]
            mutations.replace_in_json(rng, {name: header[name] for name in rng.sample(names, 2)})
        case _:
            description = mutations.replace_in_json(rng, json.loads(header["__metadata__"][KEY]))
            if is_sealed := SEAL in description and rng.random() < 0.7:
                description[SEAL] = compute_seal(description)
            header["__metadata__"][KEY] = json.dumps(description)
            answers = None if is_sealed else answers
    text = json.dumps(header).encode()
    return Case({"m.safetensors": struct.pack("<Q", len(text)) + text + weights}, answers)


def read_model(folder, expected):
    try:
        model = load_model(folder / "m.safetensors")
        found = answers_of(model)
    except JobFailed as refusal:
        return refused(refusal)
    assert expected in (None, found), "another model"
    values = model.calibration.probabilities(np.array(found[0], np.float32))
    assert np.isfinite(values).all()
    assert ((values >= 0) & (values <= 1)).all()
    assert all(model.calibration.decision(value) in Decision for value in values)
    assert all(isinstance(name, str) for name in model.header.classes)
    assert all(isinstance(sentence, str) for sentence in model.header.warnings)
    model.header.film_codes("train")
    return "model", found


@dataclass(frozen=True)
class Screened:
    """What was written: rows, the state of each one's file, calls."""

    rows: tuple
    states: dict
    calls: tuple


def make_ledger(rng):
    names = rng.sample(("a.png", "b.png", "c/d.png", "=e.png", "f\ng.png", 'h"i.png', "j,k.png", "ä.png"), 5)
    rows = [
        LedgerRow(name, Status.SCORED, "", "B", round(rng.random(), 6), rng.choice(list(Decision)), "m 1")
        if rng.random() < 0.7
        else LedgerRow(name, Status.FAILED, "damaged", None, None, None, "m 1")
        for name in names
    ]
    states = {name: FileState(100 + number, 5, 6, f"{number:064x}") for number, name in enumerate(names)}
    calls = tuple(Call(name, "B", rng.random() < 0.5, "a note", "2026-01-02T03:04:05+00:00", "abcd") for name in names)
    with tempfile.TemporaryDirectory() as place:
        output = Path(place) / "r.csv"
        for row in rows:
            append_state(output, row, states[row.file])
        for call in calls:
            append_call(calls_path(output), call)
        files = {path.name: path.read_bytes() for path in (state_path(output), calls_path(output))}
    files["r.csv.partial"] = format_csv(rows, ("A", "B")).encode()
    files["r.csv.state"] = re.sub(rb'"read_at": "[^"]*"', b'"read_at": ""', files["r.csv.state"])
    damaged = rng.choice(("r.csv.partial", "r.csv.partial", "r.csv.state", "r.calls.csv"))
    if rng.random() < 0.3:
        lines = mutations.shuffle_parts(rng, files[damaged].splitlines(keepends=True))
        files[damaged] = b"".join(lines)
    else:
        files[damaged] = mutations.damage(rng, files[damaged])
    return Case(files, Screened(tuple(rows), states, calls if damaged != "r.calls.csv" else ()))


def read_ledger(folder, written):
    """Rows that a resumed screening would keep are rows that were written; so are calls, if their file is whole."""
    output = folder / "r.csv"
    try:
        calls = read_calls(calls_path(output))
        rows = read_rows(partial_path(output), ("A", "B"), "m 1")
    except JobFailed as refusal:
        return refused(refusal)
    states = read_states(output, rows)
    another = FileState(7, 7, 7)  # of a file that has a changed name
    files = {row.file: ListedFile(row.file, output, state=written.states.get(row.file, another)) for row in rows}
    _, changes = drained(find_changes(rows, states, files, threading.Event()))
    kept = [row for row in rows if row.file not in changes.changed]
    assert set(kept) <= set(written.rows), f"rows that were never written: {set(kept) - set(written.rows)}"
    assert not written.calls or tuple(calls) == written.calls
    return "ledger", (kept, [replace(row) for row in rows], calls)


READERS = {
    "pictures": (make_picture, read_any_film),
    "dicom": (make_dicom, read_any_film),
    "lists": (make_list, read_list),
    "models": (make_model, read_model),
    "ledgers": (make_ledger, read_ledger),
}
