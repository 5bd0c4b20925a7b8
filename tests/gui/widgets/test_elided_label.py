"""A line that is cut with an ellipsis."""

from PySide6.QtCore import Qt

from gui.widgets.elided_label import ElidedLabel
from gui.widgets.named_widgets import format_tip
from tests.gui.film.person import shown

LONG = "Training <b>resnet50-best on /data/of a hospital/with a long name/films"


def test_a_long_line_is_cut_but_not_forgotten(qtbot):
    label = ElidedLabel(LONG)
    qtbot.addWidget(label)
    whole = label.sizeHint()
    assert label.minimumSizeHint().width() < whole.width() / 4
    label.resize(whole)
    full = shown(label)
    label.resize(whole.width() // 3, whole.height())
    cut = shown(label)
    assert (label.text(), label.toolTip()) == (LONG, format_tip(LONG))
    assert label.textFormat() is Qt.TextFormat.PlainText
    other = ElidedLabel(LONG[:-5] + "other")
    qtbot.addWidget(other)
    other.resize(label.size())
    assert (cut != full[:, : cut.shape[1]]).any()  # not only clipped: an ellipsis stands in it
    assert (cut != shown(other)).any()  # and the end of the line, which tells two apart


def test_a_short_line_asks_for_no_more_than_it_needs(qtbot):
    label = ElidedLabel("12")
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() == label.sizeHint().width()
