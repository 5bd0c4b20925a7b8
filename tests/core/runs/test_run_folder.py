"""The files of a run."""

import numpy as np

from core.runs.run_folder import read_predictions, write_predictions


def test_answers_near_certainty_keep_their_order(tmp_path):
    rows = np.array([1 - 1e-9, 1 - 2e-9, 3e-9, 1e-9])
    write_predictions(tmp_path, list("abcd"), ["X"] * 4, rows)
    assert [row[0] for _, row in read_predictions(tmp_path).values()] == list(rows)
