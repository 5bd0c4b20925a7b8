"""Labels that the model contradicts."""

import numpy as np
import pytest

from core.datasets.events import FindingKind
from core.evaluation.label_errors import find_contradicted_labels, find_label_errors
from core.system.errors import JobFailed, Reason
from tests.factories import drained, write_films


def test_wrong_labels_are_found(model, tmp_path, cancel):
    data = write_films(tmp_path / "data", 40, first=2000)
    wrong = {data / "NORMAL" / f"swapped{seed}.png" for seed in (2003, 2017)}
    for path, seed in zip(sorted(wrong), (2003, 2017), strict=True):
        (data / "PNEUMONIA" / f"P{seed}.png").rename(path)
    _, finding = drained(find_label_errors(data, model, cancel))
    assert finding.kind is FindingKind.DOUBTFUL
    assert wrong <= set(finding.files[:8])


def test_contradicted_films_are_those_that_fit_another_class_better():
    labels = np.array([0] * 5 + [1] * 5)
    positive = np.array([0.1, 0.2, 0.15, 0.1, 0.95, 0.9, 0.85, 0.9, 0.4, 0.05])
    probabilities = np.stack([1 - positive, positive], axis=1)
    assert find_contradicted_labels(labels, probabilities).tolist() == [9, 4]


def test_a_class_that_loses_its_films_to_damage_is_refused_with_a_sentence(model, tmp_path, cancel):
    data = write_films(tmp_path / "data", 12)
    for path in (data / "NORMAL").iterdir():
        path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(JobFailed) as failure:
        drained(find_label_errors(data, model, cancel))
    assert failure.value.reason is Reason.DATASET_INVALID
    assert "NORMAL" in failure.value.sentence
