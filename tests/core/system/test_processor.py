"""A processor without the needed instructions is named before a library ends the program."""

import ctypes
import platform
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from core.system import processor
from core.system.processor import format_missing_instructions, missing_instructions, processor_name
from tests.factories import ROOT

PENRYN = "processor\t: 0\nmodel name\t: Intel Core 2 Duo P9xxx\nflags\t\t: fpu sse sse2 ssse3 cx16 sse4_1\n"
PHENOM = "model name\t: AMD Phenom II\nflags\t\t: fpu sse sse2 pni cx16 popcnt sse4a\nbogomips\t: 6000\n"
NEHALEM = "model name\t: Intel Core i7 9xx\nflags\t\t: fpu sse sse2 ssse3 cx16 sse4_1 sse4_2 popcnt\n"
ARM = "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\n"


@pytest.fixture
def cpuinfo(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    return tmp_path / "cpuinfo"


@pytest.mark.parametrize(
    ("text", "missing"),
    [(PENRYN, ["SSE4.2"]), (PHENOM, ["SSSE3", "SSE4.1", "SSE4.2"]), (NEHALEM, []), (ARM, []), ("flags\t:\n", [])],
)
def test_flags_of_linux(cpuinfo, text, missing):
    cpuinfo.write_text(text)
    assert missing_instructions() == missing


def test_flags_that_cannot_be_read_block_nothing(cpuinfo):
    assert missing_instructions() == []
    assert format_missing_instructions() == ""
    assert processor_name() == (platform.processor() or platform.machine())


def test_the_sentence_names_processor_and_instructions(cpuinfo, german):
    cpuinfo.write_text(PHENOM)
    assert "(AMD Phenom II): Ihm fehlen die Befehle SSSE3, SSE4.1, SSE4.2." in format_missing_instructions()


@pytest.mark.parametrize(
    ("machine", "build", "features", "missing"),
    [
        ("AMD64", 19045, {36, 37}, ["SSE4.2"]),
        ("AMD64", 22631, {36, 37, 38}, []),
        ("AMD64", 17763, set(), []),  # this Windows does not know these features
        ("ARM64", 26100, set(), []),
    ],
)
def test_features_of_windows(monkeypatch, machine, build, features, missing):
    kernel = SimpleNamespace(IsProcessorFeaturePresent=lambda feature: int(feature in features))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "getwindowsversion", lambda: SimpleNamespace(build=build), raising=False)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert missing_instructions() == missing


@pytest.mark.skipif(not shutil.which("qemu-x86_64"), reason="qemu-user is not installed")
@pytest.mark.parametrize(("model", "status"), [("Penryn", 1), ("Nehalem", 0)])
def test_an_emulated_processor(tmp_path, model, status):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text({"Penryn": PENRYN, "Nehalem": NEHALEM}[model])  # else the host's is shown

    def run(*arguments):
        command = ["qemu-x86_64", "-cpu", model, "-L", tmp_path, sys.executable, *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    done = run("main.py", "--version")
    assert done.returncode == status, done.stderr
    assert ("it lacks the instructions SSE4.2." in done.stderr) == (status == 1)
    assert (run("-c", "import numpy").returncode == 0) == (status == 0)
