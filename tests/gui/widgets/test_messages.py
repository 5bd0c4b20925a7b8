"""The dialogs."""

from core.system.attributions import ATTRIBUTIONS
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
