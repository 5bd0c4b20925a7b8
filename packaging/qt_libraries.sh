#!/bin/sh
# See that Qt can load the platform that it will use here; install the system libraries it lacks, or name them.
# Sourced by prepare.sh, and run by `make run` as: sh packaging/qt_libraries.sh VENV
QT_NEEDS="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 libxcb-cursor0
    libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0
    libwayland-client0 libwayland-cursor0 libwayland-egl1 fonts-dejavu-core"

fail() { echo "$1" >&2; exit 1; }
need() {  # need "what is missing" PACKAGES: install them if we may, else print the line to type
    what=$1; shift
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $*"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
    elif command -v apt-get >/dev/null; then
        fail "$what is missing. Type: sudo apt-get install $*"
    else
        fail "$what is missing. Debian and Ubuntu call the packages: $*"
    fi
}

# Prints why Qt cannot start; nothing where it can. A plugin is loaded by itself, for Qt aborts the process where one
# fails and hides the name of the missing library. Without a display only the offscreen platform is used.
qt_fault() {
    "$1/bin/python" - 2>&1 <<'PY'
import ctypes
import os
from pathlib import Path

import PySide6

plugins = Path(PySide6.__file__).parent / "Qt/plugins/platforms"
used = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
if not used:
    used = "xcb" if os.environ.get("DISPLAY") else "wayland" if os.environ.get("WAYLAND_DISPLAY") else "offscreen"
try:
    from PySide6 import QtWidgets  # noqa: F401

    if (plugins / f"libq{used}.so").exists():
        ctypes.CDLL(str(plugins / f"libq{used}.so"))
except (ImportError, OSError) as error:
    print(f"Qt's platform {used} does not load: {error}")
PY
}

check_qt() {  # check_qt VENV
    [ "$(uname)" = Linux ] || return 0
    fault=$(qt_fault "$1")
    [ -n "$fault" ] || return 0
    need "A system library that Qt needs ($fault)" $QT_NEEDS
    fault=$(qt_fault "$1")
    [ -z "$fault" ] || fail "Qt still cannot start. $fault"
}

case $0 in *qt_libraries.sh) check_qt "$1" ;; esac
