"""One training from dataset to model file, as a generator. Shows nothing; decides nothing that the recipe decides."""

import json
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.architectures import Network, build, load_imagenet, trainable_parameters
from core.audit import audit, blocking
from core.cache import PROGRESS_SECONDS, Pace, decoded_films
from core.calibration import Calibration, calibrated
from core.dataset import Dataset, Film, Split
from core.device import chosen_compute
from core.errors import JobFailed, Reason
from core.events import (
    AuditResult,
    BatchEnded,
    EpochEnded,
    FilmLeftOut,
    Noted,
    Progressed,
    Severity,
    Stage,
    TrainingResult,
    TrainingStarted,
)
from core.files import (
    check_writable,
    explained_write,
    write_atomically,
    write_text_atomically,
)
from core.learning import AveragedWeights, class_weights, loss_of, make_optimizer, set_rate
from core.metrics import BinaryFigures, ClassFigures, binary_figures, class_figures, mean_auc, to_json_object
from core.model_file import load_model, logits_of, save_model
from core.model_header import ACCEPTED
from core.preparation import AS_IT_IS, Preparation
from core.recipe import Depth, OperatingPoint, Recipe
from core.recipe import to_json_object as recipe_json
from core.run_folder import CHECKPOINT, METRICS, MODEL, begin_run, data_fingerprint, write_splits
from core.splits import with_splits
from core.transforms import Preprocessing, as_fractions, augmented, network_input

TrainingEvent = Progressed | Noted | FilmLeftOut | TrainingStarted | BatchEnded | EpochEnded
Steps = Generator[TrainingEvent, None, None]


@dataclass(frozen=True, slots=True)
class Films:
    """Decoded films of one split: pixels (n, size, size) uint8, labels (n,), and the patient of each."""

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    patients: tuple[str, ...]


def train(
    source: Path,
    recipe: Recipe,
    run_dir: Path,
    cancel: threading.Event,
    resume: bool = False,
    preparation: Preparation = AS_IT_IS,
) -> Generator[TrainingEvent, None, TrainingResult]:
    """Train a model on the dataset at `source` into `run_dir`; return where it is and how it does on test films.

    Test films are looked at once, after the last epoch. Cancelled: the best epoch so far stays in run_dir, and
    `resume` continues after the last finished epoch to the same result as an unbroken run on the same machine.
    Raises JobFailed; dataset_leaks where the audit finds what blocks a training and the preparation does not say
    that it is accepted.
    """
    check_writable(run_dir)
    recipe, preparation = begin_run(run_dir, recipe, preparation, resume)
    checked = yield from audit(source, cancel, preparation)
    if cancel.is_set():
        return TrainingResult(run_dir, False, None, None, 0, None, None)
    accepted = _accepted_findings(checked, preparation)
    for sentence in accepted:
        yield Noted(f"Accepted, and written into the model: {sentence}", Severity.WARNING)
    dataset = with_splits(checked.dataset, recipe.seed, checked.copies)
    store = run_dir / ".films.tmp"
    try:
        readable, pixels = yield from decoded_films(dataset.films, recipe.image_size_px, store, cancel)
        if cancel.is_set():
            return TrainingResult(run_dir, False, None, None, 0, None, None)
        dataset = replace(dataset, films=tuple(readable))
        training = _Training(recipe, dataset, pixels, run_dir, cancel, accepted)
        write_splits(run_dir, dataset)
        return (yield from training.run(resume))
    finally:
        store.unlink(missing_ok=True)


def _accepted_findings(checked: AuditResult, preparation: Preparation) -> tuple[str, ...]:
    """Sentences of blocking findings that the person trains with knowingly. Raises JobFailed where none was asked."""
    found = blocking(checked)
    if found and not preparation.accepts_leaks:
        sentence = (
            f"This dataset must not be trained on as it is. {found[0].kind}: {found[0].sentence} "
            f"{'Resolve' if len(found) == 1 else f'Resolve this and {len(found) - 1} more'} on the Dataset tab or with "
            "audit --resolve, or accept it knowingly."
        )
        raise JobFailed(Reason.DATASET_LEAKS, sentence)
    return tuple(f"{finding.kind}: {finding.sentence}" for finding in found)


class _Training:
    """The state of one running training. `run` is its only door."""

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        pixels: npt.NDArray[np.uint8],
        run_dir: Path,
        cancel: threading.Event,
        accepted: tuple[str, ...],
    ) -> None:
        self.recipe, self.dataset, self.run_dir, self.cancel = recipe, dataset, run_dir, cancel
        self.accepted = accepted
        self.fingerprint = data_fingerprint(dataset)
        self.compute = chosen_compute()
        self.preprocessing = Preprocessing(recipe.image_size_px, recipe.normalisation)
        self.splits = {split: _films_of(dataset.films, pixels, split, dataset.classes) for split in Split}
        self.epochs = recipe.frozen_epochs + recipe.epochs
        labels = torch.from_numpy(self.splits[Split.TRAINING].labels)
        weights = class_weights(labels, len(dataset.classes)) if recipe.class_weights else None
        self.weights = None if weights is None else weights.to(self.compute.device)
        self.epoch = 0  # epochs finished
        self.best_epoch: int | None = None
        self.best_loss = float("inf")
        self.calibration: Calibration | None = None
        self.features: dict[Split, Tensor] = {}

    def run(self, resume: bool) -> Generator[TrainingEvent, None, TrainingResult]:
        """All epochs, then the test films."""
        torch.manual_seed(self.recipe.seed)
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        self.network = build(self.recipe.architecture, len(self.dataset.classes))
        if not (yield from self._start_weights()):
            return self._result(completed=False)
        self.network.to(self.compute.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._begin_phase(fine_tuning=self.recipe.frozen_epochs == 0)
        if resume:
            self._load_checkpoint()
        counts = [len(self.splits[split].labels) for split in Split]
        yield TrainingStarted(
            self.run_dir, self.dataset.classes, counts[0], counts[1], counts[2], self.epochs, str(self.compute)
        )
        while self.epoch < self.epochs and not self._patience_is_over():
            if self.epoch == self.recipe.frozen_epochs and self.epoch > 0 and not self.fine_tuning:
                self._begin_phase(fine_tuning=True)
            yield from self._one_epoch()
            if self.cancel.is_set():
                return self._result(completed=False)
        return (yield from self._tested())

    def _start_weights(self) -> Generator[TrainingEvent, None, bool]:
        """Give the backbone the recipe's starting weights. False if cancelled meanwhile."""
        start, name = self.recipe.start, self.recipe.architecture
        if start == "random":
            return True
        if start == "imagenet":
            return (yield from load_imagenet(self.network, name, self.cancel))
        model = load_model(None if start == "bundled" else Path(start))
        if model.header.architecture != name:
            sentence = (
                f"The starting model {model.header.name} is a {model.header.architecture}, but the recipe says {name}. "
                "Choose the same architecture, or other starting weights."
            )
            raise JobFailed(Reason.RECIPE_INVALID, sentence)
        self.network.backbone.load_state_dict(model.network.backbone.state_dict())
        if model.preprocessing.normalisation is not self.recipe.normalisation:
            yield Noted(
                f"{model.header.name} was trained with {model.preprocessing.normalisation} normalisation, this recipe "
                f"uses {self.recipe.normalisation}.",
                Severity.WARNING,
            )
        return True

    def _begin_phase(self, fine_tuning: bool) -> None:
        """Make the optimizer of the head alone (cached features) or of all that the recipe lets train."""
        self.fine_tuning = fine_tuning
        depth = self.recipe.depth if fine_tuning else Depth.HEAD
        backbone = trainable_parameters(self.network, self.recipe.architecture, depth)
        self.on_features = not backbone
        self.optimizer = make_optimizer(self.recipe, self.network.head, backbone)
        self.average = AveragedWeights.of(self.network, self.recipe.averaging_decay)
        self.phase_start = self.recipe.frozen_epochs if fine_tuning else 0
        self.phase_epochs = self.recipe.epochs if fine_tuning else self.recipe.frozen_epochs

    def _one_epoch(self) -> Steps:
        """Train on every film once, validate, keep the model if it is the best so far, write the checkpoint."""
        start = time.monotonic()
        if self.on_features and not self.features:
            yield from self._extract_features()
        if self.cancel.is_set():
            return
        loss, accuracy, rate = yield from self._batches()
        if self.cancel.is_set():
            return
        yield Progressed(Stage.VALIDATING, self.epoch, self.epochs)
        logits = self._logits(Split.VALIDATION)
        if self.cancel.is_set():
            return
        labels = self.splits[Split.VALIDATION].labels
        validation_loss = float(loss_of(torch.from_numpy(logits), torch.from_numpy(labels), self._cpu_weights(), 0.0))
        if not np.isfinite(validation_loss):
            raise JobFailed(Reason.RECIPE_INVALID, "The loss left all bounds. Try a lower learning rate.")
        self.epoch += 1
        is_best = validation_loss < self.best_loss
        if is_best:
            self._keep(logits, labels, validation_loss)
        self._save_checkpoint()
        probabilities = Calibration(1.0, None, (0, 0)).probabilities(logits)
        calls = probabilities.argmax(axis=1) if probabilities.ndim == 2 else (probabilities >= 0.5).astype(np.int64)
        ended = EpochEnded(
            epoch=self.epoch,
            epochs=self.epochs,
            training_loss=loss,
            training_accuracy=accuracy,
            validation_loss=validation_loss,
            validation_accuracy=float((calls == labels).mean()),
            validation_auc=mean_auc(labels, probabilities),
            learning_rate=rate,
            seconds=time.monotonic() - start,
            is_best=is_best,
        )
        path = self.run_dir / "events.jsonl"
        with explained_write(path), path.open("a", encoding="utf-8") as log:
            log.write(json.dumps({"event": "EpochEnded", **asdict(ended)}) + "\n")
        yield ended

    def _cpu_weights(self) -> Tensor | None:
        return None if self.weights is None else self.weights.cpu()

    def _extract_features(self) -> Steps:
        """Features (n, features) of the unchanged backbone for training and validation films, computed once."""
        total = sum(len(self.splits[split].labels) for split in (Split.TRAINING, Split.VALIDATION))
        pace, done = Pace(Stage.EXTRACTING_FEATURES, total), 0
        self.network.eval()
        for split in (Split.TRAINING, Split.VALIDATION):
            rows, size = [], self.recipe.batch_size
            for start in range(0, len(self.splits[split].labels), size):
                if self.cancel.is_set():
                    return
                with torch.inference_mode(), self.compute.autocast():
                    rows.append(self.network.backbone(self._input(split, slice(start, start + size))).float())
                done += len(rows[-1])
                if progress := pace.at(done):
                    yield progress
            self.features[split] = torch.cat(rows).clone()

    def _input(self, split: Split, which: slice | npt.NDArray[np.int64]) -> Tensor:
        """Films of a split as network input, unaugmented."""
        films = torch.from_numpy(np.array(self.splits[split].pixels[which])).to(self.compute.device)
        return network_input(as_fractions(films), self.preprocessing)

    def _batches(self) -> Generator[TrainingEvent, None, tuple[float, float, float]]:
        """One pass over the training films in an order that only seed and epoch decide.

        Returns mean loss, accuracy and the last learning rate; stops after the present batch when cancelled.
        """
        generator = torch.Generator().manual_seed(self.recipe.seed * 100_003 + self.epoch)
        torch.manual_seed(self.recipe.seed * 100_003 + self.epoch)
        labels = torch.from_numpy(self.splits[Split.TRAINING].labels)
        order = torch.randperm(len(labels), generator=generator)
        parts = [part for part in torch.split(order, self.recipe.batch_size) if len(part) > 1]  # BatchNorm needs two
        loss_sum = hits = films = 0.0
        start = said = time.monotonic()
        rate = 0.0
        for number, part in enumerate(parts):
            if self.cancel.is_set():
                break
            done = (self.epoch - self.phase_start + number / len(parts)) / self.phase_epochs
            rate = set_rate(self.optimizer, self.recipe, done)
            loss, logits = self._step(part, labels[part].to(self.compute.device), generator)
            loss_sum += loss * len(part)
            hits += _hits(logits, labels[part])
            films += len(part)
            now = time.monotonic()
            if now - said >= PROGRESS_SECONDS or number + 1 == len(parts):
                said = now
                left = (now - start) / (number + 1) * (len(parts) * (self.epochs - self.epoch) - number - 1)
                yield BatchEnded(self.epoch + 1, self.epochs, number + 1, len(parts), loss, films / (now - start), left)
        return loss_sum / max(films, 1), hits / max(films, 1), rate

    def _step(self, part: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[float, Tensor]:
        """One step of the optimizer on the training films `part`; gives loss and logits (n, outputs)."""
        self.optimizer.zero_grad(set_to_none=True)
        if self.on_features:
            logits = self.network.head(self.features[Split.TRAINING][part])
        else:
            self.network.train()
            films = torch.from_numpy(np.array(self.splits[Split.TRAINING].pixels[part.numpy()]))
            films = augmented(as_fractions(films.to(self.compute.device)), self.recipe.augmentation, generator)
            with self.compute.autocast():
                logits = self.network(network_input(films, self.preprocessing)).float()
        loss = loss_of(logits, labels, self.weights, self.recipe.label_smoothing)
        loss.backward()
        self.optimizer.step()
        self.average.update()
        return float(loss.detach()), logits.detach().cpu()

    def _logits(self, split: Split) -> npt.NDArray[np.float32]:
        """Logits of the averaged network, from cached features where the backbone is unchanged."""
        if self.on_features and split in self.features:
            with torch.inference_mode():
                return self.average.network.head(self.features[split]).float().cpu().numpy()  # type: ignore[no-any-return]
        return logits_of(self.average.network, self.preprocessing, self.splits[split].pixels, self.cancel)

    def _keep(self, logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], loss: float) -> None:
        """Write the present weights as the best model, calibrated on the validation films."""
        balanced = self.recipe.operating_point is OperatingPoint.BALANCED
        self.calibration = calibrated(logits, labels, self.recipe.calibrate, balanced)
        self.best_epoch, self.best_loss = self.epoch, loss
        self._save_model(self.average.network, metrics=None)

    def _save_model(self, network: Network, metrics: dict[str, Any] | None) -> None:
        assert self.calibration is not None
        more = {
            "recipe": recipe_json(self.recipe),
            "data_fingerprint": self.fingerprint,
            "films": {split.value: len(self.splits[split].labels) for split in Split},
            "best_epoch": self.best_epoch,
            "metrics": metrics,
            ACCEPTED: list(self.accepted),
            "licence": "Weights belong to whoever trained them. For research and education, not a diagnosis.",
        }
        path, classes = self.run_dir / MODEL, self.dataset.classes
        save_model(path, self.recipe.architecture, classes, network, self.preprocessing, self.calibration, more)

    def _save_checkpoint(self) -> None:
        state = {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "best_loss": self.best_loss,
            "calibration": asdict(self.calibration) if self.calibration else None,
            "fine_tuning": self.fine_tuning,
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "average_steps": self.average.steps,
            "optimizer": self.optimizer.state_dict(),
            "data": self.fingerprint,
        }
        write_atomically(self.run_dir / CHECKPOINT, lambda stream: torch.save(state, stream))

    def _load_checkpoint(self) -> None:
        path = self.run_dir / CHECKPOINT
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # torch raises whatever a damaged file led it to
            raise JobFailed(Reason.NOTHING_TO_RESUME, f"{path} is damaged, so the training cannot go on.") from error
        if state["data"] != self.fingerprint:
            sentence = "The dataset changed since this training was interrupted. Start a new training."
            raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
        self._begin_phase(fine_tuning=state["fine_tuning"])
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.steps = state["average_steps"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch, self.best_epoch, self.best_loss = state["epoch"], state["best_epoch"], state["best_loss"]
        kept = state["calibration"]
        self.calibration = (
            Calibration(kept["temperature"], kept["threshold"], tuple(kept["review_band"])) if kept else None
        )

    def _patience_is_over(self) -> bool:
        """True where fine-tuning has not bettered the validation loss for the recipe's patience."""
        if not self.recipe.patience_epochs or not self.fine_tuning or self.best_epoch is None:
            return False
        return self.epoch - max(self.best_epoch, self.recipe.frozen_epochs) >= self.recipe.patience_epochs

    def _tested(self) -> Generator[TrainingEvent, None, TrainingResult]:
        """Look once at the test films with the best model and write the figures into file and model."""
        if self.epoch < self.epochs:
            yield Noted(f"Stopped after epoch {self.epoch}: validation has not improved since epoch {self.best_epoch}.")
        test = self.splits[Split.TEST]
        yield Progressed(Stage.TESTING, 0, len(test.labels))
        model = load_model(self.run_dir / MODEL)
        probabilities = self._probabilities(model.network, test)
        if probabilities is None:
            return self._result(completed=False)
        figures = figures_of(test, probabilities, model.calibration.threshold, self.dataset.classes)
        metrics = to_json_object(figures)
        write_text_atomically(self.run_dir / METRICS, json.dumps(metrics, indent=2) + "\n")
        self._save_model(model.network, metrics)
        (self.run_dir / CHECKPOINT).unlink(missing_ok=True)
        return self._result(completed=True, figures=figures)

    def _probabilities(self, network: Network, films: Films) -> npt.NDArray[np.float64] | None:
        assert self.calibration is not None
        logits = logits_of(network, self.preprocessing, films.pixels, self.cancel)
        return None if self.cancel.is_set() else self.calibration.probabilities(logits)

    def _result(self, completed: bool, figures: BinaryFigures | ClassFigures | None = None) -> TrainingResult:
        model = self.run_dir / MODEL if self.best_epoch is not None else None
        threshold = self.calibration.threshold if self.calibration else None
        return TrainingResult(self.run_dir, completed, model, self.best_epoch, self.epoch, threshold, figures)


def _films_of(films: Sequence[Film], pixels: npt.NDArray[np.uint8], split: Split, classes: tuple[str, ...]) -> Films:
    """The decoded films of one split. Raises JobFailed where a class lost all its films to unreadable files."""
    which = np.array([number for number, film in enumerate(films) if film.split is split], dtype=np.int64)
    labels = np.array([films[number].label for number in which], dtype=np.int64)
    for label, name in enumerate(classes):
        if not (labels == label).any():
            sentence = f"No readable {name} film is left for the {split} split. Add films and try again."
            raise JobFailed(Reason.DATASET_INVALID, sentence)
    return Films(pixels[which], labels, tuple(films[number].patient for number in which))


def _hits(logits: Tensor, labels: Tensor) -> float:
    """How many films of a batch are called right at 0.5 or by the largest logit."""
    calls = logits.argmax(1) if logits.shape[1] > 1 else (logits[:, 0] >= 0).long()
    return float((calls == labels).sum())


def figures_of(
    films: Films, probabilities: npt.NDArray[np.float64], threshold: float | None, classes: tuple[str, ...]
) -> BinaryFigures | ClassFigures:
    """The figures that fit the number of classes, clustered by patient."""
    if threshold is None:
        return class_figures(films.labels, probabilities, classes, films.patients)
    return binary_figures(films.labels, probabilities, threshold, films.patients)
