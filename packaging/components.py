"""What the packaged program carries that others made: names, versions, licences. Reads the built folder, not wishes."""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

from PyInstaller.archive.readers import ZlibArchiveReader

OWN = {"command_line", "core", "gui", "main", "resources"}
TEXT_NAMES = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)


@dataclass(frozen=True)
class Component:
    """licence: as its maker names it. texts: file name and content of each licence file. purl: package address."""

    name: str
    version: str
    licence: str
    texts: tuple[tuple[str, str], ...]
    purl: str


def carried_components(bundle: Path, build: Path) -> list[Component]:
    """Everything in the folder `bundle`, sorted by name. build: PyInstaller's folder with the archive of modules."""
    archive = next(build.glob("*.pyz"))
    modules = {name.split(".")[0] for name in ZlibArchiveReader(str(archive)).toc}
    modules |= {path.name.split(".")[0] for path in (bundle / "_internal").iterdir()}
    owners = packages_distributions()
    names = sorted({owner for module in modules - OWN for owner in owners.get(module, [])})
    found = [_of_distribution(distribution(name)) for name in names]
    found += [_python(), *_of_system(bundle)]
    return sorted(found, key=lambda component: component.name.lower())


def _of_distribution(package: Distribution) -> Component:
    about = package.metadata
    texts = tuple(
        (str(file), Path(package.locate_file(file)).read_text("utf-8", "replace"))
        for file in package.files or []
        if TEXT_NAMES.search(file.name) and file.suffix.lower() in {"", ".txt", ".md", ".rst"}
    )
    classes = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License")]
    licence = (
        about.get("License-Expression") or ", ".join(classes) or (about.get("License") or "not told").split("\n")[0]
    )
    name, version = about["Name"], package.version
    return Component(name, version, licence, texts, f"pkg:pypi/{name.lower()}@{version}")


def _python() -> Component:
    version = sys.version.split()[0]
    places = [Path(sys.base_prefix) / "LICENSE.txt", *Path(sys.base_prefix).glob("lib/python3*/LICENSE.txt")]
    places += [Path("/usr/share/doc") / f"python3.{sys.version_info.minor}" / "copyright"]
    texts = tuple(("LICENSE", path.read_text("utf-8")) for path in places if path.is_file())[:1]
    return Component("Python", version, "PSF-2.0", texts, f"pkg:generic/python@{version}")


def _of_system(bundle: Path) -> Iterator[Component]:
    """Debian packages whose libraries were taken in; nothing where there is no dpkg."""
    if not Path("/usr/bin/dpkg-query").exists():
        return
    names = [path.name for path in (bundle / "_internal").glob("lib*.so*")]
    asked = subprocess.run(["dpkg-query", "--search", *(f"*/{name}" for name in names)], capture_output=True, text=True)
    packages = {line.split(":")[0] for line in asked.stdout.splitlines() if not line.startswith("diversion")}
    for package in sorted(packages):
        form = "${Version}\n${source:Package}"
        told = subprocess.run(["dpkg-query", "-W", "-f", form, package], capture_output=True, text=True).stdout
        copyright_file = Path("/usr/share/doc") / package / "copyright"
        texts = (("copyright", copyright_file.read_text("utf-8", "replace")),) if copyright_file.exists() else ()
        licences = sorted(set(re.findall(r"^License: *(\S+)", texts[0][1], re.MULTILINE))) if texts else []
        version = told.split("\n")[0]
        yield Component(
            package, version, ", ".join(licences) or "see its text", texts, f"pkg:deb/debian/{package}@{version}"
        )


def licence_texts(components: list[Component]) -> str:
    """One text file: a list, then every licence once, with who uses it."""
    users: dict[str, list[str]] = {}
    for component in components:
        for name, text in component.texts:
            users.setdefault(text.strip(), []).append(f"{component.name} {component.version} ({Path(name).name})")
    lines = ["PneumoScreen carries the work of others, under their licences.", ""]
    lines += [f"{part.name} {part.version}: {part.licence}" for part in components]
    lines += [
        "",
        "Qt and PySide6 are used under the LGPL 3: their libraries are separate files in _internal/PySide6, which",
        "you may replace. Their source is at https://download.qt.io and https://code.qt.io/pyside/pyside-setup.git.",
    ]
    for text, names in users.items():
        lines += ["", "=" * 100, *names, "-" * 100, text]
    return "\n".join(lines) + "\n"


def sbom(components: list[Component], version: str) -> dict[str, object]:
    """The list as CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/)."""
    parts = [
        {
            "type": "library",
            "bom-ref": part.purl,
            "name": part.name,
            "version": part.version,
            "purl": part.purl,
            "licenses": [{"license": {"name": part.licence}}],
        }
        for part in components
    ]
    program = {"type": "application", "bom-ref": "pneumoscreen", "name": "PneumoScreen", "version": version}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, " ".join(part.purl for part in components))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": program},
        "components": parts,
        "dependencies": [{"ref": "pneumoscreen", "dependsOn": [part.purl for part in components]}],
    }
