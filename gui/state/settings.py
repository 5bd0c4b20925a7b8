"""Load and save the user's preferences; the only module that uses QSettings."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QSettings

from core.system.language import Language


class Theme(Enum):
    """Colour scheme of the window."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


class Mouse(Enum):
    """What the buttons and the wheel of the mouse do on a film."""

    STANDARD = "standard"
    PACS = "pacs"


class FolderKind(Enum):
    """What a folder was chosen for; the last one of each kind is where the next dialog starts."""

    FILMS = "films"
    DATASET = "dataset"
    EXPORTS = "exports"


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """Where the window was, in pixels of the desktop, without its frame.

    is_maximised: it was maximised; the place is the one it had before.
    """

    left: int
    top: int
    width: int
    height: int
    is_maximised: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All preferences.

    welcomed: whether the welcome dialog has been seen. language: None until one is chosen. tab:
    object name of the tab shown last. window: None before the first close. model: that films are
    read with, None for the bundled one.
    """

    theme: Theme = Theme.DARK
    welcomed: bool = False
    language: Language | None = None
    mouse: Mouse = Mouse.STANDARD
    tab: str = ""
    window: WindowPlace | None = None
    model: Path | None = None


Choice = TypeVar("Choice", bound=Enum)


def load_settings() -> Settings:
    """Return the stored preferences; missing or unreadable ones have their defaults."""
    stored = QSettings()
    default = Settings()
    return Settings(
        theme=_read_choice(stored, "theme", Theme) or default.theme,
        welcomed=_read_flag(stored, "welcomed"),
        language=_read_choice(stored, "language", Language),
        mouse=_read_choice(stored, "mouse", Mouse) or default.mouse,
        tab=str(stored.value("tab", default.tab)),
        window=_read_place(stored),
        model=Path(model) if (model := str(stored.value("model", ""))) else None,
    )


def save_settings(settings: Settings) -> None:
    stored = QSettings()
    stored.setValue("theme", settings.theme.value)
    stored.setValue("welcomed", _format_flag(settings.welcomed))
    stored.setValue("mouse", settings.mouse.value)
    stored.setValue("tab", settings.tab)
    stored.setValue("model", str(settings.model or ""))
    if settings.language is not None:
        stored.setValue("language", settings.language.value)
    if (place := settings.window) is not None:
        numbers = (place.left, place.top, place.width, place.height)
        stored.setValue("window", " ".join(map(str, numbers)))
        stored.setValue("maximised", _format_flag(place.is_maximised))


def load_folder(kind: FolderKind) -> Path | None:
    """Return the folder chosen last for this; None if there was none or it is gone."""
    name = str(QSettings().value(f"folders/{kind.value}", ""))
    try:
        return Path(name) if name and Path(name).is_dir() else None
    except (OSError, ValueError):
        return None


def save_folder(kind: FolderKind, folder: Path) -> None:
    QSettings().setValue(f"folders/{kind.value}", str(folder))


def _read_choice(stored: QSettings, key: str, kind: type[Choice]) -> Choice | None:
    choices = {choice.value: choice for choice in kind}
    return choices.get(str(stored.value(key)))


def _read_flag(stored: QSettings, key: str) -> bool:
    return str(stored.value(key, "false")).lower() == "true"


def _format_flag(flag: bool) -> str:
    return "true" if flag else "false"


def _read_place(stored: QSettings) -> WindowPlace | None:
    """Return the place of the window; None if it is missing or no place."""
    words = str(stored.value("window", "")).split()
    try:
        left, top, width, height = (int(word) for word in words)
    except ValueError:
        return None
    return WindowPlace(left, top, width, height, _read_flag(stored, "maximised"))
