"""Measure whether heat maps lie where radiologists drew boxes; print a Markdown table.

The folder has films.csv (file, source, label, patient) and boxes.csv (file, x, y, w, h in pixels of
source_width x source_height). Measured are films that have boxes and are labelled with the model's
finding: the pointing game, whether the map's highest place lies in a box (Zhang et al. 2018), and
the share of the heat inside the boxes. Films of a training say nothing about new ones: --only takes a
list of those that may be measured.
Run from the project's root:
PYTHONPATH=. python benchmarks/heat_maps.py [MODEL] [--folder DIR] [--only FILE] [--sources NAME ...]
"""

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.recipe_tasks import REAL
from core.inference.grad_cam import Maps, record_maps, weight_maps
from core.input_checks.inspection import inspect_film
from core.metrics.intervals import group_numbers, proportion
from core.models.decision import Decision
from core.models.model_file import Model, load_model
from core.models.model_gate import read_gate
from core.system.errors import FilmUnreadable

OTHER_SOURCES = REAL.parent / "other-sources"
MIDDLE = 0.28  # of the width: about what mediastinum and spine take
BATCH = 16
TANH_FACTOR = 2  # Jiang et al. 2021, section III-C
Masks = npt.NDArray[np.bool_]
Layers = list[tuple[Tensor, Tensor]]  # maps and gradients, deepest layer first


@dataclass(frozen=True, slots=True)
class BoxedFilm:
    """A film as the network sees it. inside: (size, size) whether a pixel lies in a box."""

    patient: str
    square: npt.NDArray[np.uint8]
    inside: Masks
    is_likely: bool


def read_boxes(folder: Path) -> dict[str, list[list[float]]]:
    """Return the boxes of each film: left, top, right, bottom as fractions of the film."""
    boxes = defaultdict(list)
    with (folder / "boxes.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            x, y, w, h, width, height = (
                float(row[key]) for key in ("x", "y", "w", "h", "source_width", "source_height")
            )
            boxes[row["file"]].append([x / width, y / height, (x + w) / width, (y + h) / height])
    return boxes


def draw_boxes(boxes: Sequence[Sequence[float]], size: int) -> Masks:
    """Return whether the centre of each pixel lies in a box, (size, size). boxes: as fractions."""
    inside, centres = np.zeros((size, size), bool), (np.arange(size) + 0.5) / size
    for left, top, right, bottom in boxes:
        rows, columns = (centres >= top) & (centres < bottom), (centres >= left) & (centres < right)
        inside |= rows[:, None] & columns
    return inside


def read_boxed_films(model: Model, folder: Path, only: set[str] | None, sources: list[str]) -> list[BoxedFilm]:
    """Return the films with boxes and the model's finding.

    only: names or files of the films that may be used, None for all. sources: empty for all.
    """
    boxes, films = read_boxes(folder), []
    gate, size = read_gate(model.header, model.path), model.preprocessing.size_px
    with (folder / "films.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["file"] in boxes]
    for row in rows:
        is_wanted = only is None or not only.isdisjoint({row["file"], Path(row["file"]).name})
        if not is_wanted or row["label"] != model.header.classes[1] or (sources and row["source"] not in sources):
            continue
        try:
            film = inspect_film(folder / row["file"], size, gate)
        except FilmUnreadable as error:
            print(f"{row['file']}: {error.sentence}", file=sys.stderr)
            continue
        probability = model.probabilities(film.square[None])[0]
        is_likely = film.refusal is None and model.calibration.decision(probability) is Decision.LIKELY
        films.append(BoxedFilm(row["patient"], film.square, draw_boxes(boxes[row["file"]], size), is_likely))
    return films


def find_layers(model: Model) -> list[str]:
    """Return for each side of feature maps the last module that gives maps of it, deepest first."""
    last_of: dict[int, str] = {}

    def note(name: str) -> Callable[..., None]:
        def keep(_module: torch.nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, Tensor) and output.ndim == 4 and output.shape[-1] > 1:
                last_of[output.shape[-1]] = name

        return keep

    modules = [(name, module) for name, module in model.network.backbone.named_modules() if name]
    hooks = [module.register_forward_hook(note(name)) for name, module in modules]
    model.logits(np.zeros((1, model.preprocessing.size_px, model.preprocessing.size_px), np.uint8))
    for hook in hooks:
        hook.remove()
    return [last_of[side] for side in sorted(last_of)]


def grad_cam_plus_plus(maps: Tensor, gradients: Tensor) -> Tensor:
    """Return Grad-CAM++ (n, h, w) of maps and gradients (n, channels, h, w).

    Chattopadhyay et al. 2018, equations 10 and 19, for the exponential of the logit, whose factor
    cancels.
    """
    second, third = gradients**2, gradients**3
    divisor = 2 * second + maps.sum(dim=(2, 3), keepdim=True) * third
    shares = torch.where(divisor != 0, second / divisor, 0.0)
    weights = (shares * gradients.clamp_min(0)).sum(dim=(2, 3), keepdim=True)
    return (weights * maps).sum(1).clamp_min(0)


def layer_cam(maps: Tensor, gradients: Tensor) -> Tensor:
    """Return LayerCAM (n, h, w) of maps and gradients (n, channels, h, w). Jiang et al. 2021, equation 6."""
    return (gradients.clamp_min(0) * maps).sum(1).clamp_min(0)


def enlarge(heat: Tensor, size: int) -> Tensor:
    """Return heat (n, h, w) as (n, size, size), as the program draws it."""
    return functional.interpolate(heat[:, None], (size, size), mode="bilinear", align_corners=False)[:, 0]


def divide_by_top(heat: Tensor) -> Tensor:
    """Return heat (n, h, w) with the maximum 1 for every film that has any."""
    top = heat.amax(dim=(1, 2), keepdim=True)
    return torch.where(top > 0, heat / top, heat)


def fuse_layer_cams(layers: Layers, size: int) -> Tensor:
    """Return LayerCAM of several layers as one map (n, size, size): the highest of the scaled maps."""
    heats = [divide_by_top(enlarge(layer_cam(*layer), size)) for layer in layers]
    shallow = [torch.tanh(TANH_FACTOR * heat) for heat in heats[1:]]
    return torch.stack([heats[0], *shallow]).amax(0)


def compute_heats(layers: Layers, size: int) -> dict[str, Maps]:
    """Return the map of each method, (n, size, size). layers: deepest first."""
    heats = {}
    methods = {"Grad-CAM": weight_maps, "Grad-CAM++": grad_cam_plus_plus, "LayerCAM": layer_cam}
    for name, method in methods.items():
        for maps, gradients in layers[:2]:
            side = maps.shape[-1]
            heats[f"{name}, {side} x {side}"] = enlarge(method(maps, gradients), size).numpy()
    for count in (2, 3):
        sides = " + ".join(str(maps.shape[-1]) for maps, _ in layers[:count])
        heats[f"LayerCAM, {sides} fused"] = fuse_layer_cams(layers[:count], size).numpy()
    return heats


def format_mean(values: npt.NDArray[np.generic]) -> str:
    """Return the mean of values (n,); nothing for none."""
    return f"{values.mean():.3f}" if len(values) else ""


class Table:
    """Prints a row for every kind of map and every fixed point."""

    def __init__(self, films: list[BoxedFilm]) -> None:
        self.inside = np.stack([film.inside for film in films])
        self._likely = np.array([film.is_likely for film in films])
        self._patients = group_numbers([film.patient for film in films])
        print(f"{len(films)} films, {self._likely.sum()} of them called likely.\n")
        print("| map or place | peak in a box (95 %) | called likely: peak in a box (95 %) | heat in the boxes |"
              " peak in the middle | empty |\n| --- | --- | --- | --- | --- | --- |")  # fmt: skip

    def _format_hits(self, hits: Masks) -> str:
        figures = [proportion(hits, self._patients), proportion(hits[self._likely], self._patients[self._likely])]
        return " | ".join(f"{x.value:.3f} ({x.low:.3f}-{x.high:.3f})" if x else "" for x in figures)

    def print_map(self, name: str, heat: Maps) -> None:
        """Print a row for the maps (n, size, size) of a method; an empty one hits nothing."""
        flat = heat.reshape(len(heat), -1)
        rows, columns = np.divmod(flat.argmax(1), heat.shape[-1])
        has_heat = flat.max(1) > 0
        hits = has_heat & self.inside[np.arange(len(heat)), rows, columns]
        share = (heat * self.inside).sum((1, 2))[has_heat] / flat.sum(1)[has_heat]
        middle = np.abs((columns[has_heat] + 0.5) / heat.shape[-1] - 0.5) < MIDDLE / 2
        print(
            f"| {name} | {self._format_hits(hits)} | " + " | ".join(map(format_mean, (share, middle, ~has_heat))) + " |"
        )

    def print_place(self, name: str, x: float, y: float) -> None:
        """Print a row for one place in every film; x, y: fractions of the film."""
        size = self.inside.shape[-1]
        print(f"| {name} | {self._format_hits(self.inside[:, int(y * size), int(x * size)])} | | | |")

    def print_places(self) -> None:
        """Print the rows of what needs no map."""
        area = self.inside.mean((1, 2))
        overall, of_likely = format_mean(area), format_mean(area[self._likely])
        print(f"| any place: area of the boxes | {overall} | {of_likely} | {overall} | | |")
        self.print_place("centre of the film", 0.5, 0.5)
        self.print_place("centre of the picture's left half", 0.25, 0.5)
        self.print_place("centre of the picture's right half", 0.75, 0.5)
        often = self.inside.mean(0)
        y, x = (np.array(np.unravel_index(often.argmax(), often.shape)) + 0.5) / len(often)
        self.print_place(f"best place for these very films ({x:.2f}, {y:.2f})", x, y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, nargs="?", help="a model file; the bundled one if left out")
    parser.add_argument("--folder", type=Path, default=OTHER_SOURCES)
    parser.add_argument("--only", type=Path, metavar="FILE", help="one film a line, by name or as in films.csv")
    parser.add_argument("--sources", nargs="*", default=[], metavar="NAME")
    options = parser.parse_args()
    if not (options.folder / "boxes.csv").exists():
        sys.exit(f"{options.folder / 'boxes.csv'} is not here")
    model = load_model(options.model)
    if model.header.threshold is None:
        sys.exit("The boxes are of one finding, but the model has several")
    only = None if options.only is None else set(options.only.read_text().split("\n"))
    films = read_boxed_films(model, options.folder, only, options.sources)
    if not films:
        sys.exit("There are no such films with boxes")
    layers, heats = find_layers(model)[:3], defaultdict(list)
    for start in range(0, len(films), BATCH):
        squares = np.stack([film.square for film in films[start : start + BATCH]])
        outputs = np.zeros(len(squares), np.int64)
        recorded = record_maps(model.network, model.preprocessing, squares, outputs, layers[::-1])[::-1]
        for name, heat in compute_heats(recorded, model.preprocessing.size_px).items():
            heats[name].append(heat)
    table = Table(films)
    for name, parts in heats.items():
        table.print_map(name, np.concatenate(parts))
    table.print_places()


if __name__ == "__main__":
    main()
