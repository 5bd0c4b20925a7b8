"""Films, and pictures that are none."""

import numpy as np
from PIL import Image, ImageDraw

from core.films.film import Film
from core.films.phantoms import draw_phantom
from core.input_checks.gate import find_refusal
from core.input_checks.inspection import build_gate_input, inspect_film
from core.system.errors import REFUSALS
from tests.factories import ROOT

REAL = ROOT.parent / "shared/data"
SIZE = 224
FILM = draw_phantom(1, True, 128)
UPRIGHT = [draw_phantom(seed, seed % 2 == 0, 96) for seed in range(500, 520)]
ALL_REASONS = set(REFUSALS)


def judge(picture, statistics, **film):
    """The gate's verdict on a picture; film: other fields of a Film."""
    return find_refusal(build_gate_input(Film(picture, **film), picture), statistics)


def judge_file(path, statistics=None, size=64):
    """The gate's verdict on a file."""
    return inspect_film(path, size, statistics).refusal


def passes(pictures, statistics):
    return [judge(picture, statistics) is None for picture in pictures]


def reasons(pictures, statistics):
    return {judge(picture, statistics) for picture in pictures}


def saved(path, picture, **options):
    Image.fromarray(picture).save(path, **options)
    return path


def coloured(side=200):
    y, x = np.mgrid[0:side, 0:side]
    shown = np.stack([x * 255 // side, y * 255 // side, 255 - x * 255 // side], axis=-1)
    return shown.astype(np.uint8)


def text_page():
    page = Image.new("L", (600, 800), 250)
    for line in range(24):
        ImageDraw.Draw(page).text((40, 30 + 30 * line), "patient name date of the letter and so on" * 2, 20)
    return np.asarray(page.resize((SIZE, SIZE)))


def halves(films):
    size = films[0].shape[0]
    parts = [film[:, : size // 2] for film in films] + [film[:, size // 2 :] for film in films]
    return [np.asarray(Image.fromarray(np.ascontiguousarray(part)).resize((size, size))) for part in parts]
