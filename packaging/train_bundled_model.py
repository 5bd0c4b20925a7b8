"""Make resources/models/pneumonia-resnet18.safetensors from films of several sources, in stages.

1. Views: every training film unchanged and, several times, changed as if from another source.
2. Teachers: a ResNet-18 that starts from the bundled model, and EfficientNet-Lite0 from ImageNet
   weights, trained on all sources, with their heat kept inside the boxes of opacities.
3. Student: the ResNet-18 goes on with labels and the teachers' answers (Hinton et al. 2015), and of
   films whose labels were mined from reports with the answers alone. The mean of its weights before
   and after is kept (Wortsman et al. 2022).
4. For each hospital a network that was trained, for a shorter time, without its films: it shows what
   another hospital may expect. Only the gate, and the greys that other films were given for
   training, are also of that hospital.
5. The model file: calibration, threshold and band over all sources, and all that describes films.

Stages 1 to 4 write files into --work and are not repeated; an interrupted epoch is run again. MODEL,
which training goes on from, knows the children's films alone: the bundled model 92eb18ae, in the
history of its file before this one.

    PYTHONPATH=. python packaging/train_bundled_model.py --work FOLDER --start MODEL  # makes the model
    PYTHONPATH=. python packaging/train_bundled_model.py --measure MODEL ...  # prints figures
"""

import argparse
import copy
import sys
import threading
from pathlib import Path

import numpy as np
import torch
from bundled_gate import fit_bundled_gate, read_others
from bundled_int8 import add_int8_form
from bundled_model_file import add_entries, write_model
from changed_source import CHANGES, EXCHANGED, change_films
from source_report import build_card_entries, report_sources
from source_training import INPUT, Material, average_weights, make_targets, train_on_sources
from sources import HOSPITALS, KERMANY, SOURCES, Films, read_films
from training_loop import Schedule
from views import make_views

from benchmarks.run_job import run_job
from benchmarks.source_table import format_report
from core.datasets.entries import Split
from core.input_checks.chest_gate import ChestGate
from core.metrics.roc import roc_auc
from core.models.model_file import compute_logits, load_model
from core.models.model_header import bundled_model_path, read_header
from core.networks.architectures import Network, build_network, load_imagenet
from core.networks.preprocessing import network_input
from core.system.malloc import keep_freed_memory

ARCHITECTURE, TEACHER = "resnet18", "efficientnet_lite0"
RESNET_SCHEDULE, TEACHER_SCHEDULE = Schedule(6, 2560, seed=1), Schedule(4, 2560, seed=2)
STUDENT_SCHEDULE, LEFT_OUT_SCHEDULE = Schedule(8, 3200, seed=3), Schedule(4, 1920, seed=4)
TEACHER_FRACTION = 0.4  # of the targets, beside the labels
KEPT_FRACTION = 0.3  # of the targets of KERMANY's films: the answers of the model to start from


def read_start(path: Path, films: Films) -> Network:
    """Return the network of the model file that training goes on from.

    Ends the program if it knows films of other hospitals than KERMANY: then no hospital could be
    left out, and splits might differ.
    """
    known, trained = films.codes[films.find(Split.TRAINING, (KERMANY,))], read_header(path).film_codes(Split.TRAINING)
    if not trained or not trained <= set(known):
        sys.exit(f"{path} was trained on films of other hospitals; start from an earlier model of children alone.")
    return load_model(path).network


def build_teacher() -> Network:
    """Return an EfficientNet-Lite0 with ImageNet weights and one output."""
    torch.manual_seed(TEACHER_SCHEDULE.seed)
    network = build_network(TEACHER, 2)
    run_job(load_imagenet(network, TEACHER, threading.Event()))
    return network


class Stages:
    """The stages of the training; each is run once, or read from the work folder.

    start: model file to go on from, of KERMANY's films alone.
    """

    def __init__(self, work: Path, start: Path) -> None:
        self._work, self._start = work, start
        self.films = read_films(work)
        read_start(start, self.films)  # before the work of an hour
        self._indices = self.films.find(Split.TRAINING)
        self._views = make_views(self.films, self._indices, work)
        self._kept = self._read_answers("start", lambda: read_start(start, self.films))

    def train_student(self) -> Network:
        """Return the mean of the first teacher and of the network that goes on from it, taught by both."""
        answers = [self._read_answers("resnet", self._train_resnet), self._read_answers("teacher", self._train_teacher)]
        material = self._build_material(np.mean(answers, 0), KEPT_FRACTION)
        path, start = self._work / "student.pth", self._train_resnet()
        student = train_on_sources(
            copy.deepcopy(start), ARCHITECTURE, material, STUDENT_SCHEDULE, path, with_unlabelled=True
        )
        return average_weights([start, student], ARCHITECTURE, material, STUDENT_SCHEDULE.seed)

    def train_without(self, hospital: str) -> tuple[Network, str]:
        """Return a network that was trained without the films of one of HOSPITALS, and its architecture.

        Nor did the network that it starts from: the model to go on from knows KERMANY alone.
        """
        torch.manual_seed(LEFT_OUT_SCHEDULE.seed)
        architecture = TEACHER if hospital == KERMANY else ARCHITECTURE
        network = build_teacher() if hospital == KERMANY else read_start(self._start, self.films)
        material = self._build_material(None, KEPT_FRACTION)
        path = self._work / f"without-{hospital}.pth"
        schedule = LEFT_OUT_SCHEDULE
        return train_on_sources(network, architecture, material, schedule, path, HOSPITALS[hospital]), architecture

    def _train_resnet(self) -> Network:
        material = self._build_material(None, KEPT_FRACTION)
        network = read_start(self._start, self.films)
        return train_on_sources(network, ARCHITECTURE, material, RESNET_SCHEDULE, self._work / "resnet.pth")

    def _train_teacher(self) -> Network:
        material = self._build_material(None, KEPT_FRACTION)
        return train_on_sources(build_teacher(), TEACHER, material, TEACHER_SCHEDULE, self._work / "teacher.pth")

    def _build_material(self, answers: np.ndarray | None, kept_fraction: float) -> Material:
        targets = make_targets(self.films, self._indices, answers, TEACHER_FRACTION, self._kept, kept_fraction)
        return Material(self.films, self._indices, self._views, targets)

    def _read_answers(self, name: str, train) -> np.ndarray:
        """Return a network's logits of the training films, (n,), computed now or earlier."""
        path = self._work / f"answers-{name}.npy"
        if not path.exists():
            part = path.with_suffix(".part.npy")
            np.save(part, compute_logits(train(), INPUT, self.films.pixels[self._indices])[:, 0])
            part.replace(path)
        return np.load(path)


def fit_gate(films: Films) -> ChestGate:
    """Return the gate that recognises frontal chest films of all sources."""
    indices = {source: films.find(Split.TRAINING, (source,)) for source in SOURCES}
    return fit_bundled_gate({source: films.pixels[chosen] for source, chosen in indices.items()}, read_others())


def make_model(stages: Stages, work: Path) -> None:
    """Write the bundled model, with figures of its test films and of models without one hospital each."""
    films, gate, left_out = stages.films, fit_gate(stages.films), {}
    draft = work / bundled_model_path().name
    write_model(stages.train_student(), ARCHITECTURE, films, gate, draft)
    for hospital, sources in HOSPITALS.items():
        path = work / f"without-{hospital}.safetensors"
        write_model(*stages.train_without(hospital), films.without(sources), gate, path)
        left_out[hospital] = report_sources(path, films, hospital)
    report = report_sources(draft, films)
    add_entries(draft, build_card_entries(report, left_out), bundled_model_path())
    add_int8_form(bundled_model_path(), films)
    for table in (report, *left_out.values()):
        print(format_report(table))


def measure_models(paths: list[Path], films: Films, split: Split, every: int) -> None:
    """Print AUC and balanced accuracy on KERMANY, at each model's own threshold, for each change."""
    indices = films.find(split, (KERMANY,))[::every]
    labels = torch.from_numpy(films.has_finding[indices])
    models = [load_model(path) for path in paths]
    print("| films | " + " | ".join(path.stem for path in paths) + " |\n| --- " + "| --- " * len(paths) + "|")
    unchanged, figures = films.select(indices), []
    for name in [*CHANGES, *EXCHANGED]:
        changed = change_films(unchanged, labels, name)
        figures.append([measure_model(model, changed, labels.numpy()) for model in models])
        print(format_row(name, figures[-1]), flush=True)
    print(format_row("**mean**", np.mean(figures, 0)))
    print(format_row("**worst**", np.min(figures, 0)))


@torch.inference_mode()
def measure_model(model, films: torch.Tensor, labels: np.ndarray) -> tuple[float, float]:
    """Return AUC and balanced accuracy at the model's threshold."""
    logits = torch.cat([model.network(network_input(part, INPUT)).float() for part in films.split(64)])
    scores = model.calibration.probabilities(logits.numpy())
    is_correct = (scores >= model.calibration.threshold) == labels
    balanced_accuracy = (is_correct[labels == 1].mean() + is_correct[labels == 0].mean()) / 2
    return roc_auc(labels, scores), balanced_accuracy


def format_row(name: str, figures) -> str:
    """Format a row of the Markdown table. figures: AUC and balanced accuracy of each model."""
    return f"| {name} | " + " | ".join(f"{auc:.3f}, {accuracy:.3f}" for auc, accuracy in figures) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bundled model, or measure model files.")
    parser.add_argument("--work", type=Path, default=Path("build/bundled-model"))
    parser.add_argument(
        "--start",
        type=Path,
        metavar="MODEL",
        help="go on from this model of children's films",
    )
    parser.add_argument("--measure", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--split", default="test", choices=["validation", "test"])
    parser.add_argument("--every", type=int, default=1, metavar="N", help="measure every n-th film only")
    arguments = parser.parse_args()
    keep_freed_memory()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.measure:
        measure_models(arguments.measure, read_films(arguments.work), Split[arguments.split.upper()], arguments.every)
        return
    if arguments.start is None:
        parser.error("--start is needed to make the model")
    make_model(Stages(arguments.work, arguments.start), arguments.work)


if __name__ == "__main__":
    main()
