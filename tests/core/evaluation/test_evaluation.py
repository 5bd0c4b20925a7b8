"""What an evaluation knows of its films."""

import numpy as np

from core.evaluation.evaluate import evaluate
from tests.factories import drained


def test_mistakes_and_cells_are_the_films_they_say(model, local_films, cancel):
    _, evaluation = drained(evaluate(model, local_films, None, cancel))
    calls, labels = evaluation.predicted_labels(), evaluation.predictions.labels
    wrong = evaluation.mistakes()
    assert sorted(wrong) == np.flatnonzero(calls != labels).tolist()
    for truth in (0, 1):
        for called in (0, 1):
            cell = evaluation.films_in_cell(truth, called)
            assert len(cell) == evaluation.figures.confusion[truth][called]
            assert all(labels[cell] == truth)
            certain = evaluation.probabilities[cell] if called else 1 - evaluation.probabilities[cell]
            assert (np.diff(certain) <= 0).all()
