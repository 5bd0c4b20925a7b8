"""Where the window opens: where it was, but always on a screen."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.shell.window_place import LEAST, TITLE_PX, USUAL, fit_to_screens, place_window, remember_window
from gui.state.settings import Settings, Theme, WindowPlace, load_settings, save_settings

LEFT, RIGHT = QRect(0, 0, 1920, 1040), QRect(1920, 0, 1280, 680)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (QRect(100, 100, 1280, 820), QRect(100, 100, 1280, 820)),
        (QRect(2000, 100, 1000, 500), QRect(2000, 100, 1000, 500)),
        (QRect(100, 0, 1280, 820), QRect(100, TITLE_PX, 1280, 820)),  # the title would be above the screen
        (QRect(1500, 900, 1000, 500), QRect(920, 540, 1000, 500)),  # mostly on the left one
        (QRect(5000, 5000, 1000, 500), QRect(920, 540, 1000, 500)),  # of a screen that is gone
        (QRect(1920, 40, 2560, 1400), QRect(1920, TITLE_PX, 1280, 680 - TITLE_PX)),
    ],
)
def test_a_window_lies_on_one_screen_with_its_title(wanted, found):
    assert fit_to_screens(wanted, (LEFT, RIGHT)) == found


@pytest.fixture
def window(qtbot, own_settings):
    made = QWidget()
    qtbot.addWidget(made)
    return made


class Screen:
    def __init__(self, area):
        self.area = area

    def availableGeometry(self):
        return self.area


@pytest.fixture
def screens(monkeypatch):
    """A function that sets the screens that there are, the primary one first."""

    def put(*areas):
        there = [Screen(area) for area in areas]
        monkeypatch.setattr(QGuiApplication, "primaryScreen", lambda: there[0])
        monkeypatch.setattr(QGuiApplication, "screens", lambda: there)

    return put


def test_the_first_window_is_maximised_and_else_in_the_middle(window, screens):
    screens(LEFT)
    place_window(window)
    assert window.size() == USUAL
    assert window.geometry().center() == LEFT.center()
    assert window.minimumSize() == LEAST
    assert window.isMaximized()


def test_the_first_window_fills_a_small_screen(window, screens):
    screens(RIGHT)
    place_window(window)
    assert window.isMaximized()
    assert RIGHT.contains(window.geometry())


def test_a_window_comes_back_where_it_was(window, screens):
    screens(LEFT, RIGHT)
    window.setGeometry(2000, 60, 1000, 550)
    save_settings(Settings(Theme.LIGHT))
    remember_window(window, "runs_tab")
    assert load_settings() == Settings(Theme.LIGHT, tab="runs_tab", window=WindowPlace(2000, 60, 1000, 550))
    window.setGeometry(0, 0, 400, 400)
    place_window(window)
    assert window.geometry() == QRect(2000, 60, 1000, 550)
    screens(LEFT)
    place_window(window)
    assert LEFT.contains(window.geometry())


def test_a_maximised_window_comes_back_maximised(window, screens):
    screens(LEFT)
    save_settings(Settings(window=WindowPlace(100, 100, 1000, 600, is_maximised=True)))
    place_window(window)
    assert window.windowState() & Qt.WindowState.WindowMaximized


def test_a_screen_smaller_than_the_least_window_is_not_exceeded(window, screens):
    screens(QRect(0, 0, 780, 439))
    place_window(window)
    assert window.minimumWidth() == 780
    assert window.height() <= 439
