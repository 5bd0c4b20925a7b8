"""What a fresh interpreter loads. What may import what is held by import-linter (pyproject.toml)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EVERY = sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "core").rglob("[!_]*.py"))
LIGHT = [
    name
    for name in EVERY
    if name.split(".")[1] in {"system", "jobs", "metrics", "documents", "recipes"} or name.endswith(".events")
]


def loaded_after(imports, *libraries):
    code = f"import sys\n{imports}\nprint(any(name.split('.')[0] in {libraries!r} for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_core_imports_no_qt():
    assert not loaded_after("\n".join(f"import {name}" for name in EVERY), "PySide6")


def test_light_floor_imports_no_torch():
    assert not loaded_after("\n".join(f"import {name}" for name in LIGHT), "torch")


def test_window_imports_nothing_heavy():
    assert not loaded_after("import gui.shell.window_program", "torch", "matplotlib", "reportlab")


def test_packaging_folder_does_not_shadow_the_library():
    assert not (ROOT / "packaging/__init__.py").exists()


def test_networks_come_without_torchs_compiler_which_still_works_afterwards():
    code = (
        "import sys, core.networks.architectures\n"
        "assert 'sympy' not in sys.modules\n"
        "import torch, torch._dynamo\n"
        "assert torch._dynamo.utils.is_compile_supported('cpu') in {True, False}\n"
        "assert torch.compile(lambda x: x + 1, backend='eager')(torch.ones(1)).item() == 2"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
