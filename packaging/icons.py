"""Draw the icon, two lungs on a dark film, as PNG, ICO (Windows) and ICNS (macOS).

python packaging/icons.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE, OVERSAMPLING = 512, 4
FILM, LUNG, AIRWAY, FINDING = "#14171c", "#56b4e9", "#e6e9ee", "#e69f00"


def _trace_outline(points: list[tuple[float, float]], mirrored: bool) -> list[tuple[float, float]]:
    """Return a closed outline in pixels through points of the left half, 0..1 (Catmull-Rom)."""
    knots = np.array([(1 - x if mirrored else x, y) for x, y in points])
    outline = []
    for number in range(len(knots)):
        previous, start, end, following = (knots[(number + step) % len(knots)] for step in (-1, 0, 1, 2))
        for t in np.linspace(0, 1, 24, endpoint=False):
            cubic = 3 * start - previous - 3 * end + following
            square = 2 * previous - 5 * start + 4 * end - following
            outline.append((2 * start + (end - previous) * t + square * t**2 + cubic * t**3) / 2 * SIDE * OVERSAMPLING)
    return [tuple(point) for point in outline]


def draw_icon() -> Image.Image:
    """Draw the icon, 512 x 512, RGBA."""
    scale = SIDE * OVERSAMPLING
    image = Image.new("RGBA", (scale, scale))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, scale - 1, scale - 1), radius=scale * 0.2, fill=FILM)
    lung = [
        (0.40, 0.27),
        (0.29, 0.30),
        (0.18, 0.50),
        (0.145, 0.74),
        (0.20, 0.81),
        (0.33, 0.75),
        (0.43, 0.71),
        (0.445, 0.50),
    ]
    for mirrored in (False, True):
        draw.polygon(_trace_outline(lung, mirrored), fill=LUNG)
    width = int(scale * 0.045)
    for line in ([(0.5, 0.13), (0.5, 0.40), (0.36, 0.53)], [(0.5, 0.40), (0.64, 0.53)]):
        draw.line([(x * scale, y * scale) for x, y in line], fill=AIRWAY, width=width, joint="curve")
    for x, y in ((0.5, 0.13), (0.5, 0.40), (0.36, 0.53), (0.64, 0.53)):
        draw.circle((x * scale, y * scale), width / 2, fill=AIRWAY)
    draw.circle((0.715 * scale, 0.645 * scale), scale * 0.075, fill=FINDING)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def write_icons(folder: Path) -> None:
    """Write pneumoscreen.png (256 pixels), .ico and .icns into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    icon = draw_icon()
    icon.resize((256, 256), Image.Resampling.LANCZOS).save(folder / "pneumoscreen.png", optimize=True)
    icon.save(folder / "pneumoscreen.ico", sizes=[(side, side) for side in (16, 24, 32, 48, 64, 128, 256)])
    icon.save(folder / "pneumoscreen.icns")


if __name__ == "__main__":
    write_icons(Path(sys.argv[1]))
