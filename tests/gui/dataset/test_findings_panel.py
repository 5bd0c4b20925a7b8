"""The findings of an audit as a person deals with them."""

from PySide6.QtWidgets import QCheckBox, QPushButton

from tests.gui.dataset.person import open_dataset


def test_a_leak_can_be_accepted_knowingly_and_only_for_now(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    tab.findChild(QCheckBox, "accept_leaks").click()
    assert window.training_tab.findChild(QPushButton, "start").isEnabled()
    assert window.session.preparation.accepts_leaks
    open_dataset(qtbot, window, leaky)
    assert not window.training_tab.findChild(QPushButton, "start").isEnabled()
