"""A short notice over a widget, in a fixed place, that goes by itself."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from core.system.language import tr
from gui.widgets.named_widgets import name_widget

MILLISECONDS: Final = 6000
MARGIN_PX: Final = 92  # above the lower edge of the widget: over the tools and the name of a film
STYLE: Final = "background: rgba(20, 23, 28, 235); color: #e6e9ee; border: 1px solid #56b4e9; padding: 8px 14px;"


class Toast(QLabel):
    """A line of plain text over `area`, which it never resizes and from which it takes no clicks."""

    def __init__(self, area: QWidget) -> None:
        super().__init__("", area, textFormat=Qt.TextFormat.PlainText, wordWrap=False)
        name_widget(self, "toast", tr("Notice"))
        self.setStyleSheet(STYLE)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self, singleShot=True, interval=MILLISECONDS)
        self._timer.timeout.connect(self.hide)
        area.installEventFilter(self)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence for a few seconds in place of the one before."""
        self.setText(sentence)
        self.setAccessibleDescription(sentence)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Python's own attributes may be collected before the last events of a window arrive
        if event.type() is QEvent.Type.Resize and watched is self.parentWidget() and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        if (area := self.parentWidget()) is None:
            return
        widest = area.width() - 32
        self.setWordWrap(self.sizeHint().width() > widest)
        self.setFixedWidth(min(widest, self.sizeHint().width()))
        self.adjustSize()
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - MARGIN_PX)
