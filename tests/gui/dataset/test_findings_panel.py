"""The findings of an audit as a person deals with them."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QPushButton

from core.datasets.events import Finding, FindingKind
from core.datasets.preparation import Step
from core.jobs.events import Severity
from gui.dataset.findings_panel import FindingsPanel
from tests.gui.dataset.person import open_dataset
from tests.gui.person import click


def test_a_leak_can_be_accepted_knowingly_and_only_for_now(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    tab.findChild(QCheckBox, "accept_leaks").click()
    assert window.training_tab.findChild(QPushButton, "start").isEnabled()
    assert window.session.preparation.accepts_leaks
    open_dataset(qtbot, window, leaky)
    assert not window.training_tab.findChild(QPushButton, "start").isEnabled()


FIXES = (Step("Exclude 2 films & more"), Step("Make new splits"))
LEAK = Finding(FindingKind.COPY_LEAK, Severity.BLOCKING, "Two <b>copies</b>.", "Look at them.", (Path("a.png"),), FIXES)
SIZES = Finding(FindingKind.SIZES, Severity.INFORMATION, "3 sizes.", "Harmless.")


@pytest.fixture
def panel(qtbot):
    made = FindingsPanel()
    qtbot.addWidget(made)
    made.show()
    return made


def fix_buttons(panel):
    return [one for one in panel.findChildren(QPushButton) if one.objectName().startswith("fix_")]


def test_findings_are_listed_and_the_first_is_explained(panel):
    panel.show_findings((LEAK, SIZES))
    assert [panel.list.item(row).text()[0] for row in range(2)] == ["✖", "●"]
    assert "Two <b>copies</b>." in panel.list.item(0).text()
    assert "Look at them." in panel.details.text()
    panel.list.setCurrentRow(1)
    assert "Harmless." in panel.details.text()
    assert not panel.show_films.isVisible()  # it has none


def test_a_fix_is_one_click(panel, qtbot):
    panel.show_findings((LEAK, SIZES))
    labels = ["Exclude 2 films && more", "Make new splits"]
    qtbot.waitUntil(lambda: [one.text() for one in fix_buttons(panel)] == labels)
    with qtbot.waitSignal(panel.step_wanted) as wanted:
        click(qtbot, panel, "fix_1")
    assert wanted.args == [FIXES[1]]
    with qtbot.waitSignal(panel.films_wanted) as films:
        click(qtbot, panel, "show_finding_films")
    assert films.args == [LEAK]
    panel.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: fix_buttons(panel) == [])


def test_only_what_blocks_can_be_accepted_and_never_for_the_next_dataset(panel, qtbot):
    panel.show_findings((SIZES,))
    assert not panel.accept.isVisible()
    panel.show_findings((LEAK,))
    assert panel.accept.isVisible()
    with qtbot.waitSignal(panel.accepted) as accepted:
        panel.accept.click()
    assert accepted.args == [True]
    panel.show_findings((LEAK,))
    assert not panel.accept.isChecked()


def test_no_finding_is_said(panel):
    panel.show_findings(())
    assert panel.list.count() == 0
    assert panel.details.text()
    assert not panel.show_films.isVisible()
