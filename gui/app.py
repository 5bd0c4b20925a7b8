"""Start of the window program: one instance, a splash at once, then the window. What is slow is imported behind it."""

import sys
import threading
import time
from pathlib import Path

from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QSplashScreen

from core.notice import NOTICE
from core.places import data_folder
from gui.ending import EndSignals
from gui.single_instance import SingleInstance
from resources import resource

DONE, FAILED, INTERRUPTED = 0, 1, 130


def application() -> QApplication:
    """The one QApplication."""
    made = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(made, QApplication)
    made.setOrganizationName("PneumoScreen")
    made.setApplicationName("PneumoScreen")
    made.setDesktopFileName("pneumoscreen")
    made.setWindowIcon(QIcon(str(resource("icons/pneumoscreen.png"))))
    return made


def show_splash() -> QSplashScreen:
    """The icon with the notice, painted before this returns."""
    splash = QSplashScreen(QPixmap(str(resource("icons/pneumoscreen.png"))))
    splash.show()
    splash.showMessage(NOTICE, color="white")
    splash.repaint()  # QSplashScreen's own: it does not wait for an event loop
    return splash


def run_window(path: Path | None, demo: bool, cancel: threading.Event) -> int:
    """Open the window, or hand `path` to the one that is open already; returns the exit status.

    cancel: set where the system asked for the end before there was a window. Ended by the system it is 130.
    """
    running, signals, instance = application(), EndSignals(), SingleInstance(data_folder())
    try:
        if cancel.is_set():
            return INTERRUPTED
        if not instance.take():
            if instance.hand_over(path):
                return DONE
            from gui.messages import show_already_open

            show_already_open(instance.owner())
            return FAILED
        splash = show_splash()
        from gui.window_program import WindowProgram

        program = WindowProgram(instance, signals)
        splash.finish(program.window)
        program.open(path, demo)
        status = running.exec()
        program.close()
        return INTERRUPTED if program.window.is_ended else status
    finally:
        instance.release()
        signals.close()


def measure_start() -> int:
    """Open the window as a start does, check the model, print when what was reached, close; returns the exit status."""
    running = application()
    splash, painted = show_splash(), time.monotonic()
    from gui.start_times import StartTimes

    times = StartTimes(painted)
    splash.finish(times.window)
    times.start()
    return running.exec()
