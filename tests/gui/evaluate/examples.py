"""Evaluations of models that never ran, on films that never existed."""

from pathlib import Path

import numpy as np

from core.datasets.dataset import Film
from core.documents.document import Document, Text
from core.evaluation.evaluation import AcceptanceResult, Evaluation, Target
from core.metrics.figures import BinaryFigures, ClassFigures, OneClass, PredictiveValues
from core.metrics.intervals import wilson_interval
from core.models.calibration import Calibration
from core.models.model_header import ModelHeader
from core.models.model_in_use import ModelInUse
from core.models.predictions import Predictions
from core.models.site_record import Acceptance

SOURCE = Path("films")
CARD = Document("Model card", "", (Text("Ethical considerations"),), "")
LABELS = np.array([0, 0, 0, 1, 1, 1])
PROBABILITIES = np.array([0.1, 0.2, 0.8, 0.3, 0.7, 0.9])  # at 0.5 films 2 and 3 are wrong
OF_THREE = wilson_interval(2, 3)
FIGURES = BinaryFigures(
    n=6, patients=5, threshold=0.5, confusion=((2, 1), (1, 2)), accuracy=wilson_interval(4, 6), balanced_accuracy=None,
    f1=None, sensitivity=OF_THREE, specificity=OF_THREE, ppv=OF_THREE, npv=OF_THREE, roc_auc=wilson_interval(8, 9),
    pr_auc=None, brier=None, ece=None,
)  # fmt: skip
CLASSES = ("NORMAL", "BACTERIA", "VIRUS")
CLASS_FIGURES = ClassFigures(
    n=4, patients=4, classes=CLASSES, confusion=((1, 0, 0), (0, 1, 0), (1, 0, 1)), accuracy=wilson_interval(3, 4),
    balanced_accuracy=None, macro_f1=None, macro_auc=None, brier=None, ece=None,
    each=tuple(OneClass(name, 1, wilson_interval(1, 1), None, None, None, None) for name in CLASSES),
)  # fmt: skip


def header(name="resnet 12345678", classes=("NORMAL", "PNEUMONIA"), validation=None):
    threshold = 0.5 if len(classes) == 2 else None
    calibration = Calibration(1.0, threshold, (0.25, 0.75), 0.05)
    return ModelHeader(name, "resnet18", classes, calibration, validation, {"sha256": "0" * 64})


def predictions(labels, probabilities):
    """Predictions with these probabilities: (n,) of class 1, or (n, classes)."""
    odds = probabilities if probabilities.ndim == 2 else (probabilities / (1 - probabilities))[:, None]
    codes = tuple(f"code{number}" for number in range(len(labels)))
    return Predictions(labels, np.log(odds).astype(np.float32), np.arange(len(labels)), codes)


def evaluation(labels=LABELS, probabilities=PROBABILITIES, **changes):
    """An evaluation of six films at the threshold 0.5."""
    values = {
        "header": header(), "source": SOURCE, "predictions": predictions(labels, probabilities),
        "films": tuple(Film(SOURCE / f"{number}.png", int(label), str(number)) for number, label in enumerate(labels)),
        "point": "Threshold 0.5000.", "figures": FIGURES, "three_way": None, "subgroups": (), "looks": 1,
        "at_prevalence": PredictiveValues(0.1, OF_THREE, OF_THREE), "warnings": (), "left_out": (),
        "validation": "Not validated here.", **changes,
    }  # fmt: skip
    return Evaluation(**values)


def evaluation_of_three_classes():
    """Films 0 to 2 are classified correctly, film 3, of the last class, as the first."""
    probabilities = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4], [0.6, 0.2, 0.2]])
    return evaluation(
        np.array([0, 1, 2, 2]), probabilities, header=header(classes=CLASSES), figures=CLASS_FIGURES, at_prevalence=None
    )  # fmt: skip


def summary(name="resnet 12345678", is_accepted=False, validation=None):
    """A model in use, as the Evaluate tab gets it."""
    return ModelInUse(
        header(name, validation=validation), "Threshold 0.5000.", is_accepted, "Not validated here.", CARD
    )


def acceptance(result):
    """The result of an acceptance test with this evaluation."""
    outcome = Acceptance(True, 0.5, "Passed.", 6, "2026-01-01", "Dr. X")
    return AcceptanceResult(result, outcome, Target(), Document("Acceptance form", "", (), ""))
