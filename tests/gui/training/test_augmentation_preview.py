"""The preview of augmentation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QDoubleSpinBox

from core.films.film_reader import read_square
from core.recipes.recipe import Augmentation, Recipe
from core.system.errors import JobFailed, Reason
from core.training.events import Preview
from gui.film.film_picture import to_pixels
from gui.jobs.jobs import JobState
from gui.training import augmentation_preview
from gui.training.augmentation_preview import FILM_PX, VARIANTS, AugmentationPreview
from tests.factories import QUICK, draw_film
from tests.gui.person import click


def test_preview_follows_the_form(qtbot, tab):
    preview = tab.tools.preview_window
    with qtbot.waitSignal(preview.work.ended, timeout=20_000):
        click(qtbot, tab, "preview")
    plain = [label.pixmap().toImage() for label in preview.films]
    assert all(image == plain[0] for image in plain)
    with qtbot.waitSignal(preview.work.ended, timeout=20_000):
        tab.form.findChild(QDoubleSpinBox, "rotation_degrees").setValue(20)
    turned = [label.pixmap().toImage() for label in preview.films]
    assert turned[0] != plain[0]
    assert turned[0] != turned[1]
    with qtbot.waitSignal(preview.work.ended, timeout=20_000):
        click(qtbot, preview, "again")
    assert preview.films[0].pixmap().toImage() != turned[0]
    preview.close()


@pytest.fixture
def preview(qtbot):
    made = AugmentationPreview(lambda: Recipe(augmentation=Augmentation()))
    qtbot.addWidget(made)
    return made


def test_without_changes_every_variant_is_the_film(preview, qtbot, tmp_path):
    draw_film(1, 1, 96).save(tmp_path / "<b>film.png")
    with qtbot.waitSignal(preview.work.ended, timeout=20_000):
        preview.show_film(tmp_path / "<b>film.png")
    expected = read_square(tmp_path / "<b>film.png", FILM_PX)
    for label in preview.films:
        assert (to_pixels(label.pixmap().toImage()) == expected).all()
    assert "<b>film.png" in preview.caption.text()


def test_a_film_that_cannot_be_read_is_said(preview, qtbot, tmp_path):
    (tmp_path / "film.png").write_bytes(b"no film")
    with qtbot.waitSignal(preview.work.ended, timeout=20_000):
        preview.show_film(tmp_path / "film.png")
    assert preview.caption.text()
    assert preview.films[0].pixmap().isNull()


def test_settings_that_contradict_each_other_are_said_and_start_nothing(qtbot, tmp_path):
    def recipe():
        raise JobFailed(Reason.RECIPE_INVALID, "Too few epochs.")

    preview = AugmentationPreview(recipe)
    qtbot.addWidget(preview)
    with qtbot.assertNotEmitted(preview.work.state_changed):
        preview.show_film(tmp_path / "film.png")
    assert preview.caption.text() == "Too few epochs."


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
def faked_preview(qtbot, form, jobs, monkeypatch):
    monkeypatch.setattr(augmentation_preview, "DELAY_MILLISECONDS", 20)
    faked_preview = AugmentationPreview(form.recipe)
    qtbot.addWidget(faked_preview)
    return faked_preview


def greys(faked_preview):
    pictures = [label.pixmap().toImage() for label in faked_preview.films]
    return {picture.pixelColor(9, 9).red() for picture in pictures if not picture.isNull()}


def test_variants_of_a_film_are_shown(qtbot, faked_preview, jobs):
    with qtbot.waitSignal(faked_preview.work.ended):
        faked_preview.show_film(FILM)
    assert faked_preview.isVisible()
    assert jobs == [(FILM, 5.0, 0)]
    assert len(faked_preview.films) == VARIANTS
    assert {label.pixmap().width() for label in faked_preview.films} == {FILM_PX}
    assert greys(faked_preview) == {5}
    assert faked_preview.caption.text() == "film\\u202E.png, randomly changed as in training."


def test_new_random_changes_have_another_seed(qtbot, faked_preview, jobs):
    with qtbot.waitSignal(faked_preview.work.ended):
        faked_preview.show_film(FILM)
    with qtbot.waitSignal(faked_preview.work.ended):
        click(qtbot, faked_preview, "again")
    assert [seed for *_, seed in jobs] == [0, 1]


def test_a_changed_setting_is_shown_soon_and_once(qtbot, faked_preview, form, jobs):
    with qtbot.waitSignal(faked_preview.work.ended):
        faked_preview.show_film(FILM)
    for form.degrees in (6.0, 7.0, 8.0):
        faked_preview.update_soon()
    with qtbot.waitSignal(faked_preview.work.ended):
        pass
    assert [degrees for _, degrees, _ in jobs] == [5.0, 8.0]
    assert greys(faked_preview) == {8}


def test_a_setting_changed_during_a_preview_is_shown_after_it(qtbot, faked_preview, form, jobs):
    faked_preview.show_film(FILM)
    form.degrees = 9.0
    click(qtbot, faked_preview, "again")  # the first is still running
    qtbot.waitUntil(lambda: greys(faked_preview) == {9})
    assert len(jobs) == 2


def test_a_closed_window_computes_nothing(qtbot, faked_preview, jobs):
    faked_preview.update_soon()
    with qtbot.waitSignal(faked_preview.work.ended):
        faked_preview.show_film(FILM)
    faked_preview.update_soon()
    faked_preview.close()
    with qtbot.assertNotEmitted(faked_preview.work.state_changed, wait=60):
        faked_preview.update_soon()
    assert len(jobs) == 1


def test_settings_that_cannot_be_used_are_explained(qtbot, faked_preview, form, jobs):
    form.degrees = -1.0
    faked_preview.show_film(FILM)
    assert faked_preview.caption.text() == "The rotation is negative."
    assert faked_preview.work.state is JobState.IDLE
    assert jobs == []


def test_a_film_that_cannot_be_read_is_explained(qtbot, faked_preview, monkeypatch):
    def broken(_cancel):
        raise JobFailed(Reason.DATASET_INVALID, "The film is damaged.")
        yield

    monkeypatch.setattr(augmentation_preview, "preview_job", lambda *_: broken)
    with qtbot.waitSignal(faked_preview.work.ended):
        faked_preview.show_film(FILM)
    assert faked_preview.caption.text() == "The film is damaged."
