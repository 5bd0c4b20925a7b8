"""How a dataset is read, corrected in its dialog."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QLineEdit, QTableView

from core.datasets.events import AuditResult
from core.datasets.intake import IntakePreview
from core.datasets.preparation import load_kept_preparation
from gui.dataset.intake_dialog import IntakeDialog
from tests.gui.dataset.person import open_dataset
from tests.gui.person import click, job_ended


def test_patient_pattern_is_corrected_in_the_dialog(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    patients = window.session.audit.dataset.count_patients()
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        click(qtbot, tab, "intake")
    dialog = tab.findChild(IntakeDialog, "intake_dialog")
    field = dialog.findChild(QLineEdit, "patient_pattern")
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    field.setText("(")
    assert not ok.isEnabled()
    field.setText("(?:copy)?(NORMAL|PNEUMONIA)[a-l]?.*")
    assert "→" in dialog.examples.text()
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        qtbot.mouseClick(ok, Qt.MouseButton.LeftButton)
    assert window.session.audit.dataset.count_patients() == 2 < patients
    assert load_kept_preparation(leaky).patient_pattern == "(?:copy)?(NORMAL|PNEUMONIA)[a-l]?.*"


def write_list(folder, header, row):
    """A label list of the films in class folders; row: from a film's path and class."""
    lines = [row(path.relative_to(folder), path.parent.name) for path in sorted(folder.rglob("*.png"))]
    path = folder / "list.csv"
    path.write_text("\n".join([header, *lines]), "utf-8")
    return path


def open_list(qtbot, window, path):
    """Open a list; gives the dialog that shows it before it is read."""
    tab = window.dataset_tab
    with job_ended(qtbot, window, IntakePreview):
        tab.open(path)
    return tab.findChild(IntakeDialog, "intake_dialog")


def test_columns_and_samples_are_shown_before_a_list_is_read(qtbot, window, dataset_folder):
    path = write_list(dataset_folder, "file;<b>label;age", lambda file, name: f"{file};{name};{len(name)}")
    dialog = open_list(qtbot, window, path)
    assert window.session.audit is None
    model = dialog.findChild(QTableView, "samples").model()
    headings = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert headings == ["file", "<b>label", "age"]
    assert model.index(0, 1).data() == "NORMAL"
    assert dialog.labels.text() == "NORMAL: 12, PNEUMONIA: 12"
    with job_ended(qtbot, window, AuditResult) as seen:
        dialog.accept()
    assert len(seen.args[0].dataset.films) == 24
    with job_ended(qtbot, window, AuditResult):
        window.dataset_tab.open(path)  # its columns are known now


def test_a_list_that_was_moved_is_told_with_the_folder_that_was_tried(qtbot, window, dataset_folder, tmp_path, errors):
    path = write_list(dataset_folder, "file;label", lambda file, name: f"{file};{name}")
    (tmp_path / "moved").mkdir()
    dialog = open_list(qtbot, window, path.rename(tmp_path / "moved/list.csv"))
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        dialog.accept()
    (told,) = errors
    assert told.startswith(
        f"None of the 24 files that the list names is where the list says or below {tmp_path / 'moved'}."
    )
    assert window.session.audit is None


def test_a_list_that_is_not_read_leaves_the_dataset_before_it(qtbot, window, leaky, dataset_folder):
    tab = open_dataset(qtbot, window, leaky)
    before, source = tab.summary.text(), window.session.source
    dialog = open_list(qtbot, window, write_list(dataset_folder, "file;label", lambda file, name: f"{file};{name}"))
    dialog.reject()
    assert (tab.summary.text(), window.session.source) == (before, source)
    with job_ended(qtbot, window, IntakePreview) as seen:
        click(qtbot, tab, "intake")
    assert seen.args[0].source == leaky


def test_columns_that_cannot_be_guessed_are_chosen(qtbot, window, dataset_folder):
    path = write_list(dataset_folder, "a;b", lambda file, name: f"{file.with_suffix('')};{name}")
    dialog = open_list(qtbot, window, path)
    dialog.findChild(QComboBox, "column_file").setCurrentText("a")
    dialog.findChild(QComboBox, "column_label").setCurrentText("b")
    with job_ended(qtbot, window, AuditResult):
        dialog.accept()
    assert len(window.session.audit.dataset.films) == 24


def test_of_labels_that_list_findings_one_is_chosen(qtbot, window, dataset_folder):
    labels = {"NORMAL": "No Finding", "PNEUMONIA": "Effusion|Pneumonia"}
    path = write_list(dataset_folder, "Image Index,Finding Labels", lambda file, name: f"{file},{labels[name]}")
    dialog = open_list(qtbot, window, path)
    assert dialog.contains.currentData() == "Pneumonia"  # proposed
    dialog.contains.setCurrentIndex(dialog.contains.findData("Effusion"))
    with job_ended(qtbot, window, AuditResult) as seen:
        dialog.accept()
    assert seen.args[0].dataset.classes == ("No Effusion", "Effusion")
    with job_ended(qtbot, window, IntakePreview):
        click(qtbot, window.dataset_tab, "intake")
    again = window.dataset_tab.findChildren(IntakeDialog, "intake_dialog")[-1]
    assert again.contains.currentData() == "Effusion"
