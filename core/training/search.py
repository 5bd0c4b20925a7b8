"""Search for a better recipe within a time budget, on validation films only. Every trial is a run.

Optuna (Akiba et al. 2019) proposes recipes and stops unpromising trials early.
"""

import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Noted, Severity
from core.recipes.recipe import Recipe
from core.runs.epoch_log import EpochEnded
from core.runs.run_folder import begin_run
from core.system.errors import JobFailed, Reason
from core.system.files import check_writable
from core.system.keep_awake import keep_awake
from core.system.language import tr
from core.training.events import SearchResult, TrainingResult, TrialEnded
from core.training.run_writer import RunWriter
from core.training.search_study import SearchStudy, join_search
from core.training.training import TrainingEvent, run_training
from core.training.training_data import FILMS_STORE, TrainingData, prepare_training_data

SearchEvent = TrainingEvent | TrialEnded


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

    The best one has the highest AUC on validation films; it is also written to `folder`. Runs are
    written to `folder`/trial-NNN. An earlier search in `folder` is continued, and one that still runs
    is joined: `seconds` and `trials` are of this process, the best one that of all. At least one trial
    is run; another begins only if half its expected time is left, and is then not cut short. If
    cancelled, returns the best so far.
    Raises JobFailed as a training does; nothing_to_resume if the search in `folder` is about
    another recipe or other films.
    """
    check_writable(folder)
    with join_search(folder, recipe, source) as study:
        begin = time.monotonic()
        store = study.worker / FILMS_STORE
        data = yield from prepare_training_data(source, recipe, preparation, store, cancel)
        if data is not None:
            study.check_data(data)
            runner = _TrialRunner(study, source, data, cancel, preparation)
            with keep_awake() as sentence:
                yield Noted(sentence)
                yield from runner.run_trials(begin, seconds, trials)
        return study.find_best()


@dataclass(frozen=True, slots=True)
class _TrialRunner:
    """Runs the trials of a search, each a training without its test films."""

    study: SearchStudy
    source: Path
    data: TrainingData
    cancel: threading.Event
    preparation: Preparation

    def run_trials(self, begin: float, seconds: float, trials: int | None) -> Generator[SearchEvent, None, None]:
        """Run trials until `seconds` after `begin`, a time.monotonic(), but at most `trials`."""
        done, start = 0, time.monotonic()
        while not self.cancel.is_set() and (trials is None or done < trials):
            now = time.monotonic()
            if done and now - begin + (now - start) / done / 2 > seconds:
                break
            yield from self._run_trial(*self.study.ask())
            done += 1

    def _run_trial(self, trial: optuna.Trial, proposal: Recipe) -> Generator[SearchEvent, None, None]:
        """Train the recipe that `trial` proposes, and report its result to the study."""
        number = trial.number + 1
        run_dir = self.study.folder / f"trial-{number:03}"
        check_writable(run_dir)
        begin_run(run_dir, proposal, self.preparation)
        writer = RunWriter(run_dir, proposal, self.data)
        writer.begin(self.source)
        training = run_training(writer, self.cancel, skips_test=True)
        try:
            auc, pruned = yield from _train_until_pruned(training, trial)
        except UpdateFinishedTrialError:
            sentence = tr("Trial {number} is given up: this process had lost its lock for a while.", number=number)
            yield Noted(sentence, Severity.WARNING)
            return
        except JobFailed as error:
            self.study.tell(trial, TrialState.FAIL)
            if error.reason is not Reason.RECIPE_INVALID:
                raise
            sentence = tr("Trial {number}: {sentence}", number=number, sentence=error.sentence)
            yield Noted(sentence, Severity.WARNING)
            return
        if self.cancel.is_set():
            self.study.tell(trial, TrialState.FAIL)
            return
        writer.end()
        if pruned:
            self.study.tell(trial, TrialState.PRUNED)  # Optuna takes the last AUC that was reported
        else:
            self.study.tell(trial, TrialState.COMPLETE, auc)
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
