"""The dialogs."""

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
