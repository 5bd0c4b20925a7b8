"""A chip with its count."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.worklist.chip import Chip, blend


@pytest.fixture
def chip(qtbot):
    made = Chip("refused")
    qtbot.addWidget(made)
    made.show_count("12")
    made.resize(made.sizeHint())
    made.show()
    return made


def test_a_chip_is_as_wide_for_all_counts_of_as_many_digits(chip):
    assert chip.text() == "refused 12"
    widths = []
    for count in ("11", "40", "99"):
        chip.show_count(count)
        widths.append(chip.sizeHint().width())
    assert len(set(widths)) == 1
    chip.show_count("100")
    assert chip.sizeHint().width() > widths[0]


def test_a_checked_chip_is_seen(chip, qtbot):
    before = chip.grab().toImage()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.isChecked()
    middle = before.rect().center().x(), 3
    assert chip.grab().toImage().pixelColor(*middle) != before.pixelColor(*middle)


def test_a_mark_has_its_colour(chip):
    def has_red():
        image = chip.grab().toImage()
        colours = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
        return any(colour.red() > 180 and colour.green() < 80 for colour in colours)

    assert not has_red()
    chip.set_tint(QColor("#ff0000"))
    assert has_red()


def test_colours_are_blended():
    assert blend(QColor("#000000"), QColor("#ff8000"), 0.5) == QColor("#804000")
