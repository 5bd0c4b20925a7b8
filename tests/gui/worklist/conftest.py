"""A list of films, on no screen."""

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from gui.worklist.list_strip import ListStrip
from gui.worklist.worklist_filter import WorklistFilter
from gui.worklist.worklist_table import WorklistTable
from tests.gui.worklist.examples import ROWS, book


@pytest.fixture
def table(qapp):
    made = WorklistTable()
    made.show_list(None, ROWS, book())
    yield made
    made.close()


@pytest.fixture
def rows(table):
    """The rows as a model that Qt checks after every change."""
    made = WorklistFilter(table)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    made.show_only(made.kind)
    return made


@pytest.fixture
def calls():
    return book()


@pytest.fixture
def strip(qtbot, calls):
    """The strip with all rows; no film is current."""
    made = ListStrip()
    QAbstractItemModelTester(made.rows, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    qtbot.addWidget(made, before_close_func=lambda _strip: made.close_thumbnails())
    made.resize(300, 600)
    made.show_list(None, ROWS, calls, False, "seed")
    made.show()
    return made


@pytest.fixture
def blind_strip(strip, calls):
    strip.show_list(None, ROWS, calls, True, "seed")
    return strip
