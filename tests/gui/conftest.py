"""A window with settings of its own, and no dialog that waits for a person."""

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui.jobs.jobs import Jobs, JobState
from gui.shell.main_window import MainWindow
from gui.state.session import Session
from gui.widgets import messages


@pytest.fixture
def errors(monkeypatch):
    shown = []
    monkeypatch.setattr(messages, "show_error", lambda _parent, error: shown.append(error.sentence))
    return shown


@pytest.fixture
def work(qapp):
    """The jobs of a tab that is tested without a window."""
    return Jobs()


@pytest.fixture
def session(qapp):
    """The same for what its tabs share."""
    return Session()


@pytest.fixture
def own_settings(qapp, tmp_path):
    """Settings in a file of their own."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture
def open_window(qtbot, own_settings, monkeypatch, errors):
    """A function that opens a window, in the language and with the settings of that moment."""
    monkeypatch.setattr(messages, "ask_stop_and_close", lambda _parent: True)  # a dialog would wait for ever
    monkeypatch.setattr(messages, "ask_stop", lambda _parent, _name: True)

    def end_work(made):
        """Let every job end: pytest-qt deletes the window before fixtures end, and a job must not lose its window."""
        while made.jobs.state is not JobState.IDLE:
            with qtbot.waitSignal(made.jobs.ended, timeout=20_000):
                made.jobs.cancel()

    def open_one():
        made = MainWindow()
        qtbot.addWidget(made, before_close_func=end_work)
        made.show()
        return made

    yield open_one
    QApplication.instance().setStyleSheet("")  # or the next window would be styled widget by widget as it is built


@pytest.fixture
def window(open_window):
    return open_window()
