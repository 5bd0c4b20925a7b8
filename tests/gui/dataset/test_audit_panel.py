"""The results of an audit on their pages."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTableView, QTabWidget

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.events import AuditResult, Finding, FindingKind, Shortcut
from core.datasets.preparation import AS_IT_IS, Action, Correction, Step
from core.jobs.events import Severity
from core.metrics.intervals import Figure
from core.system.errors import Reason
from gui.dataset.audit_panel import AuditPanel
from tests.gui.person import click

FILMS = tuple(Film(Path(f"/films/{number}.png"), number % 2, f"p{number // 4}", Split.TEST) for number in range(8))
AUDIT = AuditResult(
    preparation=AS_IT_IS.with_step(Step("Exclude 1 film", (Correction("9.png", Action.EXCLUDE),))),
    dataset=Dataset(Path("/films"), ("NORMAL", "SICK"), FILMS),
    planned=None,
    left_out=(FilmLeftOut(Path("/films/<b>cut.png"), Reason.DAMAGED, "It is cut off."),),
    findings=(Finding(FindingKind.SIZES, Severity.INFORMATION, "3 sizes.", "Harmless."),),
    copies=(), codes={}, ages={},
    shortcuts=(Shortcut("file size", Figure(0.9, 0.8, 0.95), "By its size alone."),),
    completed=True,
)  # fmt: skip


@pytest.fixture
def panel(qtbot):
    made = AuditPanel()
    qtbot.addWidget(made)
    made.show()
    made.show_audit(AUDIT)
    return made


def rows(panel, name):
    model = panel.findChild(QTableView, name).model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def titles(panel):
    pages = panel.findChild(QTabWidget)
    return [pages.tabText(number) for number in range(pages.count())]


def test_films_and_patients_are_counted_by_class_and_split(panel):
    assert rows(panel, "counts") == [["NORMAL", "test", "4", "2"], ["SICK", "test", "4", "2"]]


def test_pages_say_how_much_they_hold(panel):
    assert titles(panel) == ["Findings (1)", "Shortcuts", "Unreadable (1)", "Corrections (1)"]
    panel.show_audit(replace(AUDIT, findings=(), left_out=(), preparation=AS_IT_IS))
    assert titles(panel) == ["Findings", "Shortcuts", "Unreadable", "Corrections"]


def test_a_shortcut_is_said_in_words_and_figures(panel):
    assert panel.shortcut_sentence.text() == "By its size alone."
    assert rows(panel, "shortcuts") == [["file size", "0.900", "0.800", "0.950"]]
    panel.show_audit(replace(AUDIT, shortcuts=()))
    assert "ten patients" in panel.shortcut_sentence.text()


def test_unreadable_files_are_named_as_they_are_with_the_reason(panel):
    ((name, reason, why),) = rows(panel, "left_out")
    assert (name, why) == ("<b>cut.png", "It is cut off.")
    assert "damaged" in reason
    panel.show_unreadable()
    assert panel.findChild(QTableView, "left_out").isVisible()


def test_corrections_are_undone_and_exported_where_there_are_any(panel, qtbot):
    assert rows(panel, "corrections") == [["Exclude 1 film", "1"]]
    panel.findChild(QTabWidget).setCurrentIndex(3)
    panel.update_enabled(is_idle=True, has_corrections=True)
    with qtbot.waitSignal(panel.undo_wanted):
        click(qtbot, panel, "undo")
    with qtbot.waitSignal(panel.export_wanted):
        click(qtbot, panel, "export_corrections")
    panel.update_enabled(is_idle=False, has_corrections=True)
    assert not panel.undo.isEnabled()
    assert panel.export.isEnabled()  # what is decided can be exported while a job runs
    assert not panel.findings.isEnabled()
    panel.update_enabled(is_idle=True, has_corrections=False)
    assert not panel.undo.isEnabled()
    assert not panel.export.isEnabled()
