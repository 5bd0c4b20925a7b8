"""Train a model from a dataset to a tested model file, as a generator of events."""

import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from core.datasets.entries import FilmLeftOut, Split
from core.datasets.events import AuditResult
from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.recipes.recipe import Recipe
from core.runs.epoch_log import EpochEnded
from core.runs.run_folder import CHECKPOINT, SPLITS, begin_run, check_new_run, read_begun_run
from core.system.file_locks import lock_output
from core.system.files import check_writable
from core.system.keep_awake import keep_awake
from core.system.outputs import keep_inputs
from core.training.events import BatchEnded, DatasetRead, TrainingResult, TrainingStarted
from core.training.final_test import run_final_test
from core.training.learner import Learner, build_learner
from core.training.progress import TrainingProgress
from core.training.run_writer import RunWriter
from core.training.training_data import FILMS_STORE, prepare_training_data

TrainingEvent = Progressed | Noted | FilmLeftOut | DatasetRead | TrainingStarted | BatchEnded | EpochEnded


def train(
    source: Path,
    recipe: Recipe,
    run_dir: Path,
    cancel: threading.Event,
    resume: bool = False,
    preparation: Preparation = AS_IT_IS,
    audited: AuditResult | None = None,
) -> Generator[TrainingEvent, None, TrainingResult]:
    """Train a model on the dataset at `source` into `run_dir`; return its path and test figures.

    The test films are used once, after the last epoch. If cancelled, the best model so far stays in
    `run_dir`, and `resume` continues after the last finished epoch, with the same result as an
    uninterrupted run on the same machine. audited: as in `prepare_training_data`.
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
            data = yield from prepare_training_data(source, recipe, preparation, store, cancel, audited)
            if not resume:  # only now: what the audit forbids leaves nothing behind
                begin_run(run_dir, recipe, preparation)
            if data is None:
                return TrainingResult(run_dir, completed=False)
            writer = RunWriter(run_dir, recipe, data)
            writer.begin(source, has_checkpoint)
            with keep_awake() as sentence:
                yield Noted(sentence)
                return (yield from run_training(writer, cancel, has_checkpoint))
        finally:
            with suppress(OSError):  # also where somebody put a file in place of the folder
                store.unlink()


def run_training(
    writer: RunWriter, cancel: threading.Event, resume: bool = False, skips_test: bool = False
) -> Generator[TrainingEvent, None, TrainingResult]:
    """Train all epochs on the writer's data, then score the test films.

    skips_test: the test films are not used, as in a search; the result then has no figures.
    """
    recipe, data = writer.recipe, writer.data
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    learner = yield from build_learner(recipe, data, cancel, resume)
    if learner is None:
        return TrainingResult(writer.run_dir, completed=False)
    progress = writer.resume(learner) if resume else TrainingProgress()
    training, validation, test = (len(data.splits[split].labels) for split in Split)
    classes, device = data.dataset.classes, str(learner.compute)
    yield TrainingStarted(writer.run_dir, classes, training, validation, test, recipe.all_epochs, device, recipe)
    while progress.epoch < recipe.all_epochs and not progress.is_patience_exhausted(recipe):
        yield from _run_epoch(learner, writer, progress, cancel)
        if cancel.is_set():
            return writer.make_result(progress, completed=False)
    if progress.epoch < recipe.all_epochs:
        yield Noted(progress.format_early_stop())
    if skips_test:
        return writer.make_result(progress, completed=True)
    figures = yield from run_final_test(writer, cancel)
    return writer.make_result(progress, completed=figures is not None, figures=figures)


def _run_epoch(
    learner: Learner, writer: RunWriter, progress: TrainingProgress, cancel: threading.Event
) -> Generator[TrainingEvent, None, None]:
    """Train on every film once, validate, save the model if it is the best, checkpoint."""
    start = time.monotonic()
    yield from learner.prepare_epoch(progress.epoch, cancel)
    with learner.time_estimate.time_epoch():
        means = yield from learner.train_epoch(progress.epoch, cancel)
        if cancel.is_set():
            return
        yield Progressed(Stage.VALIDATING, progress.epoch, learner.recipe.all_epochs)
        validation = learner.validate(progress.epoch, cancel)
        if validation is None:
            return
        yield from writer.restore_files()
        is_best = progress.count_epoch(validation.score, learner.recipe)
        if is_best:
            network = learner.phase.averaged_network
            writer.save_best_model(network, learner.preprocessing, validation.logits, progress.epoch)
        ended = EpochEnded(
            epoch=progress.epoch,
            epochs=learner.recipe.all_epochs,
            training_loss=means.loss,
            training_accuracy=means.accuracy,
            validation_loss=validation.loss,
            **{f"validation_{name}": value for name, value in asdict(validation.figures).items()},
            learning_rate=means.learning_rate,
            films_per_second=means.films_per_second,
            seconds=time.monotonic() - start,
            is_best=is_best,
        )
        writer.log_epoch(ended)  # before the checkpoint: an epoch that is trained again is logged again
        writer.save_checkpoint(learner, progress)
    yield ended
    if warning := progress.format_overfitting_warning():
        yield Noted(warning, Severity.WARNING)
