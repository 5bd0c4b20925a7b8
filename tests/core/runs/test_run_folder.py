"""The files of a run."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from core.datasets.preparation import AS_IT_IS
from core.runs.run_folder import check_new_run, data_fingerprint, read_predictions, write_predictions
from core.runs.search_file import begin_search
from core.system.errors import JobFailed
from tests.factories import QUICK


def test_answers_near_certainty_keep_their_order(tmp_path):
    rows = np.array([1 - 1e-9, 1 - 2e-9, 3e-9, 1e-9])
    write_predictions(tmp_path, list("abcd"), ["X"] * 4, rows)
    assert [row[0] for _, row in read_predictions(tmp_path).values()] == list(rows)


def test_a_fingerprint_stays_what_it_is_from_version_to_version():
    """Runs that were begun earlier compare it: with another value, FINGERPRINT_VERSION of the search is raised too."""
    films = [Film(Path(f"{number}.png"), number % 2, "p", split) for number, split in enumerate(Split)]
    codes = {film.path: film.path.stem * 64 for film in films}
    assert data_fingerprint(Dataset(Path(), ("NORMAL", "PNEUMONIA"), tuple(films)), codes) == "79486387"


def test_a_training_does_not_begin_in_the_folder_of_a_search(tmp_path):
    check_new_run(tmp_path, QUICK, AS_IT_IS)
    begin_search(tmp_path, QUICK, tmp_path / "films")
    with pytest.raises(JobFailed, match=r"search\.json exists"):
        check_new_run(tmp_path, QUICK, AS_IT_IS)
