"""Jobs on unlabelled films."""

import threading

import pytest

from core.screening.screening import screen
from core.system.errors import JobFailed
from gui.jobs.screening_jobs import export_dicom_job
from tests.factories import drained, write_few_films


def test_the_film_of_a_row_is_written_as_dicom(tmp_path):
    films = write_few_films(tmp_path / "films")
    _, result = drained(screen(films, tmp_path / "r.csv", None, threading.Event()))
    job = export_dicom_job(films, result.rows[1], None, tmp_path / "out", True, None)
    _, written = drained(job(threading.Event()))
    assert written.name.startswith("1-")
    (films / "0.png").replace(films / "1.png")
    with pytest.raises(JobFailed, match=r"1\.png: It has changed"):
        drained(job(threading.Event()))
