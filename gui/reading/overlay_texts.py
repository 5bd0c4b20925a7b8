"""Texts that lie over a film: dark in both themes, since films are black in both."""

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSizePolicy, QStyle, QWidget

from gui.widgets.named_widgets import format_tip, name_widget
from gui.widgets.theme import DARK, ORANGE

FONT_STEP: Final = 0.95
SMALL: Final = 0.92  # of the desktop's font size
PANEL_MARGIN_PX: Final = 7
OVERLAY_STYLE: Final = f"""
    QLabel {{ color: {DARK.text}; background: transparent; }}
    QLabel#film_caption, QLabel#film_details, QLabel#film_state, QLabel#film_notice {{
        background: rgba(20, 23, 28, 190); border-radius: 3px; padding: 1px 5px; }}
    QLabel#film_details, QLabel#film_state, QLabel#film_notice {{ color: #b6bfcb; }}
    QLabel#film_message {{ color: {DARK.text}; background: rgba(20, 23, 28, 215); border-radius: 6px;
        padding: 10px 16px; }}
    QLabel#heat_warning {{ background: {ORANGE}; color: {DARK.window}; padding: 4px 9px; border-radius: 4px; }}
    QPlainTextEdit {{ color: {DARK.text}; background: rgba(20, 23, 28, 240); border: 1px solid {DARK.line};
        border-radius: 6px; selection-background-color: {DARK.accent}; selection-color: {DARK.window}; }}
    QPlainTextEdit:focus {{ border-color: {DARK.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: 9px; margin: 3px 1px; }}
    QScrollBar::handle:vertical {{ background: #5a6472; border-radius: 3px; min-height: 20px; }}
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
    QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
"""


def scale_font(widget: QWidget, scale: float, is_bold: bool = False) -> QFont:
    """Give a widget its font at another size; returns that font."""
    font = widget.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    font.setBold(is_bold)
    widget.setFont(font)
    return font


class OverlayLabel(QLabel):
    """A plain text over a film that lets the mouse through to it.

    wraps: break lines that are too long for their place; else they are cut in the middle.
    """

    def __init__(self, name: str, accessible: str, parent: QWidget, wraps: bool = False) -> None:
        super().__init__(parent)
        name_widget(self, name, accessible)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._wraps = wraps
        self.full_text = ""
        self.hide()

    def show_text(self, text: str) -> None:
        """Show this text from the next `place` on, or nothing for ""."""
        self.full_text = text
        self.setText(text)
        self.setAccessibleDescription(text)
        self.setVisible(bool(text))

    def place(self, area: QRect, alignment: Qt.AlignmentFlag) -> QRect:
        """Take the least room for the text at an edge, a corner or the middle of `area`; returns it."""
        self.setWordWrap(False)
        self.setText(self.full_text)
        size = self.sizeHint()
        if size.width() > area.width() and self._wraps:
            self.setWordWrap(True)
            size = QSize(area.width(), self.heightForWidth(area.width()))
        elif size.width() > area.width():
            room = area.width() - size.width() + self.fontMetrics().horizontalAdvance(self.full_text)
            self.setText(self.fontMetrics().elidedText(self.full_text, Qt.TextElideMode.ElideMiddle, room))
        rect = QStyle.alignedRect(Qt.LayoutDirection.LeftToRight, alignment, size.boundedTo(area.size()), area)
        self.setGeometry(rect)
        return rect


class FittedLabel(QLabel):
    """One line of plain text: if it is too long, in a smaller font, else cut, with all of it as tooltip.

    scale, least: of the desktop's font size, as wished and at least.
    """

    def __init__(self, name: str, accessible: str, scale: float, least: float, is_bold: bool = False) -> None:
        super().__init__()
        name_widget(self, name, accessible)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.full_text = ""
        self._font = scale_font(self, scale, is_bold)
        self._least = self._font.pointSizeF() * least / scale
        self.setFixedHeight(QFontMetrics(self._font).height())

    def show_text(self, text: str) -> None:
        """Show this text in the width there is."""
        self.full_text = text
        self._fit()

    def _fit(self) -> None:
        font, width = QFont(self._font), self.contentsRect().width()
        while QFontMetrics(font).horizontalAdvance(self.full_text) > width and font.pointSizeF() > self._least:
            font.setPointSizeF(max(self._least, font.pointSizeF() * FONT_STEP))
        self.setFont(font)
        shown = QFontMetrics(font).elidedText(self.full_text, Qt.TextElideMode.ElideRight, width)
        self.setText(shown)
        self.setToolTip("" if shown == self.full_text else format_tip(self.full_text))
        self.setAccessibleDescription(self.full_text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class TextPanel(QPlainTextEdit):
    """Lines of plain text to read and copy. It takes no key but those, so that all others reach the reading room."""

    def __init__(self, name: str, accessible: str, parent: QWidget) -> None:
        super().__init__(parent)
        name_widget(self, name, accessible)
        self.setReadOnly(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(PANEL_MARGIN_PX)
        scale_font(self, SMALL)
        self.hide()

    def place(self, area: QRect) -> None:
        """Take the room that the text needs from the top of `area`, and never more than it; the rest is scrolled."""
        self.setGeometry(area)  # lines wrap at its width
        lines = int(self.document().size().height())  # of a plain text document this is a number of lines
        needed = lines * self.fontMetrics().lineSpacing() + 2 * (PANEL_MARGIN_PX + self.frameWidth() + 1)
        self.setGeometry(QRect(area.topLeft(), QSize(area.width(), min(area.height(), needed))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        own = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.SelectAll)
        pages = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if any(event.matches(key) for key in own) or event.key() in pages:
            super().keyPressEvent(event)
        else:
            event.ignore()
