"""What was decided about a model at this place."""

import pytest

from core.models.model_header import read_header
from core.models.operating_point import Goal, Wish
from core.models.point_selection import select_point
from core.screening.screening import screen
from core.system.errors import JobFailed
from tests.factories import drained


def test_a_damaged_record_stops_work_instead_of_changing_answers(model, local_films, tmp_path, cancel):
    select_point(read_header(model), Wish(Goal.THRESHOLD, 0.9))
    (record,) = (tmp_path / "app-data").rglob("models/*.json")
    record.write_text(record.read_text()[:-20])
    with pytest.raises(JobFailed, match="Restore it, or delete it"):
        drained(screen(local_films, tmp_path / "r.csv", model, cancel))
