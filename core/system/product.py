"""Version and build of this program, and the notice that goes with every result."""

from dataclasses import dataclass
from typing import Final

from core.system.files import read_json
from core.system.language import format_day, marked, tr
from resources import resource

PROGRAM: Final = "PneumoScreen"  # as outputs name their maker
VERSION: Final = "0.1.0"


@dataclass(frozen=True, slots=True)
class Build:
    """Version, as in pyproject.toml; commit and day (ISO 8601) of a packaged program, else None."""

    version: str
    commit: str | None = None
    built: str | None = None


def format_build(build: Build) -> str:
    """Return program name, version and build, translated."""
    if build.commit is None:
        return tr("PneumoScreen {version}, run from source", version=build.version)
    return tr(
        "PneumoScreen {version}, build {commit} of {day}",
        version=build.version,
        commit=build.commit,
        day=format_day(build.built or ""),
    )


def read_build() -> Build:
    """Return the build that packaging/build.py recorded; from source only the version."""
    try:
        content = read_json(resource("build.json"))
    except FileNotFoundError:
        return Build(VERSION)
    return Build(VERSION, content["commit"], content["built"])


NOTICE: Final = marked("For research and education, not a diagnosis.")
