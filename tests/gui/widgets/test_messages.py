"""The dialogs."""

from gui.widgets import messages


def test_about_says_what_it_is_and_that_it_is_offline(window, monkeypatch):
    shown = []
    monkeypatch.setattr(messages.QMessageBox, "exec", lambda box: shown.append(box.text() + box.informativeText()))
    messages.show_about(window)
    assert "PneumoScreen 0." in shown[0]
    assert "not a diagnosis" in shown[0]
    assert "no network connection" in shown[0]
