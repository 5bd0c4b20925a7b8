"""Search for a better recipe within a time budget, on validation films only. Every trial is a run.

Optuna (Akiba et al. 2019) proposes recipes and stops unpromising trials early. Its journal is plain
JSON lines.
"""

import logging
import os
import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Noted, Severity
from core.recipes.recipe import Depth, Optimizer, Recipe
from core.recipes.recipe_json import format_recipe
from core.runs.epoch_log import EpochEnded
from core.runs.run_folder import begin_run, data_fingerprint
from core.runs.search_file import BEST, JOURNAL, begin_search
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable, cut_torn_line, open_private
from core.system.keep_awake import keep_awake
from core.system.language import tr
from core.system.outputs import FOREIGN, check_output, exact_kind
from core.training.events import SearchResult, TrainingResult, TrialEnded
from core.training.run_writer import RunWriter
from core.training.training import TrainingEvent, run_training
from core.training.training_data import FILMS_STORE, TrainingData, prepare_training_data

BATCH_SIZES: Final = (8, 16, 32, 64)
TRIALS_BEFORE_PRUNING: Final = 4
FINGERPRINT_VERSION: Final = 2  # to be raised whenever data_fingerprint counts something else
MAX_STRENGTH: Final = 1.5  # times the recipe's augmentation
SearchEvent = TrainingEvent | TrialEnded
optuna.logging.set_verbosity(logging.WARNING)


def search(
    source: Path,
    recipe: Recipe,
    folder: Path,
    cancel: threading.Event,
    seconds: float,
    trials: int | None = None,
    preparation: Preparation = AS_IT_IS,
) -> Generator[SearchEvent, None, SearchResult]:
    """Try variations of `recipe` for about `seconds`, at most `trials`; return the best one.

    The best one has the highest AUC on validation films. Runs are written to `folder`/trial-NNN. An
    earlier search in `folder` is continued. At least one trial is run; another begins only if half
    its expected time is left, and is then not cut short. If cancelled, returns the best so far.
    Raises JobFailed as a training does; nothing_to_resume if the search in `folder` is about
    another recipe or other films.
    """
    check_writable(folder)
    with lock_output(folder):
        begin_search(folder, recipe, source)
        begin = time.monotonic()
        study = _open_study(folder, recipe.seed)
        store = folder / FILMS_STORE
        _check_best(study, recipe, folder / BEST)
        try:
            data = yield from prepare_training_data(source, recipe, preparation, store, cancel)
            if data is not None:
                _check_data(study, data)
                runner = _TrialRunner(study, source, recipe, data, folder, cancel, preparation)
                with keep_awake() as sentence:
                    yield Noted(sentence)
                    yield from runner.run_trials(begin, seconds, trials)
        finally:
            store.unlink(missing_ok=True)
        return _find_best(study, recipe)


class _NoLock:
    """Replaces Optuna's lock, which outlives a killed process and needs symbolic links.

    `lock_output` already locks the folder.
    """

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        """Do nothing."""


def _open_study(folder: Path, seed: int) -> optuna.Study:
    """Open the study in `folder`, new or continued; interrupted trials count as failed."""
    path = folder / JOURNAL
    try:
        os.close(open_private(path, os.O_RDWR))
        cut_torn_line(path)
        storage = JournalStorage(JournalFileBackend(str(path), _NoLock()))  # type: ignore[arg-type]
        study = optuna.create_study(
            study_name="search",
            storage=storage,
            direction="maximize",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=seed + len(list(folder.glob("trial-*")))),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=TRIALS_BEFORE_PRUNING, n_warmup_steps=1),
        )
    except (OSError, ValueError, KeyError) as error:
        sentence = tr("{path} is not a readable search. Choose another folder.", path=path)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error
    for trial in study.get_trials(states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
    return study


def _check_best(study: optuna.Study, recipe: Recipe, path: Path) -> None:
    """Raise JobFailed (output_not_writable) if the file of the best recipe is not as this search wrote it."""
    best = _find_best(study, recipe).recipe
    check_output(path, exact_kind(format_recipe(best)) if best else FOREIGN)


def _check_data(study: optuna.Study, data: TrainingData) -> None:
    """Store the dataset's fingerprint. Raises JobFailed (nothing_to_resume) if it changed."""
    present = [FINGERPRINT_VERSION, data_fingerprint(data.dataset, data.codes)]
    earlier = study.user_attrs.get("data", present)
    if earlier == present:
        study.set_user_attr("data", present)
        return
    if isinstance(earlier, list) and earlier[:1] == present[:1]:
        sentence = tr("The films, labels or splits have changed since this search began. Start a new one.")
    else:
        sentence = tr("An earlier version of the program began this search. Start a new one.")
    raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)


def _vary_recipe(recipe: Recipe, trial: Any) -> Recipe:
    """Return the recipe with the choices of `trial`, an optuna.Trial or FixedTrial."""
    strength = trial.suggest_float("augmentation_strength", 0.0, MAX_STRENGTH)
    return replace(
        recipe,
        learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True),
        batch_size=trial.suggest_categorical("batch_size", BATCH_SIZES),
        optimizer=Optimizer(trial.suggest_categorical("optimizer", tuple(Optimizer))),
        depth=Depth(trial.suggest_categorical("depth", tuple(Depth))),
        augmentation=recipe.augmentation.scale(strength),
    )


@dataclass(frozen=True, slots=True)
class _TrialRunner:
    """Runs the trials of a search, each a training without its test films."""

    study: optuna.Study
    source: Path
    recipe: Recipe
    data: TrainingData
    folder: Path
    cancel: threading.Event
    preparation: Preparation

    def run_trials(self, begin: float, seconds: float, trials: int | None) -> Generator[SearchEvent, None, None]:
        """Run trials until `seconds` after `begin`, a time.monotonic(), but at most `trials`."""
        done, start = 0, time.monotonic()
        while not self.cancel.is_set() and (trials is None or done < trials):
            now = time.monotonic()
            if done and now - begin + (now - start) / done / 2 > seconds:
                break
            yield from self._run_trial(self.study.ask())
            done += 1

    def _run_trial(self, trial: optuna.Trial) -> Generator[SearchEvent, None, None]:
        """Train the recipe that `trial` proposes, and report its result to Optuna."""
        number = trial.number + 1
        proposal = replace(_vary_recipe(self.recipe, trial), name=f"trial {number}")
        run_dir = self.folder / f"trial-{number:03}"
        check_writable(run_dir)
        begin_run(run_dir, proposal, self.preparation)
        writer = RunWriter(run_dir, proposal, self.data)
        writer.begin(self.source)
        training = run_training(writer, self.cancel, skips_test=True)
        try:
            auc, pruned = yield from _train_until_pruned(training, trial)
        except JobFailed as error:
            self.study.tell(trial, state=TrialState.FAIL)
            if error.reason is not Reason.RECIPE_INVALID:
                raise
            sentence = tr("Trial {number}: {sentence}", number=number, sentence=error.sentence)
            yield Noted(sentence, Severity.WARNING)
            return
        if self.cancel.is_set():
            self.study.tell(trial, state=TrialState.FAIL)
            return
        self.study.tell(trial, auc, state=TrialState.PRUNED if pruned else TrialState.COMPLETE)
        writer.end()
        yield TrialEnded(number, proposal, auc, pruned, run_dir)


def _train_until_pruned(
    training: Generator[TrainingEvent, None, TrainingResult], trial: optuna.Trial
) -> Generator[TrainingEvent, None, tuple[float, bool]]:
    """Train, report every epoch's AUC to Optuna, and stop if it prunes the trial.

    Returns the validation AUC of the kept model, and whether the trial was pruned.
    """
    auc = 0.0
    with closing(training):
        for event in training:
            yield event
            if isinstance(event, EpochEnded):
                if event.is_best:
                    auc = event.validation_auc
                trial.report(event.validation_auc, event.epoch)
                if trial.should_prune():
                    return auc, True
    return auc, False


def _find_best(study: optuna.Study, recipe: Recipe) -> SearchResult:
    """Return the best recipe of the finished trials."""
    finished = study.get_trials(states=(TrialState.COMPLETE,))
    pruned = len(study.get_trials(states=(TrialState.PRUNED,)))
    if not finished:
        return SearchResult(None, None, 0, pruned)
    best = max(finished, key=lambda trial: trial.value or 0.0)
    best_recipe = replace(_vary_recipe(recipe, optuna.trial.FixedTrial(best.params)), name=f"{recipe.name} searched")
    return SearchResult(best_recipe, best.value, len(finished), pruned)
