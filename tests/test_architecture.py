"""The walls of the house: what may import what."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"acceptance", "answering", "architectures", "checkpoint", "device", "distributed", "doubts", "evaluation",
         "explain", "gradients", "inference", "learner", "learning", "model_file", "overriding", "packed",
         "pipeline", "preview", "rate_finder", "screening", "search", "starting", "torchvision_models", "training",
         "transforms", "watching", "winograd"}  # fmt: skip
EVERY = sorted(path.stem for path in (ROOT / "core").glob("*.py") if path.stem != "__init__")
LIGHT = [name for name in EVERY if name not in HEAVY]


def loaded_after(imports, library):
    code = f"import sys\n{imports}\nprint(any(name.split('.')[0] == {library!r} for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_core_imports_no_qt():
    assert not loaded_after("\n".join(f"import core.{name}" for name in EVERY), "PySide6")


def test_light_floor_imports_no_torch():
    assert not loaded_after("\n".join(f"import core.{name}" for name in LIGHT), "torch")


def test_window_imports_no_torch():
    assert not loaded_after("import gui.window_program", "torch")


def test_packaging_folder_does_not_shadow_the_library():
    assert not (ROOT / "packaging/__init__.py").exists()


@pytest.mark.parametrize("package", ["core", "gui", "command_line"])
def test_every_module_stands_once_in_the_map(package):
    the_map = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8").split("## Map")[1]
    groups = re.findall(rf"\*\*{package}\b[^*]*\*\*: ((?:`\w+`[,\s]*)+)", the_map)
    named = re.findall(r"`(\w+)`", "".join(groups))
    assert sorted(named) == sorted(path.stem for path in (ROOT / package).glob("*.py") if path.stem != "__init__")


def test_networks_come_without_torchs_compiler_which_still_works_afterwards():
    assert not loaded_after("import core.architectures", "sympy")
    code = (
        "import core.architectures, torch, torch._dynamo\n"
        "assert torch._dynamo.utils.is_compile_supported('cpu') in {True, False}\n"
        "assert torch.compile(lambda x: x + 1, backend='eager')(torch.ones(1)).item() == 2"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
