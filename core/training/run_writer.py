"""Write the files of a training into its run folder: card, splits, best model, and test figures."""

import json
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.datasets.entries import Split
from core.inference.grad_cam import fit_heat_scale
from core.inference.int8_fitting import keep_graph
from core.input_checks.drift import DRIFT, SCORE, Reference, measure_films
from core.input_checks.gate import fit_gate
from core.input_checks.likeness import LIKENESS, Likeness, Mask
from core.jobs.events import Noted, Severity
from core.metrics.figures import Figures, compute_figures, to_json_object
from core.metrics.intervals import group_numbers
from core.models.calibration import Calibration, fit_calibration
from core.models.int8_form import INT8, Int8Form
from core.models.model_file import Model, load_model, save_model
from core.models.model_gate import read_bundled_gate
from core.models.model_header import ACCEPTED, AGES, FILMS, GATE, HEAT_SCALE, VALIDATION, read_header
from core.models.predictions import Predictions
from core.networks.architectures import Network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import OperatingPoint, Recipe
from core.recipes.recipe_json import to_json_object as recipe_json
from core.runs.epoch_log import EVENTS, EpochEnded, log_epoch, total_seconds
from core.runs.kept_files import KeptFiles
from core.runs.run_folder import (
    CARD,
    CHECKPOINT,
    METRICS,
    MODEL,
    PREPARATION,
    RECIPE,
    SPLITS,
    RunCard,
    check_card,
    data_fingerprint,
    read_card,
    write_card,
    write_predictions,
    write_splits,
)
from core.runs.test_set_use import count_use
from core.system.errors import JobFailed, Reason
from core.system.files import escape_undecodable, write_text_atomically
from core.system.language import tr
from core.system.product import NOTICE
from core.training.checkpoint import load_checkpoint, save_checkpoint
from core.training.events import TrainingResult
from core.training.learner import Learner
from core.training.progress import TrainingProgress
from core.training.training_data import TrainingData

KEPT: Final = (RECIPE, PREPARATION, SPLITS, CARD, EVENTS, MODEL)
REFERENCE_FILMS: Final = 2000  # at most so many validation films make up the reference for drift


class RunWriter:
    """Writes a training's files, and holds what describes its best model.

    fingerprint: of the dataset.
    """

    def __init__(self, run_dir: Path, recipe: Recipe, data: TrainingData) -> None:
        self.run_dir = run_dir
        self.fingerprint = data_fingerprint(data.dataset, data.codes)
        self.recipe, self.data = recipe, data
        self._source = ""  # of the dataset, set by begin
        self._kept = KeptFiles(run_dir)
        self._calibration: Calibration | None = None  # of the best model, None before there is one
        self._codes = {split.value: [data.codes[film.path] for film in data.dataset.of_split(split)] for split in Split}
        # entries of the model's header. VALIDATION: predictions. DRIFT: reference, measures of the
        # validation films. LIKENESS and INT8: only of the tested model.
        self._entries: dict[str, Any] = dict.fromkeys((VALIDATION, FILMS, DRIFT, GATE, HEAT_SCALE, LIKENESS, INT8))
        self._entries[FILMS] = self._codes

    @property
    def model(self) -> Path:
        """Path of the model file."""
        return self.run_dir / MODEL

    def begin(self, source: Path, resumed: bool = False) -> None:
        """Write the run's card and splits; of a run that is resumed only a card that is missing.

        What a resumed run has is written by `resume`, after its films were found to be the same.
        Raises JobFailed for a damaged card.
        """
        self._source = escape_undecodable(str(source.absolute()))
        if resumed and (self.run_dir / CARD).exists():
            check_card(self.run_dir)
            return
        if not resumed:
            write_splits(self.run_dir, self.data.dataset)
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        name = escape_undecodable(self.run_dir.name)
        write_card(self.run_dir, RunCard(name, "", self._source, self.fingerprint, started))
        self._kept.keep(*KEPT)

    def resume(self, learner: Learner) -> TrainingProgress:
        """Restore the learner from the checkpoint, and write where the films are now: they may have moved.

        Raises JobFailed (nothing_to_resume), also if the best model so far is missing or damaged.
        """
        progress, self._calibration = load_checkpoint(self.run_dir / CHECKPOINT, learner, self.fingerprint)
        try:
            if self._calibration is not None:
                load_model(self.model)
        except JobFailed as error:
            sentence = tr(
                "{sentence} The training cannot be resumed without it; start a new one in another folder.",
                sentence=error.sentence,
            )
            raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error
        write_card(self.run_dir, replace(read_card(self.run_dir), dataset=self._source))
        write_splits(self.run_dir, self.data.dataset)
        self._kept.keep(*KEPT)
        return progress

    def save_checkpoint(self, learner: Learner, progress: TrainingProgress) -> None:
        """Write what `resume` needs after the present epoch."""
        save_checkpoint(self.run_dir / CHECKPOINT, learner, self.fingerprint, progress, self._calibration)

    def log_epoch(self, ended: EpochEnded) -> None:
        """Append the epoch to the run's log."""
        log_epoch(self.run_dir, ended)
        self._kept.keep(EVENTS)

    def restore_files(self) -> Generator[Noted, None, None]:
        """Write the files of the run again that were lost or damaged meanwhile, and say so.

        Raises JobFailed if they cannot be written.
        """
        if lost := self._kept.restore():
            sentence = tr(
                "Files of this training were removed or changed while it ran, and were written again to {folder}: "
                "{names}.",
                folder=self.run_dir,
                names=", ".join(lost),
            )
            yield Noted(sentence, Severity.WARNING)

    def end(self) -> None:
        """Write the training's duration to the card, and delete the checkpoint."""
        self._kept.restore()
        write_card(self.run_dir, replace(read_card(self.run_dir), seconds=total_seconds(self.run_dir)))
        (self.run_dir / CHECKPOINT).unlink(missing_ok=True)

    def make_result(
        self, progress: TrainingProgress, completed: bool, figures: Figures | None = None
    ) -> TrainingResult:
        """Return the result of a training that ends, cancelled or not."""
        if self._calibration is None:
            return TrainingResult(self.run_dir, completed, epochs_done=progress.epoch)
        threshold = self._calibration.threshold
        return TrainingResult(
            self.run_dir, completed, self.model, progress.best_epoch, progress.epoch, threshold, figures
        )

    def save_best_model(
        self, network: Network, preprocessing: Preprocessing, logits: npt.NDArray[np.float32], epoch: int
    ) -> None:
        """Write the model of `epoch`, calibrated on the validation films.

        logits: of the validation films (n, outputs).
        """
        validation = self.data.splits[Split.VALIDATION]
        balanced = self.recipe.operating_point is OperatingPoint.BALANCED
        calibration = fit_calibration(logits, validation.labels, self.recipe.calibrate, balanced)
        self._calibration = calibration
        patients = group_numbers(validation.patients)
        codes = tuple(self._codes[Split.VALIDATION])
        self._entries[VALIDATION] = Predictions(validation.labels, logits, patients, codes).to_json_object()
        measures = measure_films(validation.pixels[:REFERENCE_FILMS])
        if logits.shape[1] == 1:
            measures[SCORE] = calibration.probabilities(logits)
        self._entries[DRIFT] = Reference(measures).to_json_object()
        self._entries[HEAT_SCALE] = fit_heat_scale(
            network, self.recipe.architecture, preprocessing, validation.pixels, validation.labels
        )
        if self._entries[GATE] is None:  # the films stay the same from epoch to epoch
            gate = fit_gate(self.data.splits[Split.TRAINING].pixels, validation.pixels, read_bundled_gate())
            self._entries[GATE] = gate.to_json_object() if gate else None
        self._save_model(network, preprocessing, calibration, epoch, metrics=None)

    def save_tested_model(
        self,
        model: Model,
        logits: npt.NDArray[np.float32],
        likeness: Likeness | None = None,
        unlike: Mask | None = None,
        fitted: tuple[Int8Form, bytes] | None = None,
    ) -> Figures:
        """Write predictions, figures and use count of the test films; add the figures to the model.

        model: the best one, as loaded from the run. logits: of the test films (n, outputs). likeness:
        what its training films look like to it; unlike: which validation films are unlike them,
        (n,); both None for too few films. fitted: its 8-bit form and the graph of it, which is kept
        for screening on this computer.
        """
        test, dataset = self.data.splits[Split.TEST], self.data.dataset
        calibration, content = model.calibration, model.header.content
        probabilities = calibration.probabilities(logits)
        figures = compute_figures(test.labels, probabilities, calibration.threshold, dataset.classes, test.patients)
        metrics = to_json_object(figures)
        # after a resume these are only in the model file
        self._entries |= {key: content.get(key) for key in (VALIDATION, DRIFT, GATE, HEAT_SCALE)}
        if likeness is not None and model.header.validation is not None:
            self._entries[LIKENESS] = likeness.to_json_object()
            self._entries[VALIDATION] = replace(model.header.validation, unlike=unlike).to_json_object()
        films = dataset.of_split(Split.TEST)
        names = [dataset.name_of(film.path) for film in films]
        write_predictions(self.run_dir, names, [dataset.classes[film.label] for film in films], probabilities)
        count_use(self.model, model.header, self._codes[Split.TEST], by_training=True)
        write_text_atomically(self.run_dir / METRICS, json.dumps(metrics, indent=2) + "\n")
        self._entries[INT8] = fitted[0].to_json_object() if fitted else None
        self._save_model(model.network, model.preprocessing, calibration, content["best_epoch"], metrics)
        if fitted and fitted[0].is_accepted:
            keep_graph(read_header(self.model), fitted[1])
        return figures

    def _save_model(
        self,
        network: Network,
        preprocessing: Preprocessing,
        calibration: Calibration,
        epoch: int,
        metrics: dict[str, Any] | None,
    ) -> None:
        content = {
            "recipe": recipe_json(self.recipe),
            "data_fingerprint": self.fingerprint,
            "films": {split.value: len(self.data.splits[split].labels) for split in Split},
            "best_epoch": epoch,
            "metrics": metrics,
            **self._entries,
            ACCEPTED: list(self.data.accepted),
            AGES: list(self.data.ages) if self.data.ages else None,
            "licence": f"Weights belong to whoever trained them. {NOTICE}",
        }
        architecture, classes = self.recipe.architecture, self.data.dataset.classes
        save_model(self.model, architecture, classes, network, preprocessing, calibration, content)
        self._kept.keep(MODEL)
