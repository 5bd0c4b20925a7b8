"""Remember where the window was, and open it there again, on the screens that there are."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.state.settings import WindowPlace, load_settings, save_settings

LEAST: Final = QSize(900, 500)
USUAL: Final = QSize(1280, 820)
TITLE_PX: Final = 32  # of the window manager, which is not known before the window is shown


def fit_to_screens(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """Return the place nearest to `wanted` that lies on one of the screens with its title bar.

    screens: the available area of each, the primary one first; at least one.
    """
    screen = max(screens, key=lambda area: _area(area.intersected(wanted)))  # the first one if it lies on none
    room = screen.adjusted(0, TITLE_PX, 0, 0)
    size = wanted.size().boundedTo(room.size())
    left = min(max(wanted.left(), room.left()), room.right() + 1 - size.width())
    top = min(max(wanted.top(), room.top()), room.bottom() + 1 - size.height())
    return QRect(left, top, size.width(), size.height())


def _area(rect: QRect) -> int:
    return rect.width() * rect.height() if rect.isValid() else 0


def place_window(window: QWidget) -> None:
    """Give a window that is not shown yet its last place.

    The first time it is maximised: films want the screen.
    """
    primary = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen is not primary]
    screens = [screen.availableGeometry() for screen in (primary, *others)]
    window.setMinimumSize(LEAST.boundedTo(screens[0].size()))
    place = load_settings().window
    if place is None:
        usual = QRect(0, 0, USUAL.width(), USUAL.height())
        usual.moveCenter(screens[0].center())
        fitting = fit_to_screens(usual, screens)
        is_maximised = True  # films want the screen
    else:
        fitting = fit_to_screens(QRect(place.left, place.top, place.width, place.height), screens)
        is_maximised = place.is_maximised
    window.setGeometry(fitting)
    if is_maximised:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def remember_window(window: QWidget, tab: str) -> None:
    """Store the place of the window and the name of the tab that it shows."""
    rect = window.normalGeometry()
    place = WindowPlace(rect.left(), rect.top(), rect.width(), rect.height(), window.isMaximized())
    save_settings(replace(load_settings(), tab=tab, window=place))
