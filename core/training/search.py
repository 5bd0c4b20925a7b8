"""Tries recipes within a time budget, on validation films only; every trial is a run that can be looked at.

Optuna (Akiba et al. 2019) proposes the choices and ends hopeless trials early. Its journal is plain JSON lines.
"""

import logging
import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Noted, Severity
from core.recipes.recipe import Depth, Optimizer, Recipe
from core.runs.epoch_log import EpochEnded
from core.runs.run_folder import begin_run, data_fingerprint
from core.runs.search_file import begin_search
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable, cut_torn_line
from core.system.keep_awake import keep_awake
from core.system.language import tr
from core.training.events import SearchResult, TrialEnded
from core.training.training import Training, TrainingEvent
from core.training.training_data import TrainingData, prepare_training_data

JOURNAL: Final = "search.journal"
BATCH_SIZES: Final = (8, 16, 32, 64)
TRIALS_BEFORE_PRUNING: Final = 4
STRONGEST: Final = 1.5  # times the recipe's augmentation
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
    """Try variations of `recipe` for about `seconds`, at most `trials`; return the best one by validation AUC.

    Runs are written to `folder`/trial-NNN. An earlier search in `folder` is continued. At least one trial is made; a
    trial begins only where half of one still fits into the time, and is not cut short then.
    Cancelled: the trials so far. Raises JobFailed as a training does; nothing_to_resume where the search in `folder`
    is about another recipe or other films.
    """
    check_writable(folder)
    with lock_output(folder):
        return (yield from _searched(source, recipe, folder, cancel, seconds, trials, preparation))


def _searched(
    source: Path,
    recipe: Recipe,
    folder: Path,
    cancel: threading.Event,
    seconds: float,
    trials: int | None,
    preparation: Preparation,
) -> Generator[SearchEvent, None, SearchResult]:
    """`search` in a folder that nobody else writes."""
    begin_search(folder, recipe, source)
    begin = time.monotonic()
    store = folder / ".films.tmp"
    study = _study(folder, recipe.seed)
    best = _best(study, recipe)
    try:
        material = yield from prepare_training_data(source, recipe, preparation, store, cancel)
        if material is None:
            return best
        _check_data(study, material)
        with keep_awake() as sentence:
            yield Noted(sentence)
            tried, start = 0, time.monotonic()
            while not cancel.is_set() and (trials is None or tried < trials):
                now = time.monotonic()
                if tried and now - begin + (now - start) / tried / 2 > seconds:
                    break
                trial = study.ask()
                yield from _one_trial(study, trial, source, recipe, material, folder, cancel, preparation)
                tried += 1
    finally:
        store.unlink(missing_ok=True)
    return _best(study, recipe)


class _Ours:
    """No lock, for `lock_output` has the folder: Optuna's own outlives a killed process and wants symbolic links."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        """Nothing was taken."""


def _study(folder: Path, seed: int) -> optuna.Study:
    """The search in `folder`, new or continued; trials that were interrupted count as failed."""
    path = folder / JOURNAL
    try:
        if path.exists():
            cut_torn_line(path)
        storage = JournalStorage(JournalFileBackend(str(path), _Ours()))  # type: ignore[arg-type]
        study = optuna.create_study(
            study_name="search",
            storage=storage,
            direction="maximize",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=seed + len(list(folder.glob("trial-*")))),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=TRIALS_BEFORE_PRUNING, n_warmup_steps=1),
        )
    except (OSError, ValueError, KeyError) as error:
        sentence = tr("{path} cannot be read as a search. Choose another folder.", path=path)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error
    for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    return study


def _check_data(study: optuna.Study, material: TrainingData) -> None:
    """Keep which films the search is about. Raises JobFailed (nothing_to_resume) where it was about others before."""
    fingerprint = data_fingerprint(material.dataset)
    if study.user_attrs.get("data", fingerprint) != fingerprint:
        sentence = tr("The films, labels or splits changed since this search began. Begin a new one.")
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    study.set_user_attr("data", fingerprint)


def _varied(recipe: Recipe, ask: Any) -> Recipe:
    """The recipe with what `ask`, a trial or the parameters of one, proposes."""
    strength = ask.suggest_float("augmentation_strength", 0.0, STRONGEST)
    return replace(
        recipe,
        learning_rate=ask.suggest_float("learning_rate", 1e-4, 1e-2, log=True),
        batch_size=ask.suggest_categorical("batch_size", BATCH_SIZES),
        optimizer=Optimizer(ask.suggest_categorical("optimizer", tuple(Optimizer))),
        depth=Depth(ask.suggest_categorical("depth", tuple(Depth))),
        augmentation=recipe.augmentation.scaled(strength),
    )


def _one_trial(
    study: optuna.Study,
    trial: optuna.Trial,
    source: Path,
    recipe: Recipe,
    material: TrainingData,
    folder: Path,
    cancel: threading.Event,
    preparation: Preparation,
) -> Generator[SearchEvent, None, None]:
    """Train one proposal without its test films, tell Optuna every epoch, and stop where it sees no hope."""
    proposal = replace(_varied(recipe, trial), name=f"trial {trial.number + 1}")
    run_dir = folder / f"trial-{trial.number + 1:03}"
    check_writable(run_dir)
    begin_run(run_dir, proposal, preparation, resume=False)
    training = Training(proposal, material, run_dir, cancel, seals_test=True)
    training.begin(source)
    best, pruned = 0.0, False
    try:
        with closing(training.run(resume=False)) as events:
            for event in events:
                yield event
                if isinstance(event, EpochEnded):
                    best = event.validation_auc if event.is_best else best  # that of the model which is kept
                    trial.report(event.validation_auc, event.epoch)
                    pruned = trial.should_prune()
                    if pruned:
                        break
    except JobFailed as error:
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
        if error.reason is not Reason.RECIPE_INVALID:
            raise
        sentence = tr("Trial {number}: {sentence}", number=trial.number + 1, sentence=error.sentence)
        yield Noted(sentence, Severity.WARNING)
        return
    if cancel.is_set():
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
        return
    study.tell(trial, best, state=optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.COMPLETE)
    training.end()
    yield TrialEnded(trial.number + 1, proposal, best, pruned, run_dir)


def _best(study: optuna.Study, recipe: Recipe) -> SearchResult:
    """What the search knows so far."""
    done = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    pruned = len(study.get_trials(states=(optuna.trial.TrialState.PRUNED,)))
    if not done:
        return SearchResult(None, None, 0, pruned)
    top = max(done, key=lambda trial: trial.value or 0.0)
    found = replace(_varied(recipe, optuna.trial.FixedTrial(top.params)), name=f"{recipe.name} searched")
    return SearchResult(found, top.value, len(done), pruned)
