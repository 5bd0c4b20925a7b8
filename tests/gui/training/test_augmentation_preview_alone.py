"""The preview of augmentation, with jobs that end at once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.system.errors import JobFailed, Reason
from core.training.events import Preview
from gui.jobs.jobs import JobState
from gui.training import augmentation_preview
from gui.training.augmentation_preview import FILM_PX, VARIANTS, AugmentationPreview
from tests.factories import QUICK
from tests.gui.person import click

FILM = Path("film\u202e.png")


class Form:
    """A form whose recipe can be changed, and can be wrong."""

    def __init__(self):
        self.degrees = 5.0

    def recipe(self):
        if self.degrees < 0:
            raise JobFailed(Reason.RECIPE_INVALID, "The rotation is negative.")
        return replace(QUICK, augmentation=replace(QUICK.augmentation, rotation_degrees=self.degrees))


@pytest.fixture
def form():
    return Form()


@pytest.fixture
def jobs(monkeypatch):
    """Film, degrees and seed of each preview; its films have these degrees as their grey value."""
    jobs = []

    def preview_job(path, augmentation, size_px, count, seed):
        degrees = augmentation.rotation_degrees
        jobs.append((path, degrees, seed))

        def job(_cancel):
            return Preview(path, tuple(np.full((size_px, size_px), degrees, np.uint8) for _ in range(count)))
            yield

        return job

    monkeypatch.setattr(augmentation_preview, "preview_job", preview_job)
    return jobs


@pytest.fixture
def preview(qtbot, form, jobs, monkeypatch):
    monkeypatch.setattr(augmentation_preview, "DELAY_MILLISECONDS", 20)
    preview = AugmentationPreview(form.recipe)
    qtbot.addWidget(preview)
    return preview


def greys(preview):
    pictures = [label.pixmap().toImage() for label in preview.films]
    return {picture.pixelColor(9, 9).red() for picture in pictures if not picture.isNull()}


def test_variants_of_a_film_are_shown(qtbot, preview, jobs):
    with qtbot.waitSignal(preview.work.succeeded):
        preview.show_film(FILM)
    assert preview.isVisible()
    assert jobs == [(FILM, 5.0, 0)]
    assert len(preview.films) == VARIANTS
    assert {label.pixmap().width() for label in preview.films} == {FILM_PX}
    assert greys(preview) == {5}
    assert preview.caption.text() == "film\\u202E.png, randomly changed as in training."


def test_new_random_changes_have_another_seed(qtbot, preview, jobs):
    with qtbot.waitSignal(preview.work.succeeded):
        preview.show_film(FILM)
    with qtbot.waitSignal(preview.work.succeeded):
        click(qtbot, preview, "again")
    assert [seed for *_, seed in jobs] == [0, 1]


def test_a_changed_setting_is_shown_soon_and_once(qtbot, preview, form, jobs):
    with qtbot.waitSignal(preview.work.succeeded):
        preview.show_film(FILM)
    for form.degrees in (6.0, 7.0, 8.0):
        preview.update_soon()
    with qtbot.waitSignal(preview.work.succeeded):
        pass
    assert [degrees for _, degrees, _ in jobs] == [5.0, 8.0]
    assert greys(preview) == {8}


def test_a_setting_changed_during_a_preview_is_shown_after_it(qtbot, preview, form, jobs):
    preview.show_film(FILM)
    form.degrees = 9.0
    click(qtbot, preview, "again")  # the first is still running
    qtbot.waitUntil(lambda: greys(preview) == {9})
    assert len(jobs) == 2


def test_a_closed_window_computes_nothing(qtbot, preview, jobs):
    preview.update_soon()
    with qtbot.waitSignal(preview.work.succeeded):
        preview.show_film(FILM)
    preview.update_soon()
    preview.close()
    with qtbot.assertNotEmitted(preview.work.state_changed, wait=60):
        preview.update_soon()
    assert len(jobs) == 1


def test_settings_that_cannot_be_used_are_explained(qtbot, preview, form, jobs):
    form.degrees = -1.0
    preview.show_film(FILM)
    assert preview.caption.text() == "The rotation is negative."
    assert preview.work.state is JobState.IDLE
    assert jobs == []


def test_a_film_that_cannot_be_read_is_explained(qtbot, preview, monkeypatch):
    def broken(_cancel):
        raise JobFailed(Reason.DATASET_INVALID, "The film is damaged.")
        yield

    monkeypatch.setattr(augmentation_preview, "preview_job", lambda *_: broken)
    with qtbot.waitSignal(preview.work.failed):
        preview.show_film(FILM)
    assert preview.caption.text() == "The film is damaged."
