"""Buttons of the toolbar."""

import pytest
from PySide6.QtWidgets import QMenu

from gui.classify.bar_button import BarButton, escape_mnemonics, format_menu_name
from gui.widgets.named_widgets import format_tip


@pytest.fixture
def button(qtbot):
    made = BarButton("Not validated here & more", "caution", "Caution")
    qtbot.addWidget(made)
    made.show()
    return made


def test_words_are_cut_only_where_space_is_short(button):
    whole = button.grab().toImage()
    assert whole.width() >= button.fontMetrics().horizontalAdvance("Not validated here & more")
    button.resize(button.minimumSizeHint())
    assert button.width() < whole.width() / 2
    assert button.text() == "Not validated here & more"
    cut = button.grab().toImage()
    button.show_words("Not validated yet, which is as long")
    assert button.grab().toImage() == cut  # the dots stand before the words that differ


def test_a_menu_adds_an_arrow(button):
    before = button.sizeHint().width()
    button.setMenu(QMenu(button))
    assert button.sizeHint().width() > before


def test_short_words_are_never_cut(button):
    button.show_words("Open")
    assert button.minimumSizeHint() == button.sizeHint()


def test_names_are_plain_text_everywhere(button):
    assert escape_mnemonics("a & b") == "a && b"
    menu = QMenu(button)
    assert format_menu_name("a\n&b", menu, 1000) == r"a\u000A&&b"
    assert "…" in format_menu_name("long" * 100, menu, 100)
    assert format_tip("<b>\nx") == "<p style='white-space: pre-wrap'>&lt;b&gt;\nx</p>"
