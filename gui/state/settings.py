"""What the person prefers, between starts. The only place that touches QSettings."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QSettings

from core.system.language import Language


class Theme(Enum):
    """Colours of the window."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Settings:
    """All preferences. language: None until one is chosen."""

    theme: Theme = Theme.DARK
    welcomed: bool = False
    language: Language | None = None


def load_settings() -> Settings:
    """Stored preferences; what is missing or unreadable falls back to its default."""
    kept, default = QSettings(), Settings()
    themes, languages = {one.value: one for one in Theme}, {one.value: one for one in Language}
    return Settings(
        theme=themes.get(str(kept.value("theme")), default.theme),
        welcomed=str(kept.value("welcomed", "false")).lower() == "true",
        language=languages.get(str(kept.value("language")), default.language),
    )


def save_settings(settings: Settings) -> None:
    kept = QSettings()
    kept.setValue("theme", settings.theme.value)
    kept.setValue("welcomed", "true" if settings.welcomed else "false")
    if settings.language is not None:
        kept.setValue("language", settings.language.value)
