"""What a person does in the window, whatever the tab."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton


def job_ended(qtbot, window, kind=object, timeout=60_000):
    """Wait at the end of the block until the window has shown a result of this kind."""
    return qtbot.waitSignal(window.jobs.ended, timeout=timeout, check_params_cb=lambda result: isinstance(result, kind))


def click(qtbot, parent, name):
    """Click the button of this name."""
    qtbot.mouseClick(parent.findChild(QPushButton, name), Qt.MouseButton.LeftButton)
