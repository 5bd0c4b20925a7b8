"""Full screen, and back."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from gui.shell.full_screen import ENDING_KEYS


def parts(window):
    return (window.tabs.tabBar(), window.tabs.menus, window.strip)


@pytest.mark.parametrize("is_maximised", [False, True])
def test_the_frame_goes_and_comes_back_as_it_was(window, qtbot, is_maximised):
    window.resize(1000, 600)
    if is_maximised:
        window.showMaximized()
    before = window.geometry()
    with qtbot.waitSignal(window.full_screen.changed) as changed:
        window.full_screen.set(True)
    assert changed.args == [True]
    assert window.isFullScreen()
    assert not any(part.isVisible() for part in parts(window))
    window.full_screen.set(False)
    assert all(part.isVisible() for part in parts(window))
    assert (window.isFullScreen(), window.isMaximized()) == (False, is_maximised)
    assert window.geometry() == before


@pytest.mark.parametrize("key", ENDING_KEYS)
def test_esc_and_f11_end_it_on_every_tab(window, qtbot, key):
    window.tabs.setCurrentWidget(window.training_tab)
    window.full_screen.set(True)
    qtbot.keyClick(window, key)
    assert not window.isFullScreen()
    assert window.strip.isVisible()


def test_neither_key_does_anything_else_in_the_frame(window, qtbot):
    with qtbot.assertNotEmitted(window.full_screen.changed):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        window.full_screen.set(False)
    assert window.isVisible()


def test_the_frame_comes_back_if_the_desktop_ends_it(window, qtbot):
    window.full_screen.set(True)
    with qtbot.waitSignal(window.full_screen.changed) as changed:
        window.setWindowState(Qt.WindowState.WindowNoState)
        QApplication.sendPostedEvents(window, QEvent.Type.WindowStateChange)
    assert changed.args == [False]
    assert window.tabs.tabBar().isVisible()


def test_the_menu_shows_the_films_full_screen(window):
    window.view_menu.full_screen.trigger()
    assert window.isFullScreen()
    assert window.tabs.currentWidget() is window.classify_tab
    window.full_screen.set(False)
