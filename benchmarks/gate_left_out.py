"""Measure the gate of chest models on hospitals and kinds of pictures that it was not trained with.

benchmarks/gate.py prints these rows. A chest CT comes with a Python package (benchmarks/
gate_pictures.py names it); its projections from the side stand in for lateral chest films, of which
there are none here. They are of one patient, so that their interval says little of other patients.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bundled_gate import fit_chest_gate, read_pictures
from gate_examples import CROPPED, LATERAL, Examples, make_examples

from benchmarks import gate_pictures
from benchmarks.recipe_tasks import read_bundled_splits
from core.films.film_reader import read_square
from core.films.images import squash
from core.input_checks.chest_gate import ChestGate
from core.input_checks.gate_features import Floats, describe_films, reorient_features, shrink_films
from core.metrics.intervals import proportion
from core.system.errors import Reason

SIZE_PX = 224
# NIH Clinical Center took the films of the first four
HOSPITALS = {
    "NIH Clinical Center": ("rsna_dicom", "nih_chestxray14", "rsna_normal_qatar256", "cadlab_nih"),
    "Kermany": ("kermany",),
    "Hannover": ("hannover_covid",),
}
ORIENTATIONS = ("turned by 270 degrees", "turned by 180 degrees", "turned by 90 degrees", "top to bottom", "inverted")
HEADING = (
    "| not trained with | measured on | n | wrongly | share (95 %) | answers |\n| --- | --- | --- | --- | --- | --- |"
)


@dataclass(frozen=True)
class Row:
    """A kind of pictures by their features. is_refused: what the gate should do."""

    name: str
    features: Floats
    is_refused: bool


def print_left_out(folders: list[Path]) -> None:
    """Print a table: each row is of a gate that was trained without what it is measured on."""
    films = {"kermany": read_children()} | read_pictures("films")
    others = read_pictures("gate")
    upright = {"cadlab_nih": others.pop("chest_frontal"), "turned": others.pop("chest_rotated")} | films
    features = {name: describe(squares) for name, squares in (upright | others).items()}
    examples = make_examples(films, others)
    projections = project_chest(folders)
    print(HEADING, flush=True)
    for hospital, sources in HOSPITALS.items():
        gate = fit_without(examples, lambda group, left=sources: group.startswith(left))
        for source in sources:
            print_row(hospital, Row(f"frontal films: {source}", features[source], False), gate)
        everything = np.concatenate([features[source] for source in sources])
        for name, turned in zip(ORIENTATIONS, reorient_features(everything), strict=True):
            print_row(hospital, Row(name, turned, True), gate)
        if "cadlab_nih" in sources:
            print_row(hospital, Row("films on their side, as they came", features["turned"], True), gate)
        print_row(hospital, Row("parts of its films", select(examples, CROPPED, sources), True), gate)
    for kind in others:
        print_row(kind, Row(kind, features[kind], True), fit_without(examples, lambda group, left=kind: group == left))
    for name, group in (("superposed halves", "superposed"), ("drawn thoraxes", "drawn thorax")):
        gate = fit_without(examples, lambda other, left=group: left in other)
        print_row(name, Row(f"side views: {name}", select(examples, LATERAL, (group,)), True), gate)
        for row in projections:
            print_row(name, row, gate)
    gate = fit_chest_gate(examples)
    for row in projections:
        print_row("CT projections", row, gate)


def fit_without(examples: Examples, is_left_out: Callable[[str], bool]) -> ChestGate:
    """Return a gate trained without the groups that are left out."""
    return fit_chest_gate(examples.select(np.array([not is_left_out(group) for group in examples.groups])))


def select(examples: Examples, kind: int, names: Sequence[str]) -> Floats:
    """Return the features of examples of a kind whose group has one of these names in its own."""
    is_named = np.array([any(name in group for name in names) for group in examples.groups])
    return examples.features[(examples.kinds == kind) & is_named].astype(np.float64)


def print_row(left_out: str, row: Row, gate: ChestGate) -> None:
    """Print how many pictures a gate decides wrongly, and the reasons that it gives."""
    if not len(row.features):
        return
    reasons = gate.find_refusals(row.features)
    is_wrong = np.array([(reason is not None) != row.is_refused for reason in reasons])
    figure = proportion(is_wrong, np.arange(len(is_wrong)))
    interval = f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
    decision = "pass" if row.is_refused else "refused"
    answers = ", ".join(f"{reason} {reasons.count(reason)}" for reason in Reason if reason in reasons)
    print(
        f"| {left_out} | {row.name} | {len(reasons)} | {is_wrong.sum()} {decision} | {interval} | {answers} |",
        flush=True,
    )


def describe(squares: np.ndarray) -> Floats:
    return describe_films(shrink_films(squares))


def read_children() -> np.ndarray:
    return np.stack([read_square(film.path, SIZE_PX) for film in read_bundled_splits().films])


def project_chest(folders: list[Path]) -> list[Row]:
    """Return rows for projections of the chest CT, from the front and from the side."""
    views: dict[bool, list[np.ndarray]] = {False: [], True: []}
    for is_lateral, picture in gate_pictures.project_chests(folders):
        views[is_lateral].append(squash(np.asarray(picture), SIZE_PX))
    names = {False: "projections of one chest CT from the front", True: "projections of one chest CT from the side"}
    return [Row(names[side], describe(np.stack(squares)), side) for side, squares in views.items() if squares]
