"""ONNX Runtime reports nothing to its maker: it makes no identifier and keeps no events."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCORE = (
    "from core.inference.scoring_model import open_model\n"
    "from core.films.phantoms import draw_phantom\n"
    "open_model(None).compute(draw_phantom(1, True, 224))"
)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its files lie in other folders")
def test_scoring_leaves_nothing_of_it_behind(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", SCORE], cwd=ROOT, env=environment, check=True, timeout=50)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
