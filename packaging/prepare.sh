#!/bin/sh
# Make the virtual environment with what `make $1` needs, and see that Qt's system libraries are there.
set -eu
extra=$1
fail() { echo "$1" >&2; exit 1; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
need() {  # need "what is missing" PACKAGES: install them if we may, else print the line to type
    what=$1; shift
    if may_install; then
        echo "Installing $*"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
    else
        fail "$what is missing. Type: sudo apt-get install $*"
    fi
}

command -v "$PYTHON" >/dev/null || need "Python" python3 python3-venv
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "PneumoScreen needs Python 3.11 or newer; $PYTHON is older. Type: make PYTHON=/path/to/python3.11"
if [ ! -x "$VENV/bin/pip" ]; then
    "$PYTHON" -c 'import ensurepip' 2>/dev/null || need "Python's venv module" python3-venv
    "$PYTHON" -m venv --clear "$VENV"
fi

wanted=$("$VENV/bin/python" - "$extra" <<'PY'
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
extras = project["optional-dependencies"]
print("\n".join([*project["dependencies"], *extras.get(sys.argv[1], [])]))
PY
)
echo "$wanted" > "$VENV/wanted.txt"
"$VENV/bin/pip" install --quiet ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -c packaging/constraints.txt -r "$VENV/wanted.txt"

qt_loads() { QT_QPA_PLATFORM=offscreen "$VENV/bin/python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])' 2>/dev/null; }
QT_NEEDS="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 libxcb-cursor0
    libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0
    fonts-dejavu-core"
have() { dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -qvx installed && return 1; dpkg-query -W "$@" >/dev/null 2>&1; }
if [ "$(uname)" = Linux ] && ! qt_loads; then
    need "A system library that Qt needs" $QT_NEEDS
    qt_loads || fail "Qt still cannot start; run $VENV/bin/python -c 'from PySide6 import QtWidgets' to see why."
fi
if [ "$extra" = bundle ] && command -v dpkg-query >/dev/null && ! have $QT_NEEDS binutils zstd; then
    need "A library or tool that the packaged program is made of" $QT_NEEDS binutils zstd
fi
