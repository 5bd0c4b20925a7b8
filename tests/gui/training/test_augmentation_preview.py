"""The preview of augmentation."""

import pytest
from PySide6.QtWidgets import QDoubleSpinBox

from core.films.images import read_square
from core.recipes.recipe import Augmentation, Recipe
from core.system.errors import JobFailed, Reason
from gui.film.film_picture import to_pixels
from gui.training.augmentation_preview import FILM_PX, AugmentationPreview
from tests.factories import draw_film
from tests.gui.person import click


def test_preview_follows_the_form(qtbot, tab):
    preview = tab.preview_window
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        click(qtbot, tab, "preview")
    plain = [label.pixmap().toImage() for label in preview.films]
    assert all(image == plain[0] for image in plain)
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        tab.form.findChild(QDoubleSpinBox, "rotation_degrees").setValue(20)
    turned = [label.pixmap().toImage() for label in preview.films]
    assert turned[0] != plain[0]
    assert turned[0] != turned[1]
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
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
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        preview.show_film(tmp_path / "<b>film.png")
    expected = read_square(tmp_path / "<b>film.png", FILM_PX)
    for label in preview.films:
        assert (to_pixels(label.pixmap().toImage()) == expected).all()
    assert "<b>film.png" in preview.caption.text()


def test_a_film_that_cannot_be_read_is_said(preview, qtbot, tmp_path):
    (tmp_path / "film.png").write_bytes(b"no film")
    with qtbot.waitSignal(preview.work.failed, timeout=20_000):
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
