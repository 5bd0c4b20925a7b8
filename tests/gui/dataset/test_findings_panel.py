"""The findings of an audit as a person deals with them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton

from gui.dataset.findings_panel import NOTHING, WARNING, FindingsPanel
from tests.gui.dataset.examples import EXCLUDE, FEW, LEAK, RELABEL, UNREADABLE
from tests.gui.dataset.person import open_dataset
from tests.gui.person import click


def test_a_leak_can_be_accepted_knowingly_and_only_for_now(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    tab.findChild(QCheckBox, "accept_leaks").click()
    assert window.training_tab.findChild(QPushButton, "start").isEnabled()
    assert window.session.preparation.accepts_leaks
    open_dataset(qtbot, window, leaky)
    assert not window.training_tab.findChild(QPushButton, "start").isEnabled()


@pytest.fixture
def panel(qtbot):
    panel = FindingsPanel()
    qtbot.addWidget(panel)
    panel.show()
    return panel


def fixes(panel):
    buttons = panel.findChildren(QPushButton)
    return {button.objectName(): button.text() for button in buttons if button.objectName().startswith("fix_")}


def test_before_an_audit_nothing_is_said(panel):
    assert panel.details.text() == ""
    assert not panel.accept.isVisible()


def test_an_audit_without_findings_says_so(panel):
    panel.show_findings(())
    assert panel.list.count() == 0
    assert panel.details.text() == NOTHING
    assert not panel.show_films.isVisible()


def test_findings_are_marked_by_severity_and_read_aloud_in_words(panel):
    panel.show_findings((LEAK, FEW, UNREADABLE))
    items = [panel.list.item(number) for number in range(3)]
    assert [item.text() for item in items] == [
        "✖  Copies across splits: 2 copies.", "▲  Few films: Only 6 films.", "●  Unreadable files: 1 file.",
    ]  # fmt: skip
    assert items[0].data(Qt.ItemDataRole.AccessibleTextRole) == "blocking: Copies across splits. 2 copies."


def test_the_first_finding_is_explained_with_its_fixes(panel):
    panel.show_findings((LEAK, FEW))
    assert panel.details.text() == "Blocking. Exclude one."
    assert fixes(panel) == {"fix_0": "Exclude 1 film", "fix_1": "Relabel <b> && co"}
    assert panel.show_films.isVisible()


@pytest.mark.parametrize(("button", "step"), [("fix_0", EXCLUDE), ("fix_1", RELABEL)])
def test_a_fix_asks_for_its_step(qtbot, panel, button, step):
    panel.show_findings((LEAK,))
    with qtbot.waitSignal(panel.step_wanted) as wanted:
        click(qtbot, panel, button)
    assert wanted.args == [step]


def test_another_finding_is_chosen_by_key(qtbot, panel):
    panel.show_findings((LEAK, FEW, UNREADABLE))
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.details.text() == "Warning. Add films."
    assert not panel.show_films.isVisible()  # it concerns no single film
    qtbot.waitUntil(lambda: fixes(panel) == {})
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.films_wanted) as wanted:
        click(qtbot, panel, "show_finding_films")
    assert wanted.args == [UNREADABLE]


def test_only_blocking_findings_can_be_accepted(qtbot, panel):
    (warning,) = [label for label in panel.findChildren(QLabel) if label.text() == WARNING]
    panel.show_findings((FEW,))
    assert not panel.accept.isVisible()
    assert not warning.isVisible()
    panel.show_findings((FEW, LEAK))
    assert panel.accept.isVisible()
    assert warning.isVisible()
    for accepted in (True, False):
        with qtbot.waitSignal(panel.accepted) as signal:
            panel.accept.click()
        assert signal.args == [accepted]


def test_other_findings_are_not_accepted_yet(panel):
    panel.show_findings((LEAK,))
    panel.accept.click()
    panel.show_findings((LEAK, FEW))
    assert not panel.accept.isChecked()
