"""How a row looks."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from core.models.decision import Decision
from core.screening.reader_calls import UNSURE
from gui.state.settings import Theme
from gui.widgets.theme import apply_theme, theme_colours
from gui.worklist.row_delegate import ROW_PX, CellDelegate, RowDelegate
from gui.worklist.table_view import TableView
from tests.gui.worklist.examples import book, call, refused, scored


@pytest.fixture(params=[Theme.DARK, Theme.LIGHT])
def themed(request, strip):
    application = QApplication.instance()
    apply_theme(application, request.param)
    strip.set_colours(theme_colours(request.param))
    yield strip
    application.setStyleSheet("")


def painted(strip, number):
    """The pixels of a row: (height, width, 3)."""
    area = strip.view.visualRect(strip.rows.index(number, 0))
    image = strip.view.viewport().grab(area).toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def luminance(colour):
    """Relative luminance of a QColor (WCAG 2.1)."""
    parts = np.array(colour.getRgbF()[:3])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def background(pixels):
    return QColor(*pixels[ROW_PX // 2, -1])


def test_decisions_and_the_chosen_row_can_be_read_in_each_theme(themed):
    themed.move_by(1)
    base, chosen = background(painted(themed, 1)), background(painted(themed, 0))
    for decision in Decision:
        assert contrast(themed.table.tint(decision), base) >= 4.5
        assert contrast(themed.table.tint(decision), chosen) >= 3.0  # its mark; the word has the text's colour
    text = themed.palette().text().color()
    assert contrast(text, base) >= 4.5
    assert contrast(text, chosen) >= 4.5
    bar = QColor(*painted(themed, 0)[ROW_PX // 2, 1])
    assert contrast(bar, base) >= 3.0


def has_colour(pixels, colour, tolerance=40):
    return bool((abs(pixels - np.array(colour.getRgb()[:3])).max(axis=2) < tolerance).any())


def test_a_decision_has_its_colour_and_a_hidden_one_none(themed):
    tint = themed.table.tint(Decision.LIKELY)
    assert has_colour(painted(themed, 0), tint)
    themed.set_blind(True)
    assert not any(has_colour(painted(themed, number), tint) for number in range(5))


def test_a_row_shows_call_note_and_warning(strip):
    row = scored("film.png", 0.5)
    shown = []
    for calls, reason in (
        ((), ""),
        ((call("film.png", "PNEUMONIA"),), ""),
        ((call("film.png", "NORMAL"),), ""),
        ((call("film.png", UNSURE),), ""),
        ((call("film.png", UNSURE, "see"),), ""),
        ((), "unlike_validated_films"),
    ):
        changed = scored("film.png", row.probability, reason=reason)
        strip.show_list(None, [changed], book(*calls), False)
        shown.append(painted(strip, 0))
    assert all((one != other).any() for n, one in enumerate(shown) for other in shown[:n])


@pytest.mark.parametrize("width", [240, 300])
def test_a_long_reason_uses_the_line_below(strip, width):
    strip.setFixedWidth(width)
    strip.show_list(None, [refused("ab.png", "rotated"), refused("ba.png", "word " * 9)], book(), False)
    short, long = painted(strip, 0), painted(strip, 1)

    def inked(pixels):
        return (abs(pixels[:-4, 64:] - pixels[2, -1]).max(axis=2) > 60).any(axis=1).nonzero()[0]

    assert inked(long).min() < inked(short).min()  # the name makes room
    assert inked(long).max() > inked(short).max()
    assert inked(long).max() < ROW_PX - 4


def test_names_give_way_to_what_there_is_room_for(strip):
    names = ["inbox/a.png", "a.png", "PATIENT-0000000001/STUDY-1/a.png", f"{'long-' * 20}a.png"]
    strip.show_list(None, [scored(name, 0.9) for name in names], book(), False)
    rows = {strip.rows.row(number).file: painted(strip, number) for number in range(4)}
    assert all((rows[one] != rows[other]).any() for one in names for other in names if one != other)


def test_a_film_is_painted_in_a_square_whatever_its_shape(strip, qtbot, tmp_path):
    pixels = np.full((100, 200), 220, np.uint8)
    pixels[:10] = 100
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    with qtbot.waitSignal(strip.table.picture_changed):
        strip.show_list(tmp_path, [scored("wide.png", 0.9)], book(), False)
    row = painted(strip, 0)
    assert row[ROW_PX // 2, 30].tolist() == [220] * 3
    assert row[8, 30].tolist() == [0] * 3


def test_rows_are_as_high_as_a_film(strip):
    assert strip.view.itemDelegate().sizeHint(None, None).height() == ROW_PX
    assert isinstance(strip.view.itemDelegate(), RowDelegate)
    assert strip.view.visualRect(strip.rows.index(1, 0)).top() == ROW_PX


def test_the_chosen_row_of_the_table_keeps_its_film_and_text(themed, qtbot, tmp_path):
    Image.fromarray(np.tile(np.array([[90, 200]], np.uint8), (96, 48))).save(tmp_path / "a.png")
    table = TableView(themed.rows, themed.view.selectionModel())
    qtbot.addWidget(table)
    assert isinstance(table.itemDelegate(), CellDelegate)
    table.resize(900, 300)
    table.show()
    with qtbot.waitSignal(themed.table.picture_changed):
        themed.show_list(tmp_path, [scored("a.png", 0.9), scored("b.png", 0.1)], book(), False)

    def film():
        area = QRect(QPoint(0, 0), table.visualRect(themed.rows.index(0, 0)).size())
        return table.viewport().grab(area).toImage().pixelColor(24, 26)

    before = film()
    themed.move_by(1)
    assert film() == before
