"""Start the window program: one instance, a splash at once, then the window.

Slow imports happen while the splash is on the screen.
"""

import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QLabel

from core.system.app_folders import data_folder
from core.system.exit_status import DONE, FAILED, INTERRUPTED
from gui.shell.quit_signals import QuitSignals
from gui.shell.single_instance import SingleInstance
from gui.shell.ui_language import apply_language, set_qt_locale
from gui.widgets.icon import program_icon

EXPOSED_MILLISECONDS = 100


def create_application() -> QApplication:
    """Return the QApplication, created and configured on the first call."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    set_qt_locale()
    application.setOrganizationName("PneumoScreen")
    application.setApplicationName("PneumoScreen")
    application.setDesktopFileName("pneumoscreen")
    application.setWindowIcon(QIcon(program_icon()))
    return application


def show_splash() -> QLabel:
    """Show the icon, painted before this returns.

    Not a QSplashScreen, which waits a whole second if no window manager responds.
    """
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
    """Open the window, or pass `path` to the one that is already open; returns the exit status.

    cancel: set if the system asked the program to end before there was a window. The exit status is
    then 130 (INTERRUPTED), as it is whenever the system ends the program.
    """
    application = create_application()
    signals = QuitSignals()
    instance = SingleInstance(data_folder())
    try:
        if cancel.is_set():
            return INTERRUPTED
        if not instance.take():
            if instance.hand_over(path):
                return DONE
            apply_language(application)
            from gui.widgets.messages import show_already_open

            show_already_open(instance.owner())
            return FAILED
        splash = show_splash()
        from gui.shell.window_program import WindowProgram

        program = WindowProgram(instance, signals)
        splash.close()
        program.open(path, demo)
        status = application.exec()
        program.close()
        return INTERRUPTED if program.window.is_ended else status
    finally:
        instance.release()
        signals.close()


def measure_start() -> int:
    """Start as usual, check the model, print the start-up times, close; returns the exit status."""
    application = create_application()
    apply_language(application)
    splash = show_splash()
    painted = time.monotonic()
    from gui.shell.startup_times import StartTimes

    times = StartTimes(painted)
    splash.close()
    times.start()
    return application.exec()
