"""The Optuna study of a search, which several processes on one computer or several may share.

Each of them, a worker, holds the lock of a folder of its own while it works, so that the running
trials of a killed worker are known. Workers change the study in turns, under the lock of the
search's folder. Optuna's journal is plain JSON lines.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from core.recipes.recipe import Depth, Optimizer, Recipe
from core.recipes.recipe_json import format_recipe, save_recipe
from core.runs.run_folder import data_fingerprint
from core.runs.search_file import BEST, JOURNAL, begin_search
from core.system.errors import JobFailed, Reason
from core.system.file_locks import TurnLock, is_locked, lock_output, remove_leftovers
from core.system.files import cut_torn_line, explain_write_errors, open_private
from core.system.language import tr
from core.system.outputs import OutputKind, check_output, exact_kind
from core.training.events import SearchResult
from core.training.training_data import TrainingData

BATCH_SIZES: Final = (8, 16, 32, 64)
TRIALS_BEFORE_PRUNING: Final = 4
FINGERPRINT_VERSION: Final = 2  # to be raised whenever data_fingerprint counts something else
MAX_STRENGTH: Final = 1.5  # times the recipe's augmentation
WORKER: Final = "worker"  # attribute of a trial, and start of the names of the workers' folders
optuna.logging.set_verbosity(logging.WARNING)


@contextmanager
def join_search(folder: Path, recipe: Recipe, source: Path) -> Iterator["SearchStudy"]:
    """Begin the search in `folder` or join it, as a worker until the context ends.

    Raises JobFailed: nothing_to_resume if the search there cannot be read or is about another recipe
    or dataset; in_use if another program holds the folder; output_not_writable.
    """
    lock = TurnLock(folder)
    with ExitStack() as stack:
        with lock:
            remove_leftovers(folder)
            begin_search(folder, recipe, source)
            study = _open_study(folder / JOURNAL, lock)
            with explain_write_errors(folder):
                worker = Path(tempfile.mkdtemp(dir=folder, prefix=f"{WORKER}-"))
            stack.callback(_remove_worker, worker)
            stack.enter_context(lock_output(worker))
            joined = SearchStudy(study, lock, folder, worker, recipe)
            joined.check_best()
        yield joined


def _open_study(path: Path, lock: TurnLock) -> optuna.Study:
    """Open the study whose journal is at `path`, a new one if it is empty or missing."""
    try:
        os.close(open_private(path, os.O_RDWR))
        journal_lock: Any = _JournalLock(path, lock)
        cut_torn_line(path)
        return optuna.create_study(
            study_name="search",
            storage=JournalStorage(JournalFileBackend(str(path), journal_lock)),
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=TRIALS_BEFORE_PRUNING, n_warmup_steps=1),
        )
    except (OSError, ValueError, KeyError) as error:
        sentence = tr("{path} is not a readable search. Choose another folder.", path=path)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error


@dataclass(frozen=True, slots=True)
class _JournalLock:
    """What Optuna locks the journal at `path` with before it appends.

    Optuna's own locks are files that outlive a killed process.
    """

    path: Path
    lock: TurnLock

    def acquire(self) -> bool:
        """Wait for the lock, and cut off what a worker was writing when it was killed."""
        self.lock.acquire()
        cut_torn_line(self.path)
        return True

    def release(self) -> None:
        """Release the lock."""
        self.lock.release()


@dataclass(frozen=True, slots=True)
class SearchStudy:
    """The study in `folder` that varies `recipe`, as the worker with the folder `worker` sees it."""

    study: optuna.Study
    lock: TurnLock
    folder: Path
    worker: Path
    recipe: Recipe

    def check_best(self) -> None:
        """Raise JobFailed (output_not_writable) if the file of the best recipe is none that a search wrote here."""
        trials = self.study.get_trials(states=(TrialState.COMPLETE,))
        kinds = [exact_kind(format_recipe(self._make_recipe(trial.params))) for trial in trials]
        check_output(self.folder / BEST, OutputKind(lambda path: any(kind.is_own(path) for kind in kinds)))

    def check_data(self, data: TrainingData) -> None:
        """Store the dataset's fingerprint. Raises JobFailed (nothing_to_resume) if it is that of other films."""
        present = [FINGERPRINT_VERSION, data_fingerprint(data.dataset, data.codes)]
        with self.lock:
            earlier = self.study.user_attrs.get("data", present)
            if earlier == present:
                self.study.set_user_attr("data", present)
                return
        if isinstance(earlier, list) and earlier[:1] == present[:1]:
            sentence = tr("The films, labels or splits have changed since this search began. Start a new one.")
        else:
            sentence = tr("An earlier version of the program began this search. Start a new one.")
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)

    def ask(self) -> tuple[optuna.Trial, Recipe]:
        """Begin a trial; return it with the recipe to train."""
        with self.lock:
            self._fail_abandoned_trials()
            trial = self.study.ask()
            trial.set_user_attr(WORKER, self.worker.name)
            # a seed for each trial: workers that begin together would otherwise try the same recipes
            self.study.sampler = optuna.samplers.TPESampler(seed=self.recipe.seed + trial.number)
            return trial, replace(_vary_recipe(self.recipe, trial), name=f"trial {trial.number + 1}")

    def tell(self, trial: optuna.Trial, state: TrialState, auc: float | None = None) -> None:
        """Record how a trial ended, and write the best recipe so far, whichever worker found it."""
        with self.lock:
            self.study.tell(trial, auc, state=state, skip_if_finished=True)
            best = self.find_best().recipe
            if best is not None:
                save_recipe(best, self.folder / BEST)

    def find_best(self) -> SearchResult:
        """Return the best recipe of the finished trials of all workers."""
        finished = self.study.get_trials(states=(TrialState.COMPLETE,))
        pruned = len(self.study.get_trials(states=(TrialState.PRUNED,)))
        if not finished:
            return SearchResult(None, None, 0, pruned)
        best = max(finished, key=lambda trial: trial.value or 0.0)
        return SearchResult(self._make_recipe(best.params), best.value, len(finished), pruned)

    def _make_recipe(self, choices: dict[str, Any]) -> Recipe:
        """Return the recipe of a finished trial."""
        return replace(_vary_recipe(self.recipe, optuna.trial.FixedTrial(choices)), name=f"{self.recipe.name} searched")

    def _fail_abandoned_trials(self) -> None:
        """Mark running trials of workers that are gone as failed, and remove what those left."""
        at_work = {self.worker.name}
        for folder in self.folder.glob(f"{WORKER}-*"):
            if is_locked(folder):
                at_work.add(folder.name)
            elif folder != self.worker:
                _remove_worker(folder)
        for trial in self.study.get_trials(states=(TrialState.RUNNING,)):
            if trial.user_attrs.get(WORKER) not in at_work:
                self.study.tell(trial.number, state=TrialState.FAIL)


def _remove_worker(folder: Path) -> None:
    """Remove the folder of a worker that is gone, with its decoded films."""
    with suppress(OSError):
        for path in folder.iterdir():
            path.unlink(missing_ok=True)
        folder.rmdir()


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
