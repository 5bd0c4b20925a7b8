"""Which PneumoScreen this is."""

from dataclasses import dataclass
from typing import Final

from core.system.files import read_json
from core.system.language import marked, tr
from resources import resource

VERSION: Final = "0.1.0"


@dataclass(frozen=True, slots=True)
class Build:
    """version: as in pyproject.toml. commit, built: of a packaged program, else None; built is a day, ISO 8601."""

    version: str
    commit: str | None = None
    built: str | None = None

    def in_words(self) -> str:
        if self.commit is None:
            return tr("PneumoScreen {version}, run from its source", version=self.version)
        return tr(
            "PneumoScreen {version}, build {commit} of {day}", version=self.version, commit=self.commit, day=self.built
        )


def read_build() -> Build:
    """What packaging/build.py wrote beside the packaged program; the bare version when run from the source."""
    try:
        content = read_json(resource("build.json"))
    except FileNotFoundError:
        return Build(VERSION)
    return Build(VERSION, content["commit"], content["built"])


NOTICE: Final = marked("For research and education, not a diagnosis.")
