"""A message without Qt, by the system or a program of the desktop."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.system.message_box import show_error
from tests.factories import ROOT

START = """
import sys
from pathlib import Path
from core.system import processor
processor.CPUINFO = Path(sys.argv[1])
import main
sys.exit(main.main(sys.argv[2:]))
"""


@pytest.fixture
def desktop(tmp_path):
    """A folder with a dialog program that writes its arguments down, and an old processor's flags."""
    (tmp_path / "bin").mkdir()
    dialog = tmp_path / "bin/kdialog"
    dialog.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$LD_LIBRARY_PATH\" \"$@\" > '{tmp_path}/shown'\n")
    dialog.chmod(0o755)
    (tmp_path / "cpuinfo").write_text("model name : Old\nflags : sse2\n")
    return tmp_path


def start(desktop: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": str(desktop / "bin"), "DISPLAY": ":9", "LD_LIBRARY_PATH": "/own", "LD_LIBRARY_PATH_ORIG": "/theirs"}
    command = [sys.executable, "-c", START, str(desktop / "cpuinfo"), *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the dialog programs of Linux")
class TestOnAnOldProcessor:
    def test_a_start_of_the_window_shows_the_sentence_in_a_box(self, desktop):
        done = start(desktop)
        library_path, option, message = (desktop / "shown").read_text().splitlines()
        assert (done.returncode, library_path, option) == (1, "/theirs", "--error")
        assert message == done.stderr.strip()
        assert message.startswith("PneumoScreen cannot run on this processor (Old): it lacks the instructions SSSE3")

    def test_without_a_dialog_program_stderr_has_it(self, desktop):
        (desktop / "bin/kdialog").unlink()
        done = start(desktop, str(desktop))
        assert (done.returncode, done.stdout) == (1, "")
        assert "SSE4.2" in done.stderr

    def test_a_command_opens_no_box(self, desktop):
        done = start(desktop, "self-test")
        assert (done.returncode, done.stdout) == (1, "")
        assert "SSE4.2" in done.stderr
        assert not (desktop / "shown").exists()


def test_windows_shows_its_own_box(monkeypatch):
    shown = []
    user = SimpleNamespace(MessageBoxW=lambda *arguments: shown.append(arguments))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(user32=user), raising=False)
    show_error("It lacks SSE4.2.")
    assert shown == [(None, "It lacks SSE4.2.", "PneumoScreen", 0x10)]
