"""Files dropped anywhere on the window."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from gui.shell.drop_overlay import DropOverlay
from tests.gui.fake_jobs import ignore, lasting

BUTTONS, KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY_OR_MOVE = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


def mime(url):
    data = QMimeData()
    data.setUrls([QUrl(url)])
    return data


def enter(widget, url="file:///films"):
    """Drag over a widget; gives whether it takes what is dragged."""
    data = mime(url)
    event = QDragEnterEvent(QPoint(300, 300), COPY_OR_MOVE, data, BUTTONS, KEYS)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted() and event.dropAction() == Qt.DropAction.CopyAction


def drop(widget, url="file:///films"):
    data = mime(url)
    QApplication.sendEvent(widget, QDropEvent(QPointF(300, 300), COPY_OR_MOVE, data, BUTTONS, KEYS))


@pytest.fixture
def overlay(window):
    return window.findChild(DropOverlay)


@pytest.fixture
def opened(window, monkeypatch):
    """What was opened, and where."""
    calls = []
    monkeypatch.setattr(window.classify_tab, "open", lambda path: calls.append(("classify", path)))
    monkeypatch.setattr(window.dataset_tab, "open", lambda path: calls.append(("dataset", path)))
    return calls


@pytest.mark.parametrize(
    ("tab", "words", "target"),
    [
        ("dataset_tab", "Drop a dataset", "dataset"),
        ("training_tab", "Drop a dataset", "dataset"),
        ("runs_tab", "Drop a film", "classify"),
        ("evaluate_tab", "Drop a film", "classify"),
        ("classify_tab", "Drop a film", "classify"),
    ],
)
def test_a_drop_is_opened_where_the_hint_says(window, qtbot, overlay, opened, tab, words, target):
    window.tabs.setCurrentWidget(getattr(window, tab))
    qtbot.waitUntil(lambda: window.jobs.state.value == "idle")
    assert window.tabs.explain_drop().startswith(words)
    assert enter(window)
    assert overlay.isVisible()
    assert overlay.geometry() == window.rect()
    assert enter(overlay)  # it lies under the pointer now
    drop(overlay)
    assert opened == [(target, Path("/films"))]
    assert window.tabs.currentWidget() is getattr(window, f"{target}_tab")
    assert not overlay.isVisible()


def test_a_drop_before_the_hint_is_painted_counts_too(window, opened):
    window.tabs.setCurrentWidget(window.classify_tab)
    assert enter(window)
    drop(window)
    assert opened == [("classify", Path("/films"))]


def test_the_hint_goes_when_the_drag_leaves(window, overlay, opened):
    assert enter(window)
    QApplication.sendEvent(overlay, QDragLeaveEvent())
    assert not overlay.isVisible()
    assert opened == []


def test_what_cannot_be_opened_is_refused(window, qtbot, overlay, opened):
    assert not enter(window, "https://example.org/film.png")
    with qtbot.waitSignal(window.jobs.ended):
        window.jobs.start(lasting, ignore)
        assert not enter(window)  # the Dataset tab, while a job runs
        window.tabs.setCurrentWidget(window.classify_tab)
        assert enter(window)  # films are read whatever runs
        drop(overlay)
        window.jobs.cancel()
    assert opened == [("classify", Path("/films"))]
