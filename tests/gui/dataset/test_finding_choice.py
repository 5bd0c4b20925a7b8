"""Which class is the finding: always visible, changeable, and asked where names do not tell it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from core.datasets.dataset import Dataset
from core.datasets.events import AuditResult, FindingKind
from gui.dataset.finding_choice import FindingChoice
from tests.factories import draw_film
from tests.gui.person import job_ended


@pytest.fixture
def choice(qtbot):
    made = FindingChoice()
    qtbot.addWidget(made)
    return made


def test_it_shows_the_finding(choice):
    choice.show_dataset(Dataset(Path(), ("<b>NORMAL", "PNEUMONIA"), ()))
    assert choice.isVisibleTo(None) or not choice.isHidden()
    assert choice.box.currentText() == "PNEUMONIA"
    assert choice.question.text() == ""
    assert choice.box.itemText(0) == "<b>NORMAL"


def test_it_asks_where_the_names_do_not_tell_it(choice):
    choice.show_dataset(Dataset(Path(), ("A", "B"), (), is_finding_certain=False))
    assert choice.box.currentIndex() == -1
    assert "do not tell" in choice.question.text()


def test_it_is_hidden_with_more_classes(choice):
    choice.show_dataset(Dataset(Path(), ("NORMAL", "bacteria", "virus"), ()))
    assert choice.isHidden()


def test_the_arrow_keys_change_it(qtbot, choice):
    choice.show_dataset(Dataset(Path(), ("NORMAL", "PNEUMONIA"), ()))
    with qtbot.waitSignal(choice.step_wanted) as wanted:
        qtbot.keyClick(choice.box, Qt.Key.Key_Up)
    assert wanted.args[0].finding == "NORMAL"


def write_dataset(folder, *names):
    for label, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for seed in range(12):
            draw_film(seed, label, 96).save(folder / name / f"{name}{chr(97 + seed)}.png")
    return folder


def test_an_unknown_finding_blocks_training_until_it_is_named(window, qtbot, tmp_path):
    tab = window.dataset_tab
    with job_ended(qtbot, window, AuditResult) as seen:
        tab.open(write_dataset(tmp_path / "films", "A", "B"))
    assert FindingKind.FINDING_UNKNOWN in {finding.kind for finding in seen.args[0].findings}
    assert window.session.is_blocked
    assert not tab.audit_panel.findings.accept.isVisible()  # nothing can be accepted here
    window.session.accept_leaks(True)
    assert window.session.is_blocked
    box = tab.findChild(QComboBox, "finding")
    with job_ended(qtbot, window, AuditResult) as seen:
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert seen.args[0].dataset.classes == ("B", "A")
    assert not window.session.is_blocked
    assert box.currentText() == "A"
    with job_ended(qtbot, window, AuditResult) as again:
        tab.open(tmp_path / "films")  # the choice is kept
    assert again.args[0].dataset.finding == "A"


def test_a_wrong_preselection_is_changed_and_undone(window, qtbot, tmp_path):
    tab = window.dataset_tab
    with job_ended(qtbot, window, AuditResult):
        tab.open(write_dataset(tmp_path / "films", "NORMAL", "PNEUMONIA"))
    with job_ended(qtbot, window, AuditResult) as seen:
        qtbot.keyClick(tab.findChild(QComboBox, "finding"), Qt.Key.Key_Up)
    assert seen.args[0].dataset.finding == "NORMAL"
    with job_ended(qtbot, window, AuditResult) as seen:
        tab.audit_panel.undo.click()
    assert seen.args[0].dataset.finding == "PNEUMONIA"
