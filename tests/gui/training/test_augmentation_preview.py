"""The preview of augmentation."""

from PySide6.QtWidgets import QDoubleSpinBox

from tests.gui.person import click


def test_preview_follows_the_form(qtbot, tab):
    preview = tab.preview_window
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        click(qtbot, tab, "preview")
    plain = [label.pixmap().toImage() for label in preview.films]
    assert all(image == plain[0] for image in plain)
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        tab.form.findChild(QDoubleSpinBox, "rotation_degrees").setValue(20)
    turned = [label.pixmap().toImage() for label in preview.films]
    assert turned[0] != plain[0]
    assert turned[0] != turned[1]
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        click(qtbot, preview, "again")
    assert preview.films[0].pixmap().toImage() != turned[0]
    preview.close()
