"""What the gate refuses and lets through, with the films of the bundled model. Prints a Markdown table, writes nothing.

Statistics come from the training films, thresholds from the validation films, figures from test films: all of other
patients. Every film and picture goes the whole road, from a file. Pictures that are no films are those that are found
below --pictures (benchmarks/gate_pictures.py says which packages have some) and on this computer, and drawn ones.
The description of films and the margins were chosen with these in view; those below --fresh were not looked at before.
Run from the project's root: PYTHONPATH=. python benchmarks/gate.py --pictures DIR [DIR ...] --fresh DIR
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
from benchmarks.recipes import CHANGES, REAL, UNCHANGED, splits_of_the_bundled_model
from core.datasets.dataset import Film, Split
from core.films.images import read_square
from core.input_checks.gate import GateStatistics, find_refusal, fit_gate
from core.input_checks.gate_rules import inspect_film
from core.metrics.intervals import group_numbers, proportion
from core.system.errors import FilmUnreadable

ORIGINAL = REAL.parent / "kermany-original"
SCREENSHOTS = Path(__file__).parents[1] / "docs/screenshots"
SIZE_PX = 224
SOME = 200  # test films that are changed, turned, cropped
OWN_TRAINING, OWN_VALIDATION = 170, 30  # a user's own small training


def squares(films: Iterable[Film]) -> np.ndarray:
    return np.stack([read_square(film.path, SIZE_PX) for film in films])


def halves(film: Image.Image) -> Iterator[Image.Image]:
    """Left and right half, a half without the top and bottom, a quarter."""
    w, h = film.size
    for left, top, right, bottom in ((0, 0, 0.5, 1), (0.5, 0, 1, 1), (0.05, 0.15, 0.6, 0.85), (0.1, 0.1, 0.55, 0.55)):
        yield film.crop((round(left * w), round(top * h), round(right * w), round(bottom * h)))


def beside(one: Image.Image, other: Image.Image) -> Image.Image:
    return Image.fromarray(np.concatenate([np.asarray(one), np.asarray(other.resize(one.size))], axis=1))


TURNED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "turned by 90 degrees": lambda film: film.transpose(Image.Transpose.ROTATE_90),
    "turned by 180 degrees": lambda film: film.transpose(Image.Transpose.ROTATE_180),
    "turned by 270 degrees": lambda film: film.transpose(Image.Transpose.ROTATE_270),
    "top to bottom": lambda film: film.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "inverted": lambda film: film.point(lambda value: 255 - value),
}


class Table:
    """Prints a row for every kind of picture."""

    def __init__(self, folder: Path, statistics: GateStatistics) -> None:
        self._file, self.statistics = folder / "picture.png", statistics

    def row(
        self, name: str, pictures: Iterable[Path | Image.Image], refuses: bool, names: list[str] | None = None
    ) -> None:
        """names: patients, of whom several films count as fewer. Unreadable files do not count."""
        reasons: Counter[str] = Counter()
        refused, whose = [], []
        for number, picture in enumerate(pictures):
            try:
                reason = find_refusal(inspect_film(self._path(picture), SIZE_PX), self.statistics)
            except FilmUnreadable as error:
                if isinstance(picture, Path):
                    continue
                reason = error.reason
            refused.append(reason is not None)
            whose.append(names[number] if names else str(number))
            reasons[reason or "passes"] += 1
        hits = np.array(refused) if not refuses else ~np.array(refused)
        figure = proportion(hits, group_numbers(whose)) if len(hits) else None
        if figure is None:
            print(f"| {name} | 0 | | | |")
            return
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        word = "passes" if refuses else "refused"
        interval = f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
        print(f"| {name} | {len(hits)} | {hits.sum()} {word} | {interval} | {told} |", flush=True)

    def _path(self, picture: Path | Image.Image) -> Path:
        if isinstance(picture, Path):
            return picture
        picture.save(self._file, compress_level=1)
        return self._file


def grey(paths: Iterable[Path]) -> Iterator[Image.Image]:
    for path in paths:
        with Image.open(path) as picture:
            picture.draft("L", (2 * SIZE_PX, 2 * SIZE_PX))
            picture.thumbnail((3 * SIZE_PX, 3 * SIZE_PX))
            opaque = picture.convert("RGBA")
            yield Image.alpha_composite(Image.new("RGBA", opaque.size, (0, 0, 0, 255)), opaque).convert("L")


def crops(pictures: Iterable[Image.Image]) -> Iterator[Image.Image]:
    """Four corners and the middle of each, the middle mirrored: augmentation, no new pictures."""
    for picture in pictures:
        w, h = picture.size
        for left, top in ((0, 0), (0.4, 0), (0, 0.4), (0.4, 0.4), (0.2, 0.2)):
            part = picture.crop((round(left * w), round(top * h), round((left + 0.6) * w), round((top + 0.6) * h)))
            if min(part.size) >= 64:
                yield part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if left == 0.2 else part


def films(table: Table, test: list[Film], patients: list[str]) -> None:
    table.row("**films**: test films", [film.path for film in test], False, patients)
    known = {film.path.name: film.patient for film in test}
    whole = sorted(path for path in ORIGINAL.rglob("*.jpeg") if path.name in known)
    table.row("films: test films at full size", whole, False, [known[path.name] for path in whole])
    order = np.random.default_rng(0).permutation(len(test))[:SOME]
    some, whose = [Image.open(test[i].path).convert("L") for i in order], [patients[i] for i in order]
    table.row("films: mirrored", [film.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for film in some], False, whose)
    for name, change in CHANGES.items():
        if name != UNCHANGED:
            table.row(f"films: {name}", map(change, some), False, whose)
    for name, turn in TURNED.items():
        table.row(f"**to refuse**: {name}", map(turn, some), True, whose)
    for number, name in enumerate(("left half", "right half", "55 % of the width, 70 % of the height", "a quarter")):
        table.row(f"to refuse: {name}", (list(halves(film))[number] for film in some), True, whose)
    size = some[0].size
    table.row("to refuse: upper half", (film.crop((0, 0, size[0], size[1] // 2)) for film in some), True, whose)
    table.row("to refuse: lower half", (film.crop((0, size[1] // 2, *size)) for film in some), True, whose)
    table.row("to refuse: two films side by side", map(beside, some, some[::-1]), True, whose)


def others(table: Table, folders: list[Path], fresh: list[Path]) -> None:
    photographs, clip_art = gate_pictures.files_of(folders)
    fonts = sorted({*Path("/usr/share/fonts").rglob("DejaVu*.ttf"), *site_packages().rglob("Vera*.ttf")})
    table.row("**no films**: photographs, wallpapers", photographs, True)
    table.row("no films: the same in grey", grey(photographs), True)
    table.row("no films: parts of these (augmentation)", crops(grey(photographs)), True)
    table.row("no films: clip art, icons, objects cut out", clip_art, True)
    table.row("no films: the same in grey", grey(clip_art), True)
    if fonts:
        table.row("no films: documents, drawn", gate_pictures.documents(240, fonts), True)
    table.row("no films: screenshots of our window", sorted(SCREENSHOTS.glob("*.png")), True)
    table.row("no films: blank, gradients, noise, drawn", gate_pictures.blank_and_noise(180), True)
    table.row("no films: CT, MR, US, NM files of pydicom", gate_pictures.dicom_files(), True)
    table.row("no films: MR and CT slices of 6 volumes, without tags", gate_pictures.slices(folders), True)
    table.row("no films: CT slices, drawn", gate_pictures.drawn_slices(60), True)
    table.row("no films: skull, projected from one CT", gate_pictures.projected_skulls(folders), True)
    table.row("no films: limbs and hands, drawn", gate_pictures.limbs(60), True)
    for name, group in zip(("pictures of games, wallpapers", "icons"), gate_pictures.files_of(fresh), strict=True):
        table.row(f"no films: {name} not looked at before, in grey", grey(group), True)


def other_trainings(table: Table, splits: dict[Split, list[Film]], folders: list[Path]) -> None:
    """A small training of a user's own, and films that were taken otherwise than those of the training."""
    test, patients = [film.path for film in splits[Split.TEST]], [film.patient for film in splits[Split.TEST]]
    photographs, _ = gate_pictures.files_of(folders)
    order, own = np.random.default_rng(0), []
    for split, count in ((Split.TRAINING, OWN_TRAINING), (Split.VALIDATION, OWN_VALIDATION)):
        drawn = order.permutation(len(splits[split]))[:count]
        own.append(squares(splits[split][i] for i in drawn))
    table.statistics = fit_gate(*own) or table.statistics
    table.row(f"**fitted on {OWN_TRAINING} + {OWN_VALIDATION} films**: test films", test, False, patients)
    table.row("photographs in grey", grey(photographs), True)
    for label, name in enumerate(("NORMAL", "PNEUMONIA")):
        mine = [
            squares(film for film in splits[split] if film.label == label)
            for split in (Split.TRAINING, Split.VALIDATION)
        ]
        table.statistics = fit_gate(*mine) or table.statistics
        rest = [film for film in splits[Split.TEST] if film.label != label]
        title = f"**fitted on {name} only**: test films of the other class"
        table.row(title, [film.path for film in rest], False, [film.patient for film in rest])


def time_a_film(paths: list[Path], statistics: GateStatistics) -> str:
    """Milliseconds a film for the decode alone and with the gate, the best of five a film."""
    for path in paths[:5]:
        find_refusal(inspect_film(path, SIZE_PX), statistics)
    best = np.full((len(paths), 2), np.inf)
    for row, path in zip(best, paths, strict=True):
        for _ in range(5):
            start = time.perf_counter()
            read_square(path, SIZE_PX)
            middle = time.perf_counter()
            find_refusal(inspect_film(path, SIZE_PX), statistics)
            row[:] = np.minimum(row, [middle - start, time.perf_counter() - middle])
    alone, gated = best.mean(axis=0) * 1000
    return f"Time a film at full size: {alone:.1f} ms to decode, {gated:.1f} ms to decode and pass the gate."


def site_packages() -> Path:
    return Path(sysconfig.get_paths()["purelib"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, nargs="*", default=[])
    parser.add_argument("--fresh", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    if not REAL.exists():
        sys.exit(f"{REAL} is not here")
    dataset = splits_of_the_bundled_model()
    splits = {split: list(dataset.of_split(split)) for split in Split}
    statistics = fit_gate(squares(splits[Split.TRAINING]), squares(splits[Split.VALIDATION]))
    if statistics is None:
        sys.exit("There are too few films")
    test = splits[Split.TEST]
    folders = [*options.pictures, Path("/usr/share"), site_packages()]
    print("| pictures | n | wrongly | share (95 %) | answers |\n| --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        table = Table(Path(folder), statistics)
        films(table, test, [film.patient for film in test])
        others(table, folders, options.fresh)
        other_trainings(table, splits, folders)
    print(f"\n{time_a_film(sorted(ORIGINAL.rglob('*.jpeg')), statistics)}")


if __name__ == "__main__":
    main()
