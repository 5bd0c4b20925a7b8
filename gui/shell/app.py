"""Start of the window program: one instance, a splash at once, then the window. What is slow is imported behind it."""

import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QLocale, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QLabel

from core.system.app_folders import data_folder
from core.system.exit_status import DONE, FAILED, INTERRUPTED
from gui.shell.quit_signals import QuitSignals
from gui.shell.single_instance import SingleInstance
from gui.shell.ui_language import apply_language
from gui.widgets.icon import program_icon

EXPOSED_MILLISECONDS = 100


def create_application() -> QApplication:
    """The one QApplication."""
    made = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(made, QApplication)
    QLocale.setDefault(QLocale.c())  # spin boxes write numbers as everything else here does, with a point
    made.setOrganizationName("PneumoScreen")
    made.setApplicationName("PneumoScreen")
    made.setDesktopFileName("pneumoscreen")
    made.setWindowIcon(QIcon(program_icon()))
    return made


def show_splash() -> QLabel:
    """The icon, painted before this returns; QSplashScreen waits a whole second where no window manager answers."""
    splash = QLabel()
    splash.setWindowFlags(Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
    splash.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
    splash.setPixmap(program_icon())
    splash.show()
    deadline = QDeadlineTimer(EXPOSED_MILLISECONDS)
    while not splash.windowHandle().isExposed() and not deadline.hasExpired():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    splash.repaint()
    return splash


def run_window(path: Path | None, demo: bool, cancel: threading.Event) -> int:
    """Open the window, or hand `path` to the one that is open already; returns the exit status.

    cancel: set where the system asked for the end before there was a window. Ended by the system it is 130.
    """
    running, signals, instance = create_application(), QuitSignals(), SingleInstance(data_folder())
    try:
        if cancel.is_set():
            return INTERRUPTED
        apply_language(running)
        if not instance.take():
            if instance.hand_over(path):
                return DONE
            from gui.widgets.messages import show_already_open

            show_already_open(instance.owner())
            return FAILED
        splash = show_splash()
        from gui.shell.window_program import WindowProgram

        program = WindowProgram(instance, signals)
        splash.close()
        program.open(path, demo)
        status = running.exec()
        program.close()
        return INTERRUPTED if program.window.is_ended else status
    finally:
        instance.release()
        signals.close()


def measure_start() -> int:
    """Open the window as a start does, check the model, print when what was reached, close; returns the exit status."""
    running = create_application()
    apply_language(running)
    splash, painted = show_splash(), time.monotonic()
    from gui.shell.startup_times import StartTimes

    times = StartTimes(painted)
    splash.close()
    times.start()
    return running.exec()
