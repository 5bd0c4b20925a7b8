"""The model's verdict on a film in a box of fixed size."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.screening.verdict import Verdict
from core.system.language import tr
from gui.reading.decision_marks import COLOURS, DecisionMark
from gui.reading.overlay_texts import SMALL, FittedLabel
from gui.reading.probability_bar import ProbabilityBar
from gui.reading.tool_strip import ToolButton
from gui.widgets.named_widgets import make_button, name_widget
from gui.widgets.theme import DARK, ORANGE

WIDTH_PX, COMPACT_WIDTH_PX = 316, 290
MARGIN_PX: Final = 9
GAP_PX: Final = 4
RADIUS_PX: Final = 6
WORDS_SCALE: Final = 1.4
LEAST: Final = 0.82  # of the desktop's font size, for texts that are too long
INFO_PX: Final = 22
OPACITY: Final = 0.93
BOX_STYLE: Final = f"""
    QLabel {{ background: transparent; }}
    QLabel#verdict_caution {{ color: {DARK.window}; }}
    QLabel#verdict_rank {{ color: #c3cad4; }}
    QPushButton#override {{ color: {DARK.text}; background: #2a313b; border: 1px solid #6b7685; border-radius: 4px;
        padding: 3px 12px; }}
    QPushButton#override:hover, QPushButton#override:focus {{ border-color: {DARK.accent}; }}
    QPushButton#override:disabled {{ color: {DARK.quiet}; border-color: {DARK.line}; }}
"""


class VerdictBox(QWidget):
    """A caution in a line of its own, the verdict in words, its rank, and the film's place on the model's scale.

    Its size never depends on what it says: a longer text is cut, and is whole in its tooltip.
    Signals: override_wanted() when a refused film is to be scored; details_wanted(is_wanted).
    """

    override_wanted = Signal()
    details_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "verdict_box", tr("Verdict"))
        self.setStyleSheet(BOX_STYLE)
        self.caution = FittedLabel("verdict_caution", tr("Caution"), SMALL, LEAST, is_bold=True)
        self.words = FittedLabel("verdict", tr("Verdict"), WORDS_SCALE, 0.9, is_bold=True)
        self.mark = DecisionMark(self.words.height() - 2)
        self.info = ToolButton("details", tr("Details: figures, model and warnings"), "D", checkable=True)
        self.info.setFixedSize(INFO_PX, INFO_PX)
        self.info.toggled.connect(self.details_wanted)
        self.rank = FittedLabel("verdict_rank", tr("Rank"), SMALL, LEAST)
        self.bar = ProbabilityBar()
        self.override = make_button(tr("Score anyway"), "override", self._on_override)
        self.override.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.override.hide()
        self._lay_out()
        self.set_compact(False)
        self.show_verdict(None)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(7)
        top.addWidget(self.mark)
        top.addWidget(self.words, 1)
        top.addWidget(self.info)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, GAP_PX, MARGIN_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self.caution)
        column.addLayout(top)
        column.addWidget(self.rank)
        column.addWidget(self.bar)
        column.addWidget(self.override, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()

    def set_compact(self, is_compact: bool) -> None:
        """Leave the rank out where the film is small; it is in the details too."""
        self.rank.setVisible(not is_compact)
        self.setFixedSize(self._size(is_compact))

    def _size(self, is_compact: bool) -> QSize:
        rank = 0 if is_compact else self.rank.height() + GAP_PX
        lines = self.caution.height() + max(self.words.height(), INFO_PX) + self.bar.height() + 4 * GAP_PX + 2
        return QSize(COMPACT_WIDTH_PX if is_compact else WIDTH_PX, lines + rank)

    def show_verdict(self, verdict: Verdict | None, can_override: bool = False) -> None:
        """Show a verdict; None takes the box away. can_override: offer to score a refused film."""
        shown = verdict or Verdict("", None)
        self.caution.show_text(f"⚠ {shown.caution}" if shown.caution else "")
        self.words.show_text(shown.words)
        colour = COLOURS[shown.decision] if shown.decision else DARK.text
        self.words.setStyleSheet(f"color: {colour};")
        self.mark.show_decision(shown.decision)
        self.rank.show_text(shown.rank)
        self.bar.show_verdict(shown)
        self.bar.setVisible(not can_override)
        self.override.setVisible(can_override)
        spoken = (shown.caution, shown.words, shown.rank)
        self.setAccessibleDescription(". ".join(sentence for sentence in spoken if sentence))
        self.setVisible(verdict is not None)
        self.update()

    @Slot()
    def _on_override(self) -> None:
        self.override_wanted.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        back = QColor(DARK.window)
        back.setAlphaF(OPACITY)
        painter.setBrush(back)
        painter.setPen(QPen(QColor(DARK.line), 1))
        painter.drawRoundedRect(frame, RADIUS_PX, RADIUS_PX)
        if self.caution.full_text:
            shape, band = QPainterPath(), QPainterPath()
            shape.addRoundedRect(frame, RADIUS_PX, RADIUS_PX)
            band.addRect(QRectF(0, 0, self.width(), self.caution.geometry().bottom() + 2))
            painter.fillPath(shape.intersected(band), QColor(ORANGE))
