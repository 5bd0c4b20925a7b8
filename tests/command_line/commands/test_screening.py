"""`screen`: what it passes on, prints and returns."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import main
from command_line.commands import screening
from core.exports.outbox import Outbox, OutboxResult
from core.screening.chunk_scoring import score_here
from core.screening.events import ScreeningResult
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from tests.factories import draw_film
from tests.faults.hostile_names import small_model


def screened(completed=True, refused=0, failed=0):
    return ScreeningResult(Path("r.csv"), completed, 9, 9 - refused - failed, refused, failed, "Not validated.", (), ())


def screen_options(**more):
    options = {
        "folder": Path("films"), "output": Path("r.csv"), "model": "bundled", "heatmaps": None,
        "resume": False, "retry_failed": False, "watch": False, "score_anyway": None,
        "move_answered": None, "ray": None, "outbox": None, "identified": False,
    }  # fmt: skip
    return Namespace(**(options | more))


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (screened(), DONE),
        (screened(refused=1), SOME_LEFT_OUT),
        (screened(failed=1), SOME_LEFT_OUT),
        (screened(completed=False, failed=1), INTERRUPTED),
    ],
)
def test_screening_says_what_became_of_the_files(fake, cancel, capsys, result, status):
    calls = fake("core.screening.screening.screen", result)
    options = screen_options(heatmaps=Path("h"), resume=True, move_answered=Path("old"))
    assert screening.run_screen(options, cancel) == status
    assert calls == [(Path("films"), Path("r.csv"), None, cancel, Path("h"), True, False, score_here, Path("old"))]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The job runs."
    assert lines[1] == f"9 files: {result.scored} scored, {result.refused} refused, {result.failed} failed; r.csv"
    assert "not a diagnosis" in lines[3]
    assert ("--resume" in lines[-1]) == (status == INTERRUPTED)


def test_a_folder_is_watched_on_demand(fake, cancel):
    calls = fake("core.screening.watch_folder.watch", screened())
    assert screening.run_screen(screen_options(watch=True, move_answered=Path("old")), cancel) == DONE
    assert calls == [(Path("films"), Path("r.csv"), None, cancel, Path("old"))]


@pytest.mark.parametrize(("left", "without", "status"), [(0, 0, DONE), (2, 0, SOME_LEFT_OUT), (2, 2, SOME_LEFT_OUT)])
def test_screening_says_what_came_into_the_outbox(fake, cancel, capsys, left, without, status):
    outbox = fake("core.exports.outbox.fill_outbox", OutboxResult(screened(), 7, left, without))
    assert screening.run_screen(screen_options(outbox=Path("out"), identified=True), cancel) == status
    assert outbox[0][1:] == (Outbox(Path("films"), Path("r.csv"), Path("out"), True), None, cancel)
    said = capsys.readouterr().out
    assert "7 answers were put into out." in said
    assert ("2 films name no study" in said) == (without == 2)
    assert ("2 answers are not there yet" in said) == (left > without)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--identified",), "--identified needs --outbox"),
        (("--watch", "--heatmaps", "maps"), "--watch makes no heat maps"),
        (("--outbox", "old/out", "--move-answered", "old"), "apart from each other"),
    ],
)
def test_options_that_exclude_each_other_are_refused(options, why, capsys):
    with pytest.raises(SystemExit) as usage:
        main.main(["screen", "films", "--output", "r.csv", *options])
    assert usage.value.code == 2
    assert why in capsys.readouterr().err


# a film that was refused


@pytest.fixture
def refused(tmp_path, capsys):
    """A folder with a film and a colour photograph, and its list."""
    folder = tmp_path / "films"
    folder.mkdir()
    draw_film(1, 1, 128).save(folder / "a.png")
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    Image.fromarray(noise).save(folder / "photo.png")
    (folder / "notes.txt").write_text("no film")
    screen = ("screen", folder, "--output", tmp_path / "r.csv", "--model", small_model())
    assert main.main([*map(str, screen)]) == SOME_LEFT_OUT
    capsys.readouterr()
    return lambda *more: main.main([*map(str, (*screen, *more))])


def test_a_refused_film_is_scored_anyway_and_keeps_its_reason(refused, tmp_path, capsys):
    assert refused("--score-anyway", tmp_path / "films" / "photo.png") == DONE
    said = capsys.readouterr().out
    assert said.startswith("photo.png: ")
    assert "although it was refused (colour_photo)" in said
    assert "not a diagnosis" in said
    assert "\nphoto.png,scored,colour_photo," in (tmp_path / "r.csv").read_text()
    for name, why in (("photo.png", "photo.png was not refused."), ("notes.txt", "cannot be scored (not_an_image)")):
        assert refused("--score-anyway", name) == 1
        assert why in capsys.readouterr().err


def test_only_a_film_of_a_complete_list_is_scored_anyway(refused, tmp_path, capsys):
    (tmp_path / "r.csv").rename(tmp_path / "r.csv.partial")
    assert refused("--score-anyway", "photo.png") == 1
    assert "is not complete" in capsys.readouterr().err
    for more in (("--resume",), ("--watch",), ("--retry-failed",), ("--heatmaps", tmp_path), ("--outbox", tmp_path)):
        with pytest.raises(SystemExit) as usage:
            refused("--score-anyway", "photo.png", *more)
        assert usage.value.code == 2
