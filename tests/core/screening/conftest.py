"""A folder to screen."""

import pytest

from tests.factories import draw_film


@pytest.fixture
def worklist(tmp_path):
    """24 phantoms, some in a subfolder, and files that are no films."""
    folder = tmp_path / "films"
    (folder / "sub folder").mkdir(parents=True)
    for seed in range(24):
        place = folder / "sub folder" if seed % 3 == 0 else folder
        draw_film(seed, seed % 2, 96).save(place / f"film-{seed:02}.png")
    (folder / "notes.txt").write_text("no film")
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes((folder / "film-01.png").read_bytes()[:700])
    return folder
