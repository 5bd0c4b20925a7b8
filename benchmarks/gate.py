"""Measure what the input gate refuses and passes; print Markdown tables.

1. The gate of chest models, trained without the hospital or the kind of picture that it is measured
   on (benchmarks/gate_left_out.py).
2. The bundled model's gate on its test films, unchanged, changed, turned and cut, and on pictures
   that are no films.
3. The gate of models of other body parts, which is fitted on their own films, tried on chest films.

Every film and picture of 2 and 3 is read from a file, as in a screening. Pictures that are not
films are those found below --pictures (benchmarks/gate_pictures.py says which packages have some)
and on this computer, and drawn ones. Those below --fresh were not looked at before.
Run from the project's root:
PYTHONPATH=.:packaging python benchmarks/gate.py --pictures DIR [DIR ...] --fresh DIR
"""

import argparse
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import gate_pictures
from benchmarks.gate_left_out import print_left_out
from benchmarks.recipe_tasks import REAL, read_bundled_splits
from benchmarks.recipes import CHANGES, UNCHANGED
from core.datasets.dataset import Film
from core.datasets.entries import Split
from core.films.film_reader import read_square
from core.input_checks.gate import Gate, fit_gate
from core.input_checks.inspection import inspect_film
from core.metrics.intervals import group_numbers, proportion
from core.models.model_gate import read_bundled_gate
from core.system.errors import FilmUnreadable

ORIGINAL = REAL.parent / "kermany-original"
SCREENSHOTS = Path(__file__).parents[1] / "docs/screenshots"
SIZE_PX = 224
CHANGED_FILMS = 200  # test films that are changed, rotated, cropped
OWN_TRAINING, OWN_VALIDATION = 170, 30  # films of a small training of a user's own


def read_squares(films: Iterable[Film]) -> np.ndarray:
    return np.stack([read_square(film.path, SIZE_PX) for film in films])


# Parts of a film: left, top, right, bottom as fractions.
PARTS = {
    "left half": (0, 0, 0.5, 1),
    "right half": (0.5, 0, 1, 1),
    "55 % of the width, 70 % of the height": (0.05, 0.15, 0.6, 0.85),
    "a quarter": (0.1, 0.1, 0.55, 0.55),
}


def crop(film: Image.Image, part: tuple[float, float, float, float]) -> Image.Image:
    """Cut a part out of a film. part: left, top, right, bottom as fractions."""
    (width, height), (left, top, right, bottom) = film.size, part
    return film.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))


def join(left: Image.Image, right: Image.Image) -> Image.Image:
    """Put two films side by side; the right one is scaled to the size of the left one."""
    return Image.fromarray(np.concatenate([np.asarray(left), np.asarray(right.resize(left.size))], axis=1))


TURNED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "turned by 90 degrees": lambda film: film.transpose(Image.Transpose.ROTATE_90),
    "turned by 180 degrees": lambda film: film.transpose(Image.Transpose.ROTATE_180),
    "turned by 270 degrees": lambda film: film.transpose(Image.Transpose.ROTATE_270),
    "top to bottom": lambda film: film.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "inverted": lambda film: film.point(lambda value: 255 - value),
}


def enlarge_plate(film: Image.Image, share: float, grey: int) -> Image.Image:
    """Show a film on a larger plate, as a child's on one for adults. share: of each side of the plate."""
    width, height = film.size
    plate = Image.new("L", (round(width / share), round(height / share)), grey)
    plate.paste(film, (round((plate.width - width) / 2), round((plate.height - height) / 3)))
    return plate


FRAMED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "cropped 10 %": lambda film: crop(film, (0.05, 0.05, 0.95, 0.95)),
    "on a black plate, 75 % of each side": lambda film: enlarge_plate(film, 0.75, 0),
    "on a black plate, 55 % of each side": lambda film: enlarge_plate(film, 0.55, 0),
    "on a white plate, 75 % of each side": lambda film: enlarge_plate(film, 0.75, 255),
}


class Table:
    """Prints a row for every kind of picture."""

    def __init__(self, folder: Path, statistics: Gate) -> None:
        self._file, self.statistics = folder / "picture.png", statistics

    def print_row(
        self, name: str, pictures: Iterable[Path | Image.Image], refuses: bool, patients: list[str] | None = None
    ) -> None:
        """Print how many pictures the gate decides wrongly; unreadable files do not count.

        refuses: whether the gate should refuse these pictures. patients: of each picture; several
        films of a patient then count as fewer.
        """
        reasons: list[str | None] = []
        groups: list[str] = []
        for number, picture in enumerate(pictures):
            try:
                reason = inspect_film(self._save(picture), SIZE_PX, self.statistics).refusal
            except FilmUnreadable as error:
                if isinstance(picture, Path):
                    continue
                reason = error.reason
            reasons.append(reason)
            groups.append(patients[number] if patients else str(number))
        if not reasons:
            print(f"| {name} | 0 | | | |")
            return
        is_wrong = np.array([(reason is not None) != refuses for reason in reasons])
        figure = proportion(is_wrong, group_numbers(groups))
        counts = Counter(reason or "passes" for reason in reasons)
        answers = ", ".join(f"{reason} {count}" for reason, count in counts.most_common())
        decision = "passes" if refuses else "refused"
        interval = f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
        print(f"| {name} | {len(reasons)} | {is_wrong.sum()} {decision} | {interval} | {answers} |", flush=True)

    def _save(self, picture: Path | Image.Image) -> Path:
        """Return the path of a picture; a picture in memory is written to a file."""
        if isinstance(picture, Path):
            return picture
        picture.save(self._file, compress_level=1)
        return self._file


def read_grey(paths: Iterable[Path]) -> Iterator[Image.Image]:
    """Read pictures in grey, at most three times SIZE_PX a side, on a black background."""
    for path in paths:
        with Image.open(path) as picture:
            picture.draft("L", (2 * SIZE_PX, 2 * SIZE_PX))
            picture.thumbnail((3 * SIZE_PX, 3 * SIZE_PX))
            rgba = picture.convert("RGBA")
            yield Image.alpha_composite(Image.new("RGBA", rgba.size, (0, 0, 0, 255)), rgba).convert("L")


def crop_pictures(pictures: Iterable[Image.Image]) -> Iterator[Image.Image]:
    """Yield the corners and the mirrored middle of each picture: augmentation, no new pictures."""
    for picture in pictures:
        for left, top in ((0, 0), (0.4, 0), (0, 0.4), (0.4, 0.4), (0.2, 0.2)):
            part = crop(picture, (left, top, left + 0.6, top + 0.6))
            if min(part.size) >= 64:
                yield part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if left == 0.2 else part


def check_films(table: Table, test: list[Film]) -> None:
    """Print rows for test films, unchanged and changed, and for films that should be refused."""
    table.print_row("**films**: test films", [film.path for film in test], False, [film.patient for film in test])
    patient_of = {film.path.name: film.patient for film in test}
    full_size = sorted(path for path in ORIGINAL.rglob("*.jpeg") if path.name in patient_of)
    table.print_row("films: test films at full size", full_size, False, [patient_of[path.name] for path in full_size])
    chosen = [test[number] for number in np.random.default_rng(0).permutation(len(test))[:CHANGED_FILMS]]
    films, patients = [Image.open(film.path).convert("L") for film in chosen], [film.patient for film in chosen]
    mirrored = [film.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for film in films]
    table.print_row("films: mirrored", mirrored, False, patients)
    for name, change in CHANGES.items():
        if name != UNCHANGED:
            table.print_row(f"films: {name}", map(change, films), False, patients)
    for name, frame in FRAMED.items():
        table.print_row(f"films: {name}", map(frame, films), False, patients)
    for name, turn in TURNED.items():
        table.print_row(f"**to refuse**: {name}", map(turn, films), True, patients)
    for name, part in PARTS.items():
        table.print_row(f"to refuse: {name}", (crop(film, part) for film in films), True, patients)
    width, height = films[0].size
    upper = (film.crop((0, 0, width, height // 2)) for film in films)
    lower = (film.crop((0, height // 2, width, height)) for film in films)
    table.print_row("to refuse: upper half", upper, True, patients)
    table.print_row("to refuse: lower half", lower, True, patients)
    table.print_row("to refuse: two films side by side", map(join, films, films[::-1]), True, patients)


def check_other_pictures(table: Table, folders: list[Path], fresh: list[Path]) -> None:
    """Print rows for pictures that are not films."""
    photographs, clip_art = gate_pictures.find_pictures(folders)
    fonts = sorted({*Path("/usr/share/fonts").rglob("DejaVu*.ttf"), *find_site_packages().rglob("Vera*.ttf")})
    table.print_row("**no films**: photographs, wallpapers", photographs, True)
    table.print_row("no films: the same in grey", read_grey(photographs), True)
    table.print_row("no films: parts of these (augmentation)", crop_pictures(read_grey(photographs)), True)
    table.print_row("no films: clip art, icons, objects cut out", clip_art, True)
    table.print_row("no films: the same in grey", read_grey(clip_art), True)
    if fonts:
        table.print_row("no films: documents, drawn", gate_pictures.draw_documents(240, fonts), True)
    table.print_row("no films: screenshots of our window", sorted(SCREENSHOTS.glob("*.png")), True)
    table.print_row("no films: blank, gradients, noise, drawn", gate_pictures.draw_patterns(180), True)
    table.print_row("no films: CT, MR, US, NM files of pydicom", gate_pictures.list_dicom_files(), True)
    table.print_row("no films: MR and CT slices of 6 volumes, without tags", gate_pictures.read_slices(folders), True)
    table.print_row("no films: CT slices, drawn", gate_pictures.draw_slices(60), True)
    table.print_row("no films: skull, projected from one CT", gate_pictures.project_skulls(folders), True)
    table.print_row("no films: limbs and hands, drawn", gate_pictures.draw_limbs(60), True)
    for name, group in zip(("pictures of games, wallpapers", "icons"), gate_pictures.find_pictures(fresh), strict=True):
        table.print_row(f"no films: {name} not looked at before, in grey", read_grey(group), True)


def check_other_trainings(table: Table, splits: dict[Split, list[Film]], folders: list[Path]) -> None:
    """Print rows for a gate fitted on few films, and for gates fitted on one class only."""
    test = splits[Split.TEST]
    photographs, _ = gate_pictures.find_pictures(folders)
    order, own = np.random.default_rng(0), []
    for split, count in ((Split.TRAINING, OWN_TRAINING), (Split.VALIDATION, OWN_VALIDATION)):
        drawn = order.permutation(len(splits[split]))[:count]
        own.append(read_squares(splits[split][number] for number in drawn))
    table.statistics = fit_gate(*own) or table.statistics
    title = f"**fitted on {OWN_TRAINING} + {OWN_VALIDATION} films**: test films"
    table.print_row(title, [film.path for film in test], False, [film.patient for film in test])
    table.print_row("photographs in grey", read_grey(photographs), True)
    for label, name in enumerate(("NORMAL", "PNEUMONIA")):
        one_class = [
            read_squares(film for film in splits[split] if film.label == label)
            for split in (Split.TRAINING, Split.VALIDATION)
        ]
        table.statistics = fit_gate(*one_class) or table.statistics
        others = [film for film in test if film.label != label]
        title = f"**fitted on {name} only**: test films of the other class"
        table.print_row(title, [film.path for film in others], False, [film.patient for film in others])


def time_films(paths: list[Path], statistics: Gate) -> str:
    """Return a line with the time per film, the best of five: decoding alone, and with the gate."""
    for path in paths[:5]:
        inspect_film(path, SIZE_PX, statistics)
    best = np.full((len(paths), 2), np.inf)
    for row, path in zip(best, paths, strict=True):
        for _ in range(5):
            start = time.perf_counter()
            read_square(path, SIZE_PX)
            middle = time.perf_counter()
            inspect_film(path, SIZE_PX, statistics)
            row[:] = np.minimum(row, [middle - start, time.perf_counter() - middle])
    decoding, with_gate = best.mean(axis=0) * 1000
    return f"Time per film at full size: {decoding:.1f} ms to decode, {with_gate:.1f} ms to decode and pass the gate."


def find_site_packages() -> Path:
    return Path(sysconfig.get_paths()["purelib"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, nargs="*", default=[])
    parser.add_argument("--fresh", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    if not REAL.exists():
        sys.exit(f"{REAL} is not here")
    dataset = read_bundled_splits()
    splits = {split: list(dataset.of_split(split)) for split in Split}
    gate = read_bundled_gate()
    folders = [*options.pictures, Path("/usr/share"), find_site_packages()]
    print_left_out(folders)
    print("\n| pictures | n | wrongly | share (95 %) | answers |\n| --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        table = Table(Path(folder), gate)
        check_films(table, splits[Split.TEST])
        check_other_pictures(table, folders, options.fresh)
        check_other_trainings(table, splits, folders)
    print(f"\n{time_films(sorted(ORIGINAL.rglob('*.jpeg')), gate)}")


if __name__ == "__main__":
    main()
