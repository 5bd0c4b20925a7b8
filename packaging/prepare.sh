#!/bin/sh
# Make the virtual environment with what `make $1` needs, and see that Qt's system libraries are there.
# TORCH_INDEX: an index beside PyPI to take torch from; set but empty, PyPI alone; not set, see cpu_index.
set -eu
extra=$1
. "$(dirname "$0")/qt_libraries.sh"

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

# On Linux without an NVIDIA GPU, PyPI's torch brings 6 GB of CUDA for nothing: prints PyTorch's own index of CPU
# builds, if that answers within 5 seconds. Elsewhere PyPI's torch is the right one.
cpu_index() {
    index=https://download.pytorch.org/whl/cpu
    [ "$(uname)" = Linux ] && [ ! -e /proc/driver/nvidia/version ] && ! command -v nvidia-smi >/dev/null || return 0
    "$VENV/bin/python" -c 'import torch' 2>/dev/null && return 0
    timeout 5 "$VENV/bin/python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5).close()' \
        "$index/torch/" 2>/dev/null && echo "$index"
    return 0
}
[ -n "${TORCH_INDEX+set}" ] || TORCH_INDEX=$(cpu_index)
[ -z "$TORCH_INDEX" ] || echo "Taking torch from $TORCH_INDEX"
"$VENV/bin/pip" install --quiet ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -c packaging/constraints.txt -r "$VENV/wanted.txt"

check_qt "$VENV"
have() { dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -qvx installed && return 1; dpkg-query -W "$@" >/dev/null 2>&1; }
if [ "$extra" = bundle ] && command -v dpkg-query >/dev/null && ! have $QT_NEEDS binutils zstd; then
    need "A library or tool that the packaged program is made of" $QT_NEEDS binutils zstd
fi
