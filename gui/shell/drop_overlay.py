"""Drop a film or a folder anywhere on the window: a hint covers it, and says what will happen."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.system.language import tr
from gui.widgets.drop_area import accept_copy, find_local_path
from gui.widgets.named_widgets import name_widget

MARGIN_PX = 24
ROUNDING_PX = 12
VEIL_ALPHA = 215  # of 255: what is below stays visible, and the hint readable


class DropOverlay(QWidget):
    """Covers a window while a file is dragged over it.

    hint: returns what a drop does now; "" refuses it. Signal: dropped(Path).
    """

    dropped = Signal(object)

    def __init__(self, window: QWidget, hint: Callable[[], str]) -> None:
        super().__init__(window)
        self._window, self._hint = window, hint
        self._text = ""
        name_widget(self, "drop_overlay", tr("Drop a film or a folder of films"))
        self.setAcceptDrops(True)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the drags that enter the window where no other widget takes them."""
        if event.type() is QEvent.Type.DragLeave:
            self.hide()
        elif isinstance(event, QDropEvent):  # also the class of entering drags
            if event.type() is QEvent.Type.DragEnter:
                self._consider(event)
                return True
            if event.type() is QEvent.Type.Drop:
                self._take(event)
                return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._consider(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._take(event)

    def _consider(self, event: QDropEvent) -> None:
        self._text = self._hint()
        if not self._text or find_local_path(event) is None:
            event.ignore()
            return
        accept_copy(event)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()
        self.update()

    def _take(self, event: QDropEvent) -> None:
        self.hide()
        if (path := find_local_path(event)) is not None:
            accept_copy(event)
            self.dropped.emit(path)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self.palette().window().color())
        veil.setAlpha(VEIL_ALPHA)
        painter.fillRect(self.rect(), veil)
        frame: QRect = self.rect().adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        painter.setPen(QPen(self.palette().highlight().color(), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, ROUNDING_PX, ROUNDING_PX)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        painter.setFont(font)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._text)
