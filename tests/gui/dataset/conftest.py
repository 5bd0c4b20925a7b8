"""A dataset with copies across its splits."""

import shutil

import pytest
from PIL import Image

from core.films.phantoms import draw_phantom
from tests.factories import write_phantoms


@pytest.fixture
def leaky(tmp_path, no_shortcut_probe):
    """Given splits, with three training films also in the test split."""
    root = tmp_path / "leaky"
    for split in ("train", "val", "test"):
        write_phantoms(root / split)
    for number, path in enumerate(sorted(root.rglob("*.png"))):
        label = path.parent.name == "PNEUMONIA"
        Image.fromarray(draw_phantom(100 + number, label, 96)).save(path)
        path.rename(path.with_name(f"{path.stem}{path.parts[-3]}.png"))
    for path in sorted((root / "train/NORMAL").iterdir())[:3]:
        shutil.copy(path, root / "test/NORMAL" / f"copy{path.name}")
    return root
