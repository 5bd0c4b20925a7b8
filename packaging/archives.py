"""Pack dist/PneumoScreen for Linux: a .deb, a .tar.zst and SHA256SUMS, in dist/.

PYTHONPATH=. python packaging/archives.py
"""

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from core.system.product import VERSION

ROOT = Path(__file__).parents[1]
DIST, LINUX = ROOT / "dist", ROOT / "packaging/linux"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def make_portable_archive() -> Path:
    """Write a .tar.zst with one folder that runs wherever it is unpacked; return its path."""
    archive = DIST / f"PneumoScreen-{VERSION}-linux-{platform.machine()}.tar.zst"
    compressed = ["--use-compress-program=zstd -10 -T0", "--owner=0", "--group=0"]
    subprocess.run(["tar", "-C", str(DIST), *compressed, "-cf", str(archive), "PneumoScreen"], check=True)
    return archive


def make_debian_package() -> Path:
    """Write a .deb that installs into /opt with a menu entry; return its path.

    The package has no maintainer scripts, so removing it leaves nothing behind.
    """
    machine = MACHINES[platform.machine()]
    archive = DIST / f"pneumoscreen_{VERSION}_{machine}.deb"
    with tempfile.TemporaryDirectory(dir=DIST) as name:
        tree = Path(name)
        tree.chmod(0o755)
        _fill_package(tree)
        _write_control(tree, machine)
        build = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z10", "--build", str(tree), str(archive)]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    return archive


def _fill_package(tree: Path) -> None:
    """Put every installed file into `tree`; the program's own files are hard links."""
    shutil.copytree(DIST / "PneumoScreen", tree / "opt/pneumoscreen", symlinks=True, copy_function=os.link)
    for source, target in (
        (LINUX / "pneumoscreen.desktop", "usr/share/applications/pneumoscreen.desktop"),
        (LINUX / "org.pneumoscreen.metainfo.xml", "usr/share/metainfo/org.pneumoscreen.metainfo.xml"),
        (ROOT / "resources/icons/pneumoscreen.png", "usr/share/icons/hicolor/256x256/apps/pneumoscreen.png"),
        (ROOT / "LICENSE", "usr/share/doc/pneumoscreen/copyright"),
    ):
        (tree / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, tree / target)
    shutil.copytree(LINUX / "pacs", tree / "usr/share/pneumoscreen/pacs")
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin/pneumoscreen").symlink_to("/opt/pneumoscreen/PneumoScreen")


def _write_control(tree: Path, machine: str) -> None:
    """Write the package's control file, with its installed size in KiB."""
    (tree / "DEBIAN").mkdir()
    size = sum(path.stat().st_size for path in (tree / "opt").rglob("*") if path.is_file()) // 1024
    template = (LINUX / "control").read_text("utf-8")
    control = template.format(version=VERSION, machine=machine, size=size, libc=platform.libc_ver()[1])
    (tree / "DEBIAN/control").write_text(control, "utf-8")


def main() -> None:
    archives = [make_portable_archive(), make_debian_package()]
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in archives)
    (DIST / "SHA256SUMS").write_text(sums, "utf-8")
    for path in archives:
        print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
