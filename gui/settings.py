"""What the person prefers, between starts. The only place that touches QSettings."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QSettings


class Theme(Enum):
    """Colours of the window."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Settings:
    """All preferences."""

    theme: Theme = Theme.DARK
    welcomed: bool = False


def load_settings() -> Settings:
    """Stored preferences; what is missing or unreadable falls back to its default."""
    kept = QSettings()
    try:
        theme = Theme(kept.value("theme", Theme.DARK.value))
    except ValueError:
        theme = Theme.DARK
    return Settings(theme, str(kept.value("welcomed", "false")).lower() == "true")


def save_settings(settings: Settings) -> None:
    kept = QSettings()
    kept.setValue("theme", settings.theme.value)
    kept.setValue("welcomed", "true" if settings.welcomed else "false")
