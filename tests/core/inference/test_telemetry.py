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


def run(code, home, **more):
    """Run code with an empty home, and return the files that it left there."""
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), **more}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=50)
    return {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its files lie in other folders")
def test_scoring_leaves_nothing_of_it_behind(tmp_path):
    for name in ("own", "plain"):
        (tmp_path / name).mkdir()
    assert run(SCORE, tmp_path / "own") == set()
    # to show that the test would see it
    assert any("onnxruntime" in name for name in run("import onnxruntime", tmp_path / "plain"))
