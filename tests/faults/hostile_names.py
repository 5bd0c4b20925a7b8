"""Names that attack whoever shows or writes them, and a small model whose classes have such names."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import torch
from PIL import Image

from core.films.phantoms import draw_phantom
from core.models.calibration import Calibration
from core.models.model_file import save_model
from core.networks.architectures import build_network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation

NAMES = (
    "=cmd|' !A0.png", "+1.png", "-1.png", "@SUM(1).png", "tab\there.png", "new\nline.png", "\"quote's`.png",
    "a" * 251 + ".png", "\u202egnp.turned.png", "caf\u00e9.png", "cafe\u0301.png", b"caf\xe9.png", "caf\\xe9.png",
    "caf\\x5cxe9.png", "%s%n%d.png", "<img src=x onerror=y>.png", "<table><tr><td>x.png", "&amp;&copy;.png",
    " space .png", "esc\x1b[31m.png", "null\x01.png", "\u2066iso.png", "../dots.png".replace("/", "\\"), "CON.png",
)  # fmt: skip
CLASSES = ('<img src="x">', "=cmd<table>\u202e%s & PNEUMONIA")
FOLDER = "<table>&%s\u202e=folder"


def write_named_films(folder):
    """A phantom under each of NAMES; returns the names as the system gives them back."""
    folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(name)))
        with path.open("wb") as stream:
            Image.fromarray(draw_phantom(number, number % 2 == 1, 96)).save(stream, "PNG")
    return sorted(path.name for path in folder.iterdir())


@cache
def network():
    torch.manual_seed(3)
    return build_network("resnet18", 2)


def write_model(path, classes=CLASSES, **more):
    """A model with random weights that sends every film to review."""
    path.parent.mkdir(parents=True, exist_ok=True)
    calibration = Calibration(1.0, 0.5, (0.0, 1.0))
    save_model(path, "resnet18", classes, network(), Preprocessing(64, Normalisation.PER_FILM), calibration, more)
    return path


@cache
def small_model():
    """A model like the bundled one, of patients of the same ages, but small and without a gate; made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="small-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return write_model(folder / "m.safetensors", ("NORMAL", "PNEUMONIA"), ages_years=[1, 5])
