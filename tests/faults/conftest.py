"""Disks of two megabytes, full or read-only, where the system lets a test have them; the window of tests/gui."""

import shutil
import subprocess
import sys

import pytest

from tests.gui.conftest import errors, open_window, own_settings, window

__all__ = ["errors", "open_window", "own_settings", "window"]


class Disk:
    """A file system of its own at `path`."""

    def __init__(self, path):
        self.path = path

    def fill(self, but_bytes=0):
        """Leave so many bytes free, in whole pages of 4 kB."""
        free = shutil.disk_usage(self.path).free - but_bytes
        with (self.path / "ballast").open("wb") as ballast:
            ballast.write(b"0" * max(0, free))

    def free(self):
        (self.path / "ballast").unlink()

    def make_read_only(self):
        subprocess.run(["mount", "-o", "remount,ro", self.path], check=True)


@pytest.fixture
def disk(tmp_path):
    """A Disk of 2 MB; skipped where this user may not mount one."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", path]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    yield Disk(path)
    subprocess.run(["umount", "--lazy", path], check=True)


@pytest.fixture(autouse=True)
def measured_once(own_places, no_shortcut_probe, tmp_path_factory, monkeypatch):
    """One cache for all tests here: which form of a network is quickest is measured once, not in every test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def told(capsys):
    """Run a command of the program; gives its exit status and what it said, and fails on words that are for nobody."""
    import main
    from tests.faults.program import INTERNAL

    def run(*arguments):
        capsys.readouterr()
        status = main.main([str(argument) for argument in arguments])
        said = "".join(capsys.readouterr())
        assert said.strip()
        assert not any(word in said for word in INTERNAL), said
        return status, said

    return run
