"""The flat buttons of the toolbar above the films, whose words are cut with dots where space is short."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPaintEvent
from PySide6.QtWidgets import (
    QMenu,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from core.system.safe_text import escape_name
from gui.widgets.named_widgets import name_widget

ARROW: Final = " ▾"  # behind the words of a button with a menu
ROUNDING_PX: Final = 2  # of a width of letters, which is a fraction


class BarButton(QToolButton):
    """Shows its words, and a menu if it has one. A click leaves the keyboard focus where it was.

    fewest_letters: that stay of its words where space is short.
    """

    fewest_letters = 8

    def __init__(self, words: str, name: str, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, name, accessible)
        self.setProperty("role", "bar")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_words(words)

    def show_words(self, words: str) -> None:
        """Show other words; they are plain text."""
        self.setText(words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return self._size_for(self.text())

    def minimumSizeHint(self) -> QSize:
        words, fewest = self.text(), self.fewest_letters
        return self._size_for(words if len(words) <= fewest else f"{words[:fewest]}…")

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        room = self.width() - self._size_for("").width() + ROUNDING_PX
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        option.text = escape_mnemonics(words) + self._arrow()
        QStylePainter(self).drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)

    def _arrow(self) -> str:
        return ARROW if self.menu() else ""

    def _size_for(self, words: str) -> QSize:
        """Return the size of the button with these words, its arrow and its frame."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        metrics = self.fontMetrics()
        content = QSize(metrics.horizontalAdvance(words + self._arrow()) + ROUNDING_PX, metrics.height())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_ToolButton, option, content, self)


def escape_mnemonics(text: str) -> str:
    """Return text for a menu or button in which an ampersand stands for itself."""
    return text.replace("&", "&&")


def format_menu_name(name: str, menu: QMenu, width_px: int) -> str:
    """Return the name of a file for an entry of a menu: escaped, and cut in its middle at this width."""
    return escape_mnemonics(
        QFontMetrics(menu.font()).elidedText(escape_name(name), Qt.TextElideMode.ElideMiddle, width_px)
    )
