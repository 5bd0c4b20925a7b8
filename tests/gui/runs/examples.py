"""Trainings that never took place."""

from dataclasses import replace
from pathlib import Path

from core.runs.epoch_log import EpochEnded
from core.runs.run_folder import RunCard
from core.runs.run_list import Run
from tests.factories import QUICK

METRICS = {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}, "roc_auc": {"value": 0.95, "low": 0.9, "high": 0.99}}


def epoch(number, loss, is_best=False):
    return EpochEnded(number, 3, loss, 0.8, loss, 0.8, 1 - loss / 2, 0.9, 0.6, 1e-3, 30.0, 45.0, is_best)


EPOCHS = (epoch(1, 0.7, is_best=True), epoch(2, 0.4, is_best=True), epoch(3, 0.5))


def run(name, folder=Path("runs"), epochs=EPOCHS, metrics=METRICS, is_resumable=False, uses=1, note=""):
    card = RunCard(name, note, "films", "0123abcd", "2026-01-01T12:34:56+01:00")
    return Run(folder / name, card, replace(QUICK, name="best"), epochs, metrics, is_resumable, uses)
