"""What the Debian package says that it needs."""

import re
import sys
from pathlib import Path

import PySide6
import pytest

from tests.factories import ROOT

QT = Path(PySide6.__file__).parent / "Qt"
CLIENTS = ("plugins/platforms/libqwayland.so", "plugins/wayland-*-client/*.so", "plugins/wayland-shell-*/*.so",
           "lib/libQt6WaylandClient.so.6")  # fmt: skip
SONAME = re.compile(rb"(libwayland-[a-z]+)\.so\.(\d+)")


@pytest.mark.skipif(sys.platform != "linux", reason="Qt has no Wayland there")
@pytest.mark.parametrize("place", ["packaging/linux/control", "packaging/qt_libraries.sh"])
def test_the_libraries_that_qt_needs_for_wayland_are_named(place):
    files = [path for pattern in CLIENTS for path in QT.glob(pattern)]
    # Debian's names of packages of libraries, Policy 8.1
    packages = {(name + version).decode() for path in files for name, version in SONAME.findall(path.read_bytes())}
    assert packages == {"libwayland-client0", "libwayland-cursor0", "libwayland-egl1"}
    assert packages <= set(re.findall(r"[\w.+-]+", (ROOT / place).read_text("utf-8")))
