"""Load and save the user's preferences; the only module that uses QSettings."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QSettings

from core.system.language import Language


class Theme(Enum):
    """Colour scheme of the window."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Settings:
    """All preferences.

    welcomed: whether the welcome dialog has been seen. language: None until one is chosen.
    """

    theme: Theme = Theme.DARK
    welcomed: bool = False
    language: Language | None = None


def load_settings() -> Settings:
    """Return the stored preferences; missing or unreadable ones have their defaults."""
    stored = QSettings()
    default = Settings()
    themes = {theme.value: theme for theme in Theme}
    languages = {language.value: language for language in Language}
    return Settings(
        theme=themes.get(str(stored.value("theme")), default.theme),
        welcomed=str(stored.value("welcomed", "false")).lower() == "true",
        language=languages.get(str(stored.value("language")), default.language),
    )


def save_settings(settings: Settings) -> None:
    stored = QSettings()
    stored.setValue("theme", settings.theme.value)
    stored.setValue("welcomed", "true" if settings.welcomed else "false")
    if settings.language is not None:
        stored.setValue("language", settings.language.value)
