"""Train a model from a dataset to a tested model file, as a generator of events."""

import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from core.datasets.entries import FilmLeftOut, Split
from core.datasets.preparation import AS_IT_IS, Preparation
from core.inference.int8_fitting import ComparedFilms, fit_int8_form
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.metrics.figures import Figures, compute_validation_figures
from core.models.calibration import Calibration
from core.models.model_file import compute_logits, load_model
from core.recipes.recipe import KeptBy, Recipe
from core.runs.epoch_log import EpochEnded
from core.runs.run_folder import CHECKPOINT, SPLITS, begin_run, check_new_run, read_begun_run
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable
from core.system.keep_awake import keep_awake
from core.system.language import tr
from core.system.outputs import keep_inputs
from core.training.checkpoint import load_checkpoint, save_checkpoint
from core.training.events import BatchEnded, DatasetRead, TrainingResult, TrainingStarted
from core.training.initial_weights import load_initial_weights
from core.training.learner import EpochStatistics, Learner
from core.training.model_likeness import fit_model_likeness
from core.training.run_writer import RunWriter
from core.training.training_data import FILMS_STORE, TrainingData, prepare_training_data

TrainingEvent = Progressed | Noted | FilmLeftOut | DatasetRead | TrainingStarted | BatchEnded | EpochEnded
Steps = Generator[TrainingEvent, None, None]
WARNING_INTERVAL: Final = 5  # epochs without a better validation


def train(
    source: Path,
    recipe: Recipe,
    run_dir: Path,
    cancel: threading.Event,
    resume: bool = False,
    preparation: Preparation = AS_IT_IS,
) -> Generator[TrainingEvent, None, TrainingResult]:
    """Train a model on the dataset at `source` into `run_dir`; return its path and test figures.

    The test films are used once, after the last epoch. If cancelled, the best model so far stays in
    `run_dir`, and `resume` continues after the last finished epoch, with the same result as an
    uninterrupted run on the same machine.
    Raises JobFailed; dataset_leaks if the audit finds what blocks a training and the preparation
    does not accept it.
    """
    keep_inputs([run_dir / SPLITS], [source])
    check_writable(run_dir)
    store = run_dir / FILMS_STORE
    with lock_output(run_dir):
        if resume:
            recipe, preparation = read_begun_run(run_dir)
        else:
            check_new_run(run_dir, recipe, preparation)
        has_checkpoint = (run_dir / CHECKPOINT).is_file()
        try:
            data = yield from prepare_training_data(source, recipe, preparation, store, cancel)
            if not resume:  # only now: what the audit forbids leaves nothing behind
                begin_run(run_dir, recipe, preparation)
            if data is None:
                return TrainingResult(run_dir, False, None, None, 0, None, None)
            training = Training(recipe, data, run_dir, cancel)
            training.writer.begin(source, has_checkpoint)
            with keep_awake() as sentence:
                yield Noted(sentence)
                return (yield from training.run(has_checkpoint))
        finally:
            with suppress(OSError):  # also where somebody put a file in place of the folder
                store.unlink()


class Training:
    """One training run: its epochs, early stopping, checkpoints, and which epoch is kept.

    skips_test: the test films are not used, as in a search; the result then has no figures.
    """

    def __init__(
        self, recipe: Recipe, data: TrainingData, run_dir: Path, cancel: threading.Event, skips_test: bool = False
    ) -> None:
        self.recipe = recipe
        self.classes, self.splits = data.dataset.classes, data.splits
        self.run_dir = run_dir
        self.cancel = cancel
        self.skips_test = skips_test
        self.writer = RunWriter(run_dir, recipe, data)
        self.epochs = recipe.all_epochs
        self.epoch = 0  # epochs finished
        self.best_epoch: int | None = None
        self.best_score = float("-inf")
        self.learner: Learner  # built by run

    def run(self, resume: bool) -> Generator[TrainingEvent, None, TrainingResult]:
        """Train all epochs, then score the test films."""
        torch.manual_seed(self.recipe.seed)
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        self.learner = Learner(self.recipe, self.splits, len(self.classes))
        if not resume:  # else the checkpoint has all weights
            network = self.learner.network
            if not (yield from load_initial_weights(network, self.recipe, self.classes, self.cancel)):
                return self._make_result(completed=False)
        self.learner.to_device()
        self.learner.begin_phase(fine_tuning=self.recipe.frozen_epochs == 0)
        if resume:
            self._load_checkpoint()
            self.writer.resume()
        counts = [len(self.splits[split].labels) for split in Split]
        device = str(self.learner.compute)
        yield TrainingStarted(
            self.run_dir, self.classes, counts[0], counts[1], counts[2], self.epochs, device, self.recipe
        )
        while self.epoch < self.epochs and not self._is_patience_exhausted():
            if self.epoch == self.recipe.frozen_epochs and self.epoch > 0 and not self.learner.phase.fine_tuning:
                self.learner.begin_phase(fine_tuning=True)
            yield from self._run_epoch()
            if self.cancel.is_set():
                return self._make_result(completed=False)
        if self.epoch < self.epochs:
            sentence = tr(
                "Stopped after epoch {epoch}: validation has not improved since epoch {best}.",
                epoch=self.epoch,
                best=self.best_epoch,
            )
            yield Noted(sentence)
        if self.skips_test:
            return self._make_result(completed=True)
        return (yield from self._test())

    def _run_epoch(self) -> Steps:
        """Train on every film once, validate, save the model if it is the best, checkpoint."""
        yield from self.learner.extract_features(self.cancel)
        if self.cancel.is_set():
            return
        if self.recipe.frozen_epochs < self.epoch == self.recipe.full_size_from:
            self.best_score = float("-inf")  # any model for full-size films replaces one for small films
        start = time.monotonic()
        statistics = yield from self.learner.train_epoch(self.epoch, self.epochs, self.cancel)
        if self.cancel.is_set():
            return
        yield Progressed(Stage.VALIDATING, self.epoch, self.epochs)
        logits = self.learner.compute_logits(Split.VALIDATION, self.epoch, self.cancel)
        if self.cancel.is_set():
            return
        films_done = start if self.learner.phase.on_features else time.monotonic()
        yield from self._restore_files()
        ended = self._end_epoch(logits, statistics, start)
        self.writer.log_epoch(ended)  # before the checkpoint: an epoch that is trained again is logged again
        self._save_checkpoint()
        self.learner.time_estimate.add_overhead(time.monotonic() - films_done)
        yield ended
        if warning := self._format_overfitting_warning():
            yield Noted(warning, Severity.WARNING)

    def _end_epoch(self, logits: npt.NDArray[np.float32], statistics: EpochStatistics, start: float) -> EpochEnded:
        """Count the epoch as finished, and save its model if validation is the best so far.

        logits: of the validation films (n, outputs). start: the epoch's first time.monotonic().
        """
        loss = self.learner.compute_validation_loss(logits)
        if not np.isfinite(loss):
            raise JobFailed(Reason.RECIPE_INVALID, tr("The loss diverged. Try a lower learning rate."))
        self.epoch += 1
        figures = compute_validation_figures(self.splits[Split.VALIDATION].labels, logits)
        scores = {KeptBy.LOSS: -loss, KeptBy.AUC: figures.auc, KeptBy.ACCURACY: figures.accuracy}
        score = scores[self.recipe.kept_by]
        is_best = score > self.best_score
        if is_best:
            self.best_epoch, self.best_score = self.epoch, score
            network = self.learner.phase.average.network
            self.writer.save_best_model(network, self.learner.preprocessing, logits, self.epoch)
        return EpochEnded(
            epoch=self.epoch,
            epochs=self.epochs,
            training_loss=statistics.loss,
            training_accuracy=statistics.accuracy,
            validation_loss=loss,
            validation_accuracy=figures.accuracy,
            validation_auc=figures.auc,
            validation_sensitivity=figures.sensitivity,
            validation_specificity=figures.specificity,
            learning_rate=statistics.learning_rate,
            films_per_second=statistics.films_per_second,
            seconds=time.monotonic() - start,
            is_best=is_best,
        )

    def _restore_files(self) -> Steps:
        """Write the files of the run again that were lost since the last epoch, and say so."""
        if sentence := self.writer.restore_files():
            yield Noted(sentence, Severity.WARNING)

    def _format_overfitting_warning(self) -> str | None:
        """Return a warning every WARNING_INTERVAL epochs without a better validation, else None."""
        behind = self.epoch - (self.best_epoch or 0)
        if not behind or behind % WARNING_INTERVAL:
            return None
        return tr(
            "Validation has not improved for {behind} epochs: further training may only memorise "
            "these films. Epoch {best} is kept.",
            behind=behind,
            best=self.best_epoch,
        )

    def _save_checkpoint(self) -> None:
        calibration = self.writer.calibration
        progress = {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "best_score": self.best_score,
            "calibration": asdict(calibration) if calibration else None,
        }
        save_checkpoint(self.run_dir / CHECKPOINT, self.learner, self.writer.fingerprint, progress)

    def _load_checkpoint(self) -> None:
        state = load_checkpoint(self.run_dir / CHECKPOINT, self.learner, self.writer.fingerprint)
        self.epoch = state["epoch"]
        self.best_epoch = state["best_epoch"]
        self.best_score = state["best_score"]
        calibration = state["calibration"]
        if calibration:
            band = tuple(calibration["review_band"])
            self.writer.calibration = Calibration(**{**calibration, "review_band": band})

    def _is_patience_exhausted(self) -> bool:
        """Return True if validation at full size has not improved for the recipe's patience."""
        if not self.recipe.patience_epochs or not self.learner.phase.fine_tuning or self.best_epoch is None:
            return False
        return self.epoch - max(self.best_epoch, self.recipe.full_size_from) >= self.recipe.patience_epochs

    def _test(self) -> Generator[TrainingEvent, None, TrainingResult]:
        """Score the test films once with the best model, and write the figures."""
        test = self.splits[Split.TEST]
        yield from self._restore_files()
        yield Progressed(Stage.TESTING, 0, len(test.labels))
        model = load_model(self.writer.model)
        logits = compute_logits(model.network, model.preprocessing, test.pixels, self.cancel)
        training, validation = self.splits[Split.TRAINING], self.splits[Split.VALIDATION]
        features, of_validation = model.features_and_logits(validation.pixels, self.cancel)
        likeness, unlike = fit_model_likeness(model, training, features, self.cancel)
        compared = ComparedFilms(validation.pixels, validation.labels, of_validation)
        fitted = yield from fit_int8_form(model, training.pixels, compared, self.cancel)
        if self.cancel.is_set():
            return self._make_result(completed=False)
        assert self.best_epoch is not None  # the model was loaded, so one was kept
        figures = self.writer.save_tested_model(model, logits, self.best_epoch, likeness, unlike, fitted)
        self.writer.end()
        return self._make_result(completed=True, figures=figures)

    def _make_result(self, completed: bool, figures: Figures | None = None) -> TrainingResult:
        model = self.writer.model if self.best_epoch is not None else None
        calibration = self.writer.calibration
        threshold = calibration.threshold if calibration else None
        return TrainingResult(self.run_dir, completed, model, self.best_epoch, self.epoch, threshold, figures)
