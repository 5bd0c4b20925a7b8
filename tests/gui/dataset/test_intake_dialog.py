"""How a dataset is read, corrected in its dialog."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QLineEdit

from core.datasets.preparation import load_kept_preparation
from gui.dataset.intake_dialog import IntakeDialog
from tests.gui.dataset.person import open_dataset
from tests.gui.person import click


def test_patient_pattern_is_corrected_in_the_dialog(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    patients = window.session.audit.dataset.count_patients()
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, tab, "intake")
    dialog = tab.findChild(IntakeDialog, "intake_dialog")
    field = dialog.findChild(QLineEdit, "patient_pattern")
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    field.setText("(")
    assert not ok.isEnabled()
    field.setText("(?:copy)?(NORMAL|PNEUMONIA)[a-l]?.*")
    assert "→" in dialog.examples.text()
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        qtbot.mouseClick(ok, Qt.MouseButton.LeftButton)
    assert window.session.audit.dataset.count_patients() == 2 < patients
    assert load_kept_preparation(leaky).patient_pattern == "(?:copy)?(NORMAL|PNEUMONIA)[a-l]?.*"


def test_columns_that_cannot_be_guessed_are_chosen(qtbot, window, errors, dataset_folder):
    lines = [f"{path.relative_to(dataset_folder)};{path.parent.name}" for path in dataset_folder.rglob("*.png")]
    listed = dataset_folder / "list.csv"
    listed.write_text("\n".join(["a;b", *(line.replace(".png", "") for line in lines)]), "utf-8")
    tab = open_dataset(qtbot, window, listed)
    assert "No column looks like" in errors[0]
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, tab, "intake")
    dialog = tab.findChild(IntakeDialog, "intake_dialog")
    dialog.findChild(QComboBox, "column_file").setCurrentText("a")
    dialog.findChild(QComboBox, "column_label").setCurrentText("b")
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        dialog.accept()
    assert len(window.session.audit.dataset.films) == 24
