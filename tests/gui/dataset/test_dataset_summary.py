"""Sentences on the open dataset."""

from pathlib import Path

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from core.datasets.events import AuditResult
from core.datasets.preparation import AS_IT_IS
from core.jobs.events import Progressed, Stage
from gui.dataset.dataset_summary import format_progress, format_summary


def result(split, **fields):
    film = Film(Path("films/a.png"), 0, "p", split)
    dataset = Dataset(Path("films"), ("NORMAL", "PNEUMONIA"), (film,), **fields)
    return AuditResult(AS_IT_IS, dataset, None, (), (), (), {}, {}, (), completed=True)


def test_it_counts_films_and_what_was_not_read():
    assert format_summary(Path("films"), result(Split.TEST), False) == "films: 1 films of 1 patients, 0 unreadable."
    text = format_summary(Path("films"), result(None, system_files=2), True)
    assert text.startswith("Synthetic films, not patients. ")
    assert "2 files of the operating system were not read." in text
    assert text.endswith("Missing splits are assigned by patient.")


def test_progress_names_the_stage_and_what_is_known():
    assert format_progress(Progressed(Stage.CHECKING_FILMS, 0, None)).endswith("…")
    assert "3 of 9" in format_progress(Progressed(Stage.CHECKING_FILMS, 3, 9))
    assert format_progress(Progressed(Stage.CHECKING_FILMS, 3, 9, 12.4)).endswith("12 s left")
