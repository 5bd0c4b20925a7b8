"""Films read on a background thread."""

import pytest

from gui.film.thumbnails import Thumbnails
from tests.factories import draw_film


@pytest.mark.parametrize("longest_px", [48, 96, 112, None])
@pytest.mark.parametrize("side", [64, 224])
def test_a_small_jpeg_has_a_thumbnail_of_every_size(qtbot, tmp_path, side, longest_px):
    """What is too small to be a film is decided by its own size, not by that of its reduced copy."""
    draw_film(1, 1, side).convert("RGB").save(tmp_path / "film.jpeg")
    reader = Thumbnails(longest_px)
    with qtbot.waitSignal(reader.ready) as read:
        reader.request(tmp_path / "film.jpeg")
    path, image, facts = read.args
    assert path == tmp_path / "film.jpeg"
    assert image is not None
    assert image.width() == (longest_px or side)
    assert facts.stored_width == side
    reader.close()
