"""A clock that is set back, or a machine that slept: names, times left and complete films do not depend on it."""

import ast
import os
from datetime import datetime, timedelta

import pytest
from PIL import Image

from core.films.phantoms import draw_phantom
from core.screening.file_state import observe
from core.screening.folder_listing import ListedFile
from core.screening.reader_calls import calls_path
from core.screening.results_csv import partial_path
from core.screening.watch_folder import STILL_POLLS, Arrivals
from core.system import app_folders
from core.system.app_folders import new_timestamped_path
from tests.faults.program import ROOT

WALL_CLOCK = {"time.time", "time.time_ns"}


class Clock(datetime):
    """A wall clock that stands."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 10, 25, 2, 30, tzinfo=tz)


@pytest.mark.parametrize("after", ["-screening.csv", "-fast", ""])
def test_an_hour_that_comes_twice_leads_to_no_earlier_result(tmp_path, monkeypatch, after):
    monkeypatch.setattr(app_folders, "datetime", Clock)
    made = []
    for kind in ("file", "unfinished", "calls", "folder"):
        path = new_timestamped_path(tmp_path, after)
        assert path not in made
        made.append(path)
        match kind:
            case "file":
                path.touch()
            case "unfinished":
                partial_path(path).touch()
            case "calls":
                calls_path(path).touch()
            case "folder":
                path.mkdir()
    assert len({path.name for path in made}) == 4


def test_a_film_whose_time_lies_in_the_future_or_past_is_complete_all_the_same(tmp_path):
    arrivals, files = Arrivals(), {}
    for name, hours in (("future.png", 5), ("past.png", -5), ("epoch.png", None)):
        path = tmp_path / name
        Image.fromarray(draw_phantom(1, True, 96)).save(path)
        when = 0 if hours is None else (datetime.now() + timedelta(hours=hours)).timestamp()
        os.utime(path, (when, when))
        files[name] = ListedFile(name, path, state=observe(path))
    looks = [arrivals.find_complete(files, set()) for _ in range(STILL_POLLS + 1)]
    assert [len(ready) for ready in looks] == [0] * STILL_POLLS + [3]


def test_no_duration_is_taken_from_the_wall_clock():
    found = []
    for path in (*(ROOT / "core").rglob("*.py"), *(ROOT / "gui").rglob("*.py"), ROOT / "main.py"):
        attributes = (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Attribute))
        found += [f"{path.name}:{node.lineno}" for node in attributes if ast.unparse(node) in WALL_CLOCK]
    assert not found
