"""The program's icon."""

import pytest

from gui.widgets.icon import program_icon

pytestmark = pytest.mark.usefixtures("qapp")


def test_it_is_kept_at_256_pixels_and_scaled():
    assert (program_icon().width(), program_icon().height()) == (256, 256)
    assert (program_icon(72).width(), program_icon(72).height()) == (72, 72)


def test_it_shows_something_with_clear_corners():
    image = program_icon().toImage()
    assert image.pixelColor(0, 0).alpha() == 0
    colours = {image.pixel(x, 128) for x in range(0, 256, 4)}
    assert len(colours) > 5
