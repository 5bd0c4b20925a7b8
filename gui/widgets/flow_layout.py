"""A layout that wraps: widgets from the left, on as many lines as the width needs."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget


class FlowLayout(QLayout):
    """Places its widgets one after the other at their preferred size, and wraps like words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), moves=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, moves=True)

    def sizeHint(self) -> QSize:
        """One line: what a window without limits would give."""
        sizes = [item.sizeHint() for item in self._visible_items()]
        gaps = self._gap(Qt.Orientation.Horizontal) * max(0, len(sizes) - 1)
        height = max((size.height() for size in sizes), default=0)
        return QSize(sum(size.width() for size in sizes) + gaps, height)

    def minimumSize(self) -> QSize:
        """The widest widget: every other one may stand below it."""
        size = QSize()
        for item in self._visible_items():
            size = size.expandedTo(item.minimumSize())
        return size

    def _visible_items(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _gap(self, orientation: Qt.Orientation) -> int:
        """Return the space between two buttons in the style of the parent, px."""
        parent = self.parentWidget()
        if self.spacing() >= 0 or parent is None:
            return max(0, self.spacing())
        metrics = QStyle.PixelMetric
        is_horizontal = orientation is Qt.Orientation.Horizontal
        metric = metrics.PM_LayoutHorizontalSpacing if is_horizontal else metrics.PM_LayoutVerticalSpacing
        return parent.style().pixelMetric(metric, None, parent)

    def _arrange(self, rect: QRect, moves: bool) -> int:
        """Return the height that the lines need within the width of `rect`; place the widgets if `moves`."""
        across, down = self._gap(Qt.Orientation.Horizontal), self._gap(Qt.Orientation.Vertical)
        bottom = rect.y()
        for line_top, line in self._split_lines(rect, across, down):
            height = max(size.height() for _, size in line)
            left = rect.x()
            for item, size in line:
                if moves:
                    item.setGeometry(QRect(QPoint(left, line_top + (height - size.height()) // 2), size))
                left += size.width() + across
            bottom = line_top + height
        return bottom - rect.y()

    def _split_lines(self, rect: QRect, across: int, down: int) -> list[tuple[int, list[tuple[QLayoutItem, QSize]]]]:
        """Return the lines: the top of each, px, and its widgets with their sizes."""
        lines: list[tuple[int, list[tuple[QLayoutItem, QSize]]]] = []
        top, right = rect.y(), rect.x()
        for item in self._visible_items():
            size = item.sizeHint().expandedTo(item.minimumSize())
            size.setWidth(min(size.width(), max(rect.width(), item.minimumSize().width())))
            if lines and right + size.width() <= rect.x() + rect.width():
                lines[-1][1].append((item, size))
            else:
                if lines:
                    top += max(size.height() for _, size in lines[-1][1]) + down
                lines.append((top, [(item, size)]))
                right = rect.x()
            right += size.width() + across
        return lines
