"""The Dataset tab as a person uses it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QPushButton

from core.datasets.events import FindingKind
from core.datasets.preparation import load_kept_preparation
from tests.factories import write_films
from tests.gui.dataset.person import finding_kinds, open_dataset, take_step


def test_a_leaky_dataset_is_blocked_until_one_click_resolves_it(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    assert finding_kinds(window)[0] is FindingKind.COPY_LEAK
    assert "✖" in tab.findChild(QListWidget, "findings").item(0).text()
    start = window.training_tab.findChild(QPushButton, "start")
    assert not start.isEnabled()
    assert "cannot be used for training" in window.training_tab.view.status.text()
    take_step(qtbot, window, "fix_0")
    assert FindingKind.COPY_LEAK not in finding_kinds(window)
    assert start.isEnabled()
    assert len(load_kept_preparation(leaky).steps) == 1
    open_dataset(qtbot, window, leaky)
    assert start.isEnabled()
    take_step(qtbot, window, "undo")
    assert not start.isEnabled()


def test_doubtful_labels_become_a_finding(window, no_shortcut_probe, tmp_path, qtbot):
    films = write_films(tmp_path / "films", 22, side=128)
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        window.dataset_tab.open(films)
    (films / "PNEUMONIA" / "P0003.png").rename(films / "NORMAL" / "X0003.png")
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        window.dataset_tab.open(films)
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        qtbot.mouseClick(window.dataset_tab.doubts, Qt.MouseButton.LeftButton)
    assert window.session.audit.findings[0].kind == "Doubtful labels"
    assert "contradicted" in window.dataset_tab.summary.text()
    assert window.dataset_tab.browser.finding.currentText() == "Doubtful labels"
