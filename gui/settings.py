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


def load_settings() -> Settings:
    """Stored preferences; what is missing or unreadable falls back to its default."""
    try:
        return Settings(Theme(QSettings().value("theme", Theme.DARK.value)))
    except ValueError:
        return Settings()


def save_settings(settings: Settings) -> None:
    QSettings().setValue("theme", settings.theme.value)
