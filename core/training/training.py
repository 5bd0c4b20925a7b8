"""One training from dataset to model file, as a generator. Shows nothing; decides nothing that the recipe decides."""

import json
import threading
import time
from collections.abc import Generator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from core.datasets.dataset import Split
from core.datasets.events import FilmLeftOut
from core.datasets.preparation import AS_IT_IS, Preparation
from core.input_checks.drift import DRIFT, SCORE, Reference, measure_films
from core.input_checks.gate import fit_gate
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.metrics.figures import Figures, compute_figures, compute_validation_figures, to_json_object
from core.metrics.intervals import group_numbers
from core.models.calibration import Calibration, fit_calibration
from core.models.model_file import compute_logits, load_model, save_model
from core.models.model_header import ACCEPTED, AGES, FILMS, GATE, VALIDATION
from core.models.predictions import Predictions
from core.networks.architectures import Network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import KeptBy, OperatingPoint, Recipe
from core.recipes.recipe_json import to_json_object as recipe_json
from core.runs.epoch_log import EpochEnded, log_epoch, total_seconds
from core.runs.run_folder import (
    CHECKPOINT,
    METRICS,
    MODEL,
    RunCard,
    begin_run,
    data_fingerprint,
    read_card,
    write_card,
    write_predictions,
    write_splits,
)
from core.runs.test_set_use import count_use
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable, escape_undecodable, write_text_atomically
from core.system.keep_awake import keep_awake
from core.system.language import tr
from core.system.product import NOTICE
from core.training.checkpoint import load_checkpoint, save_checkpoint
from core.training.events import BatchEnded, TrainingResult, TrainingStarted
from core.training.initial_weights import load_initial_weights
from core.training.learner import Learner, Pass
from core.training.training_data import TrainingData, prepare_training_data

TrainingEvent = Progressed | Noted | FilmLeftOut | TrainingStarted | BatchEnded | EpochEnded
Steps = Generator[TrainingEvent, None, None]
WARNED_EVERY: Final = 5  # epochs without a better validation
MEASURED: Final = 2000  # validation films that the reference for drift is made of


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
    store = run_dir / ".films.tmp"
    with lock_output(run_dir):
        recipe, preparation = begin_run(run_dir, recipe, preparation, resume)
        resume = (run_dir / CHECKPOINT).is_file()
        try:
            material = yield from prepare_training_data(source, recipe, preparation, store, cancel)
            if material is None:
                return TrainingResult(run_dir, False, None, None, 0, None, None)
            training = Training(recipe, material, run_dir, cancel)
            if not resume:
                training.begin(source)
            with keep_awake() as sentence:
                yield Noted(sentence)
                return (yield from training.run(resume))
        finally:
            store.unlink(missing_ok=True)


class Training:
    """One running training: which epoch is kept, what is written when.

    seals_test: the test films are left alone, as in a search; the result then has no figures.
    """

    def __init__(
        self, recipe: Recipe, material: TrainingData, run_dir: Path, cancel: threading.Event, seals_test: bool = False
    ) -> None:
        self.recipe, self.dataset, self.splits = recipe, material.dataset, material.splits
        self.codes = {
            split.value: [material.codes[film.path] for film in self.dataset.of_split(split)] for split in Split
        }
        self.validation: dict[str, Any] | None = None  # answers of the kept model
        self.reference: dict[str, Any] | None = None  # what its validation films look like
        self.gate: dict[str, Any] | None = None
        self.ages = material.ages
        self.accepted, self.run_dir, self.cancel, self.seals_test = material.accepted, run_dir, cancel, seals_test
        self.fingerprint = data_fingerprint(material.dataset)
        self.epochs = recipe.all_epochs
        self.epoch = 0  # epochs finished
        self.best_epoch: int | None = None
        self.best_score = float("-inf")
        self.calibration: Calibration | None = None

    def begin(self, source: Path) -> None:
        """Write down what the run is about: its card and its splits."""
        write_splits(self.run_dir, self.dataset)
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        write_card(
            self.run_dir, RunCard(self.run_dir.name, "", escape_undecodable(str(source)), self.fingerprint, started)
        )

    def run(self, resume: bool) -> Generator[TrainingEvent, None, TrainingResult]:
        """All epochs, then the test films."""
        torch.manual_seed(self.recipe.seed)
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        self.learner = Learner(self.recipe, self.splits, len(self.dataset.classes))
        if not (yield from load_initial_weights(self.learner.network, self.recipe, self.dataset.classes, self.cancel)):
            return self._result(completed=False)
        self.learner.to_device()
        self.learner.begin_phase(fine_tuning=self.recipe.frozen_epochs == 0)
        if resume:
            self._load_checkpoint()
        counts = [len(self.splits[split].labels) for split in Split]
        device = str(self.learner.compute)
        yield TrainingStarted(self.run_dir, self.dataset.classes, counts[0], counts[1], counts[2], self.epochs, device)
        while self.epoch < self.epochs and not self._patience_is_over():
            if self.epoch == self.recipe.frozen_epochs and self.epoch > 0 and not self.learner.fine_tuning:
                self.learner.begin_phase(fine_tuning=True)
            yield from self._one_epoch()
            if self.cancel.is_set():
                return self._result(completed=False)
        if self.epoch < self.epochs:
            sentence = tr(
                "Stopped after epoch {epoch}: validation has not improved since epoch {best}.",
                epoch=self.epoch,
                best=self.best_epoch,
            )
            yield Noted(sentence)
        if self.seals_test:
            return self._result(completed=True)
        return (yield from self._tested())

    def _one_epoch(self) -> Steps:
        """Train on every film once, validate, keep the model if it is the best so far, write the checkpoint."""
        yield from self.learner.extract_features(self.cancel)
        if self.cancel.is_set():
            return
        if self.recipe.frozen_epochs < self.epoch == self.recipe.full_size_from:
            self.best_score = float("-inf")  # a model for small films is kept only until there is one for full size
        start = time.monotonic()
        done = yield from self.learner.pass_over(self.epoch, self.epochs, self.cancel)
        if self.cancel.is_set():
            return
        yield Progressed(Stage.VALIDATING, self.epoch, self.epochs)
        logits = self.learner.logits(Split.VALIDATION, self.epoch, self.cancel)
        if self.cancel.is_set():
            return
        films_done = start if self.learner.on_features else time.monotonic()
        ended = self._judged(logits, done, start)
        log_epoch(self.run_dir, ended)  # before the checkpoint: an epoch that is trained again is logged again
        self._save_checkpoint()
        self.learner.forecast.epoch_ended(time.monotonic() - films_done)
        yield ended
        if warning := self._warning():
            yield Noted(warning, Severity.WARNING)

    def _judged(self, logits: npt.NDArray[np.float32], done: Pass, start: float) -> EpochEnded:
        """Count the epoch that began at `start` as finished, and keep its model if validation is the best so far."""
        loss = self.learner.validation_loss(logits)
        if not np.isfinite(loss):
            raise JobFailed(Reason.RECIPE_INVALID, tr("The loss left all bounds. Try a lower learning rate."))
        self.epoch += 1
        labels = self.splits[Split.VALIDATION].labels
        figures = compute_validation_figures(labels, logits)
        scores = {KeptBy.LOSS: -loss, KeptBy.AUC: figures.auc, KeptBy.ACCURACY: figures.accuracy}
        score = scores[self.recipe.kept_by]
        is_best = score > self.best_score
        if is_best:
            self._keep(logits, labels, score)
        return EpochEnded(
            epoch=self.epoch,
            epochs=self.epochs,
            training_loss=done.loss,
            training_accuracy=done.accuracy,
            validation_loss=loss,
            validation_accuracy=figures.accuracy,
            validation_auc=figures.auc,
            validation_sensitivity=figures.sensitivity,
            validation_specificity=figures.specificity,
            learning_rate=done.learning_rate,
            films_per_second=done.films_per_second,
            seconds=time.monotonic() - start,
            is_best=is_best,
        )

    def _warning(self) -> str | None:
        """Overfitting, in words, once every few epochs without a better validation."""
        behind = self.epoch - (self.best_epoch or 0)
        if not behind or behind % WARNED_EVERY:
            return None
        return tr(
            "Validation has not improved for {behind} epochs: more training may only learn these films by heart. "
            "Epoch {best} is kept.",
            behind=behind,
            best=self.best_epoch,
        )

    def _keep(self, logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], score: float) -> None:
        """Write the present weights as the best model, calibrated on the validation films."""
        balanced = self.recipe.operating_point is OperatingPoint.BALANCED
        self.calibration = fit_calibration(logits, labels, self.recipe.calibrate, balanced)
        patients = group_numbers(self.splits[Split.VALIDATION].patients)
        answers = Predictions(labels, logits, patients, tuple(self.codes[Split.VALIDATION]))
        self.validation = answers.to_json_object()
        measures = measure_films(self.splits[Split.VALIDATION].pixels[:MEASURED])
        if logits.shape[1] == 1:
            measures[SCORE] = self.calibration.probabilities(logits)
        self.reference = Reference(measures).to_json_object()
        self.best_epoch, self.best_score = self.epoch, score
        if self.gate is None:  # the films stay the same from epoch to epoch
            gate = fit_gate(self.splits[Split.TRAINING].pixels, self.splits[Split.VALIDATION].pixels)
            self.gate = gate.to_json_object() if gate else None
        self._save_model(self.learner.average.network, self.learner.preprocessing, metrics=None)

    def _save_model(self, network: Network, preprocessing: Preprocessing, metrics: dict[str, Any] | None) -> None:
        assert self.calibration is not None
        more = {
            "recipe": recipe_json(self.recipe),
            "data_fingerprint": self.fingerprint,
            "films": {split.value: len(self.splits[split].labels) for split in Split},
            "best_epoch": self.best_epoch,
            "metrics": metrics,
            VALIDATION: self.validation,
            FILMS: self.codes,
            DRIFT: self.reference,
            GATE: self.gate,
            ACCEPTED: list(self.accepted),
            AGES: self.ages,
            "licence": f"Weights belong to whoever trained them. {NOTICE}",
        }
        path, classes = self.run_dir / MODEL, self.dataset.classes
        save_model(path, self.recipe.architecture, classes, network, preprocessing, self.calibration, more)

    def _save_checkpoint(self) -> None:
        calibration = asdict(self.calibration) if self.calibration else None
        reached = {"epoch": self.epoch, "best_epoch": self.best_epoch, "best_score": self.best_score}
        path = self.run_dir / CHECKPOINT
        save_checkpoint(path, self.learner, self.fingerprint, {**reached, "calibration": calibration})

    def _load_checkpoint(self) -> None:
        reached = load_checkpoint(self.run_dir / CHECKPOINT, self.learner, self.fingerprint)
        self.epoch, self.best_epoch, self.best_score = (reached[name] for name in ("epoch", "best_epoch", "best_score"))
        kept = reached["calibration"]
        self.calibration = Calibration(**{**kept, "review_band": tuple(kept["review_band"])}) if kept else None

    def _patience_is_over(self) -> bool:
        """True where fine-tuning at full size has not bettered the validation for the recipe's patience."""
        if not self.recipe.patience_epochs or not self.learner.fine_tuning or self.best_epoch is None:
            return False
        return self.epoch - max(self.best_epoch, self.recipe.full_size_from) >= self.recipe.patience_epochs

    def _tested(self) -> Generator[TrainingEvent, None, TrainingResult]:
        """Look once at the test films with the best model and write the figures into file and model."""
        test = self.splits[Split.TEST]
        yield Progressed(Stage.TESTING, 0, len(test.labels))
        model = load_model(self.run_dir / MODEL)
        logits = compute_logits(model.network, model.preprocessing, test.pixels, self.cancel)
        if self.cancel.is_set():
            return self._result(completed=False)
        probabilities = model.calibration.probabilities(logits)
        threshold, classes = model.calibration.threshold, self.dataset.classes
        figures = compute_figures(test.labels, probabilities, threshold, classes, test.patients)
        metrics = to_json_object(figures)
        # after a resume these are known only there
        self.validation, self.reference, self.gate = (model.header.content[name] for name in (VALIDATION, DRIFT, GATE))
        films = self.dataset.of_split(Split.TEST)
        names = [self.dataset.name_of(film.path) for film in films]
        write_predictions(self.run_dir, names, [classes[film.label] for film in films], probabilities)
        count_use(self.run_dir / MODEL, model.header, self.codes[Split.TEST], by_training=True)
        write_text_atomically(self.run_dir / METRICS, json.dumps(metrics, indent=2) + "\n")
        self._save_model(model.network, model.preprocessing, metrics)
        self.end()
        return self._result(completed=True, figures=figures)

    def end(self) -> None:
        """Note how long it took and drop what a resume would need: this training is over."""
        write_card(self.run_dir, replace(read_card(self.run_dir), seconds=total_seconds(self.run_dir)))
        (self.run_dir / CHECKPOINT).unlink(missing_ok=True)

    def _result(self, completed: bool, figures: Figures | None = None) -> TrainingResult:
        model = self.run_dir / MODEL if self.best_epoch is not None else None
        threshold = self.calibration.threshold if self.calibration else None
        return TrainingResult(self.run_dir, completed, model, self.best_epoch, self.epoch, threshold, figures)
