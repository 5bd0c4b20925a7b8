"""The dialogs."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget

from core.system.attributions import ATTRIBUTIONS
from gui.state.settings import FolderKind, load_folder
from gui.widgets import messages


def test_about_says_what_it_is_and_that_it_is_offline(window, monkeypatch):
    shown = []
    monkeypatch.setattr(messages.QMessageBox, "exec", lambda box: shown.append(box.text() + box.informativeText()))
    messages.show_about(window)
    assert "PneumoScreen 0." in shown[0]
    assert "not a diagnosis" in shown[0]
    assert "no network connection" in shown[0]


def test_about_names_the_films_that_the_bundled_model_was_made_with(window, monkeypatch):
    shown = []
    monkeypatch.setattr(messages.QMessageBox, "exec", lambda box: shown.append(box.detailedText()))
    messages.show_about(window)
    assert all(citation in shown[0] for citation in ATTRIBUTIONS)


def test_a_notice_is_plain_text_and_holds_nothing_up(window, qtbot):
    messages.show_notice(window, "<b>/home/x</b> cannot be used.")
    (box,) = window.findChildren(messages.QMessageBox)
    assert box.isVisible()
    assert (box.text(), box.textFormat()) == ("<b>/home/x</b> cannot be used.", messages.Qt.TextFormat.PlainText)
    qtbot.mouseClick(box.buttons()[0], messages.Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.findChildren(messages.QMessageBox))


EXCEL = "Excel (*.xlsx *.xlsm)"


@pytest.fixture
def typed(monkeypatch, own_settings):
    """What a person types into the dialogs to come, and what each dialog proposed."""
    answers, proposed = [], []

    def ask(_parent, _title, proposal, kinds):
        proposed.append(proposal)
        return str(answers.pop(0)), kinds.split(";;")[0]

    monkeypatch.setattr(messages.QFileDialog, "getSaveFileName", ask)
    return answers, proposed


@pytest.mark.parametrize(
    ("name", "kinds", "written"),
    [
        ("results", EXCEL, "results.xlsx"),
        ("results.xlsx", EXCEL, "results.xlsx"),
        ("results.XLSM", EXCEL, "results.XLSM"),
        ("clinic 30.1.2026", "CSV (*.csv)", "clinic 30.1.2026.csv"),
        ("model.best", "Models (*.safetensors);;All files (*)", "model.best.safetensors"),
        ("anything", "All files (*)", "anything"),
    ],
)
def test_a_new_file_has_the_suffix_of_its_kind(qapp, typed, tmp_path, name, kinds, written):
    typed[0].append(tmp_path / name)
    assert messages.choose_new_file(None, "Save", "proposed", kinds) == tmp_path / written
    assert typed[1] == ["proposed"]


def test_a_platform_that_does_not_say_which_kind_was_chosen_has_the_first(qapp, monkeypatch):
    monkeypatch.setattr(messages.QFileDialog, "getSaveFileName", lambda *_: ("/out/card", ""))
    assert messages.choose_new_file(None, "Save", "card.pdf", "PDF (*.pdf)") == Path("/out/card.pdf")


def answer(monkeypatch, *buttons):
    """Press these buttons of the boxes to come; returns what the boxes say."""
    said, left = [], list(buttons)
    monkeypatch.setattr(messages.QMessageBox, "exec", lambda box: said.append(box.text()) or left.pop(0))
    return said


def test_a_file_that_would_be_replaced_after_the_suffix_was_added_is_asked_about(qapp, typed, tmp_path, monkeypatch):
    (tmp_path / "a.csv").touch()
    said = answer(monkeypatch, messages.QMessageBox.StandardButton.No, messages.QMessageBox.StandardButton.Yes)
    typed[0].extend([tmp_path / "a", tmp_path / "a"])
    assert messages.choose_new_file(None, "Save", "a.csv", "CSV (*.csv)") == tmp_path / "a.csv"
    assert said == ["a.csv exists already. Replace it?"] * 2
    assert typed[1] == ["a.csv", str(tmp_path / "a.csv")]


def test_no_name_is_no_file(qapp, typed, tmp_path, monkeypatch):
    (tmp_path / "a.csv").touch()
    answer(monkeypatch, messages.QMessageBox.StandardButton.No)
    typed[0].extend([tmp_path / "a", ""])
    assert messages.choose_new_file(None, "Save", "a.csv", "CSV (*.csv)") is None


def test_a_file_of_this_name_is_asked_about_by_the_dialog_only(qapp, typed, tmp_path, monkeypatch):
    (tmp_path / "a.csv").touch()
    assert answer(monkeypatch) == []
    typed[0].append(tmp_path / "a.csv")
    assert messages.choose_new_file(None, "Save", "a.csv", "CSV (*.csv)") == tmp_path / "a.csv"


@pytest.fixture
def parent(qtbot, own_settings):
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(("words", "stops"), [("Stop", True), ("Continue", False)])
def test_stopping_is_asked_with_the_name_of_the_job(parent, monkeypatch, words, stops):
    boxes = []

    def answer(box):
        boxes.append((box.text(), box.textFormat(), box.defaultButton().text()))
        next(button for button in box.buttons() if button.text() == words).click()

    monkeypatch.setattr(messages.QMessageBox, "exec", answer)
    assert messages.ask_stop(parent, "Training <b>") is stops
    assert boxes == [("Stop this job? Training <b>", messages.Qt.TextFormat.PlainText, "Continue")]


def test_a_dialog_starts_in_the_folder_chosen_last_for_the_same_thing(parent, tmp_path, monkeypatch):
    films, exports = tmp_path / "films", tmp_path / "exports"
    for folder in (films, exports):
        folder.mkdir()
    starts = []

    def choose(answer):
        def dialog(_parent, _title, start, *_kinds):
            starts.append(start)
            return answer

        return dialog

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose(str(films)))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose((str(films / "a.png"), "")))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose((str(exports / "a.csv"), "")))
    assert messages.choose_folder(parent, "Folder") == films
    assert messages.choose_file(parent, "Film", "*.png") == films / "a.png"
    assert messages.choose_file(parent, "Ledger", "*.csv", exports) == films / "a.png"
    assert messages.choose_folder(parent, "Dataset", FolderKind.DATASET) == films
    assert messages.choose_new_file(parent, "Export", "a.csv", "*.csv") == exports / "a.csv"
    assert messages.choose_new_file(parent, "Export", "b.csv", "*.csv") == exports / "a.csv"
    assert starts == ["", str(films), str(exports), "", "a.csv", str(exports / "b.csv")]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose(""))
    assert messages.choose_folder(parent, "Folder", FolderKind.EXPORTS) is None
    assert load_folder(FolderKind.EXPORTS) == exports
