"""Build the packaged program into dist/PneumoScreen and put beside it what must go with it.

    PYTHONPATH=. python packaging/build.py

Run by `make bundle`, from the project's root, in an environment that holds what is shipped and PyInstaller.
"""

import datetime
import json
import subprocess
import sys
import time
from pathlib import Path

from components import carried_components, licence_texts, sbom
from icons import write_icons

from core.system.product import VERSION

ROOT = Path(__file__).parents[1]
MADE, BUNDLE = ROOT / "build/made", ROOT / "dist/PneumoScreen"
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


def commit() -> str:
    """The short name of the source's commit, with + where files differ from it; "unknown" outside git."""
    try:
        asked = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
        return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def prepare() -> None:
    """Write what the spec file wants: icons, the build's name, Windows' version resource."""
    write_icons(MADE)
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    build = {"version": VERSION, "commit": commit(), "built": day}
    (MADE / "build.json").write_text(json.dumps(build), "utf-8")
    numbers = (*(int(part) for part in VERSION.split(".")), 0)
    (MADE / "version.txt").write_text(WINDOWS_VERSION.format(numbers=numbers, version=VERSION), "utf-8")


def add_papers() -> int:
    """Licence, third parties' licences and the list of components; gives how many components there are."""
    components = carried_components(BUNDLE, ROOT / "build/pneumoscreen")
    (BUNDLE / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    (BUNDLE / "THIRD_PARTY_LICENSES.txt").write_text(licence_texts(components), "utf-8")
    (BUNDLE / "sbom.cdx.json").write_text(json.dumps(sbom(components, VERSION), indent=1), "utf-8")
    return len(components)


def main() -> None:
    begun = time.monotonic()
    prepare()
    spec = ["--noconfirm", "--log-level=WARN", "packaging/pneumoscreen.spec"]
    subprocess.run([sys.executable, "-m", "PyInstaller", *spec], cwd=ROOT, check=True)
    count = add_papers()
    size = sum(path.stat().st_size for path in BUNDLE.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{BUNDLE}: {size / 1e6:.0f} MB, {count} components, built in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
