"""Measure which films are found to be unlike those a model was validated on; print Markdown tables.

The likeness is fitted on the training films of some hospitals, with thresholds from validation films
of the same hospitals, and tried on test films of these, on all films of the other hospitals, and on
what is no upright frontal film. No patient is in two splits: films that the bundled model was made
with keep its splits, the others are split by patient. Features are those of the bundled network in
its fastest form, as in a screening. Decoded films and features are kept in --work.
Run from the project's root:
PYTHONPATH=. python benchmarks/likeness.py --work FOLDER
"""

import argparse
import csv
import hashlib
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from core.datasets.entries import Split
from core.films.film_code import film_code
from core.films.film_reader import read_square
from core.inference.scoring_model import open_model
from core.input_checks import likeness
from core.input_checks.likeness import fit_likeness
from core.metrics.intervals import group_numbers, proportion
from core.models.model_file import load_model

DATA = Path(__file__).parents[2] / "shared/data"
SIZE_PX = 224
EVERY = 8  # of the films is also altered
KERMANY_PATIENT = re.compile(r".*?IM-\d+|person\d+_[a-z]+")
HOSPITALS = {
    "kermany": "Guangzhou",
    "rsna_dicom": "NIH",
    "nih_chestxray14": "NIH",
    "rsna_normal_qatar256": "NIH",
    "hannover_covid": "Hannover",
}
WEAK_LABELS = "nih_chestxray14"  # mined from reports: not counted as right or wrong
FITTED = (
    ("Guangzhou",),
    ("Guangzhou", "Hannover"),
    ("Guangzhou", "NIH"),
    ("NIH",),
    ("Guangzhou", "NIH", "Hannover"),
)
DEVIATIONS = (3.0, 3.5, 4.0)


def crop_left(films):
    return np.stack([np.asarray(Image.fromarray(f).crop((0, 0, 112, 224)).resize((224, 224), 2)) for f in films])


ALTERATIONS: dict[str, Callable] = {
    "turned by 90 degrees": lambda films: np.rot90(films, 1, (1, 2)),
    "upside down": lambda films: films[:, ::-1],
    "inverted": lambda films: 255 - films,
    "left half": crop_left,
}


class Film(NamedTuple):
    """A film as films.csv names it; a film of Kermany's folder has no view and no age."""

    path: Path
    source: str
    label: str
    patient: str


def list_films() -> list[Film]:
    """List all films, those of Kermany first."""
    films = [
        Film(path, "kermany", name, KERMANY_PATIENT.match(path.stem)[0])
        for name in ("NORMAL", "PNEUMONIA")
        for path in sorted((DATA / "kermany-224" / name).iterdir())
    ]
    others = DATA / "other-sources"
    with (others / "films.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return films + [
        Film(others / row["file"], row["source"], row["label"], row["patient"] or row["file"]) for row in rows
    ]


def split_films(films: list[Film], header) -> np.ndarray:
    """Return the split of each film: that of the model, else by patient, 70 % for training."""
    known = {code: split.value for split in Split for code in header.film_codes(split)}

    def find_split(film: Film) -> str:
        code = film_code(hashlib.sha256(film.path.read_bytes()).hexdigest())
        if code in known:
            return known[code]
        if film.source == "kermany" and known:
            return ""  # a copy that the model's splits left out
        number = int(hashlib.sha256(film.patient.encode()).hexdigest()[:8], 16) / 16**8
        return Split.TRAINING.value if number < 0.7 else Split.VALIDATION.value if number < 0.85 else Split.TEST.value

    return np.array([find_split(film) for film in films])


def read_films(films: list[Film], work: Path) -> np.ndarray:
    """Return the films as the network sees them, (n, 224, 224), read once."""
    store = work / "films.npy"
    if not store.exists():
        with ThreadPoolExecutor() as pool:
            np.save(store, np.stack(list(pool.map(lambda film: read_square(film.path, SIZE_PX), films))))
    return np.load(store, mmap_mode="r")


def compute(films: np.ndarray, store: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return features (n, m) and logits (n, 1) of the bundled model, as screening computes them, once."""
    if not store.exists():
        with ThreadPoolExecutor() as pool:
            outputs = list(pool.map(open_model(None).compute, films))
        np.savez(store, f=np.stack([one.features for one in outputs]), l=np.stack([one.logits for one in outputs]))
    stored = np.load(store)
    return stored["f"], stored["l"]


class Data:
    """All films with their features; arrays of one value a film."""

    def __init__(self, work: Path) -> None:
        model = load_model(None)
        films = list_films()
        squares = read_films(films, work)
        self.features, logits = compute(squares, work / "features.npz")
        self.sources = np.array([film.source for film in films])
        self.labels = np.array([film.label for film in films])
        self.patients = np.array([film.patient for film in films])
        self.hospitals = np.array([HOSPITALS.get(source, "") for source in self.sources])
        self.splits = split_films(films, model.header)
        probabilities = model.calibration.probabilities(logits)
        low, high = model.calibration.review_band
        ill, trusted = self.labels == "PNEUMONIA", self.sources != WEAK_LABELS
        likely, unlikely = probabilities >= high, probabilities < low
        self.right = trusted & ((likely & ill) | (unlikely & ~ill))
        self.wrong = trusted & ((likely & ~ill) | (unlikely & ill))
        self.no_chest = np.char.startswith(self.labels, "not_chest")
        self.turned = self.labels == "chest_rotated"
        self.altered = {}
        for name, alter in ALTERATIONS.items():
            pictures = np.ascontiguousarray(alter(np.array(squares[::EVERY])))
            features, _ = compute(pictures, model, work / f"{name}.npz")
            self.altered[name] = features[self.hospitals[::EVERY] != ""]

    def select(self, fitted: tuple[str, ...], split: Split) -> np.ndarray:
        return np.isin(self.hospitals, fitted) & (self.splits == split.value)


Distances = Callable[[np.ndarray], np.ndarray]


def fit_ours(data: Data, training: np.ndarray, validation: np.ndarray) -> Distances:
    """Return the program's own measure: logarithms of distances."""
    fitted = fit_likeness(
        data.features[training], data.labels[training], data.features[validation], data.sources[training]
    )
    return lambda features: np.log(fitted.distances(features))


def whiten(features: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and `count` scaled principal axes of features (n, m)."""
    mean = features.mean(axis=0)
    values, axes = np.linalg.eigh(likeness._shrink_covariance((features - mean).astype(np.float64)))
    return mean, axes[:, -count:] / np.sqrt(values[-count:])


def fit_plain_mahalanobis(data: Data, training: np.ndarray, _validation: np.ndarray) -> Distances:
    """Lee et al. 2018, equation 2, features as they are."""
    features, labels = data.features[training], data.labels[training]
    names, groups = np.unique(labels, return_inverse=True)
    means = np.stack([features[groups == group].mean(axis=0) for group in range(len(names))])
    _, axes = whiten(features - means[groups], features.shape[1])
    return lambda other: np.log(np.min([(((other - mean) @ axes) ** 2).sum(axis=1) for mean in means], axis=0))


def fit_neighbours(data: Data, training: np.ndarray, _validation: np.ndarray) -> Distances:
    """Distance of the fifth nearest of 2,000 training films along 64 whitened components."""
    features = data.features[training]
    mean, axes = whiten(features, 64)
    known = ((features - mean) @ axes)[np.random.default_rng(0).permutation(len(features))[:2000]]

    def measure(other: np.ndarray) -> np.ndarray:
        points = (other - mean) @ axes
        squares = (points**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * points @ known.T
        return np.log(np.maximum(np.partition(squares, 4, axis=1)[:, 4], 1e-9))

    return measure


def fit_residual(data: Data, training: np.ndarray, _validation: np.ndarray) -> Distances:
    """Length outside of 64 principal components (ViM: Wang et al. 2022, without logits)."""
    features = data.features[training]
    mean = features.mean(axis=0)
    axes = np.linalg.eigh(np.cov((features - mean).T))[1][:, -64:]

    def measure(other: np.ndarray) -> np.ndarray:
        centred = other - mean
        return np.log(np.maximum((centred**2).sum(axis=1) - ((centred @ axes) ** 2).sum(axis=1), 1e-9))

    return measure


def fit_confidence(data: Data, _training: np.ndarray, _validation: np.ndarray) -> Distances:
    """Closeness of the logit to 0: the energy of a single logit says the same (Liu et al. 2020)."""
    head = load_model(None).network.head
    weight, bias = head.weight.detach().numpy()[0], float(head.bias.detach())
    return lambda features: -np.abs(features @ weight + bias)


METHODS = {
    "Mahalanobis, unit length, 128 components and residual (ours)": fit_ours,
    "Mahalanobis, features as they are, full covariance": fit_plain_mahalanobis,
    "nearest neighbours, 64 whitened components": fit_neighbours,
    "residual outside 64 components": fit_residual,
    "confidence of the logit": fit_confidence,
}


def share(flags: np.ndarray, patients: np.ndarray | None = None) -> str:
    """Return how many are flagged, in per cent with an interval; several films of a patient count as fewer."""
    if not len(flags):
        return "-"
    groups = np.arange(len(flags)) if patients is None else group_numbers(list(patients))
    figure = proportion(flags, groups)
    return f"{figure.value:.1%} ({figure.low:.1%}-{figure.high:.1%}), n {len(flags)}"


def print_row(cells: list[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def compare_methods(data: Data) -> None:
    """Print for each method what it finds where it flags one in ten films of a hospital left out."""
    print_row(["fitted on", "method", "in-distribution", "wrong decisions", "right ones", "no chest", *ALTERATIONS])
    print_row(["---"] * (6 + len(ALTERATIONS)))
    for fitted in FITTED[:4]:
        training, validation = data.select(fitted, Split.TRAINING), data.select(fitted, Split.VALIDATION)
        test = data.select(fitted, Split.TEST)
        out = (data.hospitals != "") & ~np.isin(data.hospitals, fitted)
        for name, fit in METHODS.items():
            measure = fit(data, training, validation)
            distances = measure(data.features)
            limit = np.quantile(distances[out], 0.9)
            odd = data.no_chest | data.turned
            shares = [distances[some] > limit for some in (test, out & data.wrong, out & data.right, odd)]
            shares += [measure(features) > limit for features in data.altered.values()]
            print_row([", ".join(fitted), name, *(f"{flags.mean():.1%}" for flags in shares)])


def measure_threshold(data: Data) -> None:
    """Print what the program flags at several thresholds, in standard deviations."""
    heading = ["fitted on", "deviations", "test films of these", "hospital left out", "its films", "of right decisions",
               "of wrong ones", "no chest", "on their side", *ALTERATIONS]  # fmt: skip
    print_row(heading)
    print_row(["---"] * len(heading))
    for fitted in FITTED:
        training, validation = data.select(fitted, Split.TRAINING), data.select(fitted, Split.VALIDATION)
        test, measure = data.select(fitted, Split.TEST), fit_ours(data, training, validation)
        distances = measure(data.features)
        logs = distances[validation]
        for deviations in DEVIATIONS:
            flags = distances > logs.mean() + deviations * logs.std(ddof=1)
            limit = logs.mean() + deviations * logs.std(ddof=1)
            odd = [share(flags[data.no_chest]), share(flags[data.turned])]
            odd += [f"{(measure(features) > limit).mean():.1%}" for features in data.altered.values()]
            for hospital in sorted(set(HOSPITALS.values()) - set(fitted)) or [""]:
                out = (data.hospitals == hospital) & (hospital != "")
                left_out = [
                    share(flags[some], data.patients[some]) for some in (out, out & data.right, out & data.wrong)
                ]
                own = share(flags[test], data.patients[test])
                print_row([", ".join(fitted), f"{deviations:g}", own, hospital or "-", *left_out, *odd])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/likeness"))
    options = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"{DATA} is not here")
    options.work.mkdir(parents=True, exist_ok=True)
    data = Data(options.work)
    measure_threshold(data)
    print()
    compare_methods(data)


if __name__ == "__main__":
    main()
