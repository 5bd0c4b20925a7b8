"""Build the packaged program into dist/PneumoScreen and add the licences and the SBOM.

    PYTHONPATH=. python packaging/build.py

`make bundle` runs it from the project's root, in an environment with the program's dependencies
and PyInstaller.
"""

import datetime
import json
import subprocess
import sys
import time
from pathlib import Path

from components import build_sbom, collect_components, format_licences
from icons import write_icons
from translations import compile_catalogue

from core.system.product import VERSION

ROOT = Path(__file__).parents[1]
GENERATED, BUNDLE = ROOT / "build/made", ROOT / "dist/PneumoScreen"
WINDOWS_VERSION = """VSVersionInfo(
    ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),
    kids=[
        StringFileInfo([StringTable("040904B0", [
            StringStruct("ProductName", "PneumoScreen"),
            StringStruct("FileDescription", "Screens chest films; for research and education, not a diagnosis"),
            StringStruct("ProductVersion", "{version}"),
            StringStruct("FileVersion", "{version}"),
            StringStruct("LegalCopyright", "MIT licence"),
        ])]),
        VarFileInfo([VarStruct("Translation", [1033, 1200])]),
    ],
)
"""


def describe_commit() -> str:
    """Return the short hash of the commit, + if files differ from it; "unknown" outside git."""
    try:
        command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def write_build_files() -> None:
    """Write what the spec file needs: icons, compiled translations, build information, version resource for Windows."""
    write_icons(GENERATED)
    for path in (ROOT / "resources/translations").glob("*.po"):
        compile_catalogue(path)
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    build = {"version": VERSION, "commit": describe_commit(), "built": day}
    (GENERATED / "build.json").write_text(json.dumps(build), "utf-8")
    numbers = (*(int(part) for part in VERSION.split(".")), 0)
    (GENERATED / "version.txt").write_text(WINDOWS_VERSION.format(numbers=numbers, version=VERSION), "utf-8")


def add_licences() -> int:
    """Write the licence, third-party licences and the SBOM; return the number of components."""
    components = collect_components(BUNDLE, ROOT / "build/pneumoscreen")
    (BUNDLE / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    (BUNDLE / "THIRD_PARTY_LICENSES.txt").write_text(format_licences(components), "utf-8")
    (BUNDLE / "sbom.cdx.json").write_text(json.dumps(build_sbom(components, VERSION), indent=1), "utf-8")
    return len(components)


def main() -> None:
    start = time.monotonic()
    write_build_files()
    spec = ["--noconfirm", "--log-level=WARN", "packaging/pneumoscreen.spec"]
    subprocess.run([sys.executable, "-m", "PyInstaller", *spec], cwd=ROOT, check=True)
    count = add_licences()
    size = sum(path.stat().st_size for path in BUNDLE.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{BUNDLE}: {size / 1e6:.0f} MB, {count} components, built in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
