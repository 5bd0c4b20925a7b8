"""Paint a film of the narrow list on two lines beside its thumbnail."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QImage, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.worklist.chip import blend
from gui.worklist.columns import DECISION, FILM
from gui.worklist.row_model import TEXT_ROLE
from gui.worklist.row_pictures import THUMBNAIL_PX
from gui.worklist.row_text import NOTE_MARK, RowText

MARGIN_PX: Final = 4
GAP_PX: Final = 9  # between thumbnail and text
BAR_PX: Final = 3  # at the left edge of the chosen row
ROW_PX: Final = THUMBNAIL_PX + 2 * MARGIN_PX
CHOSEN, UNDER_MOUSE = 0.20, 0.07  # share of the accent behind a row
SPACE_PX: Final = 6  # between decision and call
CALL_SHARE: Final = 0.58  # of a line, at most, for the reader's call where the decision is a long word
ELLIPSIS: Final = "…/"
ELIDED: Final = Qt.TextElideMode.ElideMiddle


class _Line:
    """One line of text in a rectangle, filled from both ends."""

    def __init__(self, painter: QPainter, area: QRect, font: QFont) -> None:
        self._painter, self._area, self._font = painter, QRect(area), font
        self._metrics = QFontMetrics(font)

    @property
    def free_px(self) -> int:
        return self._area.width()

    def draw(self, text: str, colour: QColor, elided: Qt.TextElideMode, most_px: int | None = None) -> None:
        """Draw a text from the left as far as there is room."""
        width = self._draw(text, colour, elided, most_px, Qt.AlignmentFlag.AlignLeft)
        self._area.setLeft(self._area.left() + width)

    def draw_right(self, text: str, colour: QColor, elided: Qt.TextElideMode, most_px: int | None = None) -> None:
        """Draw a text at the right end."""
        width = self._draw(text, colour, elided, most_px, Qt.AlignmentFlag.AlignRight)
        self._area.setWidth(self._area.width() - width)

    def skip_right(self, width_px: int) -> None:
        """Leave room at the right end."""
        self._area.setWidth(max(0, self._area.width() - width_px))

    def width_of(self, text: str) -> int:
        return self._metrics.horizontalAdvance(text)

    def _draw(
        self, text: str, colour: QColor, elided: Qt.TextElideMode, most_px: int | None, side: Qt.AlignmentFlag
    ) -> int:
        shown = self._metrics.elidedText(text, elided, min(self.free_px, most_px or self.free_px))
        self._painter.setFont(self._font)
        self._painter.setPen(colour)
        self._painter.drawText(self._area, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        return self._metrics.horizontalAdvance(shown)


class RowDelegate(QStyledItemDelegate):
    """Paints the name over the decision and the reader's call; of a film without an answer the whole reason."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        text: RowText | None = index.data(TEXT_ROLE)
        if text is None:
            return
        area, palette, state = option.rect, option.palette, option.state
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        _paint_background(painter, area, palette, is_chosen, bool(state & QStyle.StateFlag.State_MouseOver))
        square = QRect(area.left() + BAR_PX + MARGIN_PX, area.top() + MARGIN_PX, THUMBNAIL_PX, THUMBNAIL_PX)
        _paint_thumbnail(painter, square, index.data(Qt.ItemDataRole.DecorationRole), palette)
        left = square.right() + 1 + GAP_PX
        room = QRect(left, square.top(), area.right() - left - MARGIN_PX - 2, square.height())
        tint: QColor | None = index.sibling(index.row(), DECISION).data(Qt.ItemDataRole.ForegroundRole)
        _paint_text(painter, room, text, option.font, palette, tint, is_chosen)
        painter.restore()


def _paint_background(painter: QPainter, area: QRect, palette: QPalette, is_chosen: bool, is_under_mouse: bool) -> None:
    base, accent = palette.base().color(), palette.highlight().color()
    if is_chosen or is_under_mouse:
        painter.fillRect(area, blend(base, accent, CHOSEN if is_chosen else UNDER_MOUSE))
    if is_chosen:
        painter.fillRect(QRect(area.left(), area.top(), BAR_PX, area.height()), accent)
    else:
        line = QRect(area.left() + BAR_PX + MARGIN_PX, area.bottom(), area.width(), 1)
        painter.fillRect(line, blend(base, palette.text().color(), 0.08))


def _paint_thumbnail(painter: QPainter, square: QRect, image: QImage | None, palette: QPalette) -> None:
    """Paint a film on black; a blank square until it is read, and where it cannot be."""
    if image is None:
        painter.fillRect(square, blend(palette.base().color(), palette.text().color(), 0.07))
        return
    painter.fillRect(square, Qt.GlobalColor.black)
    size = image.deviceIndependentSize().scaled(square.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio).toSize()
    place = QRect(square.topLeft(), size)
    place.moveCenter(square.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)


def _paint_text(
    painter: QPainter, room: QRect, text: RowText, font: QFont, palette: QPalette, tint: QColor | None, is_chosen: bool
) -> None:
    metrics = QFontMetrics(font)
    plain = palette.text().color()
    quiet = plain if is_chosen else palette.placeholderText().color()
    is_long = not text.is_scored and metrics.horizontalAdvance(text.answer) > room.width()
    upper = QRect(room.left(), room.top(), room.width(), metrics.height() if is_long else room.height() // 2)
    lower = QRect(room.left(), upper.bottom() + 1, room.width(), room.bottom() - upper.bottom())
    _paint_name(_Line(painter, upper, font), text.name, plain, quiet)
    if text.is_scored:
        _paint_answer(_Line(painter, lower, font), text, plain, quiet, tint, is_chosen)
    else:  # the whole reason, on two lines if it needs them
        painter.setFont(font)
        painter.setPen(quiet)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, text.answer)


def _paint_name(line: _Line, path: str, plain: QColor, quiet: QColor) -> None:
    """Draw a film's name, behind as many of its folders as there is room for."""
    folder, slash, name = path.rpartition("/")
    spare = line.free_px - line.width_of(name)
    shown = f"{folder}/" if slash else ""
    while shown and line.width_of(shown) > spare:
        rest = shown.removeprefix(ELLIPSIS).split("/", 1)[1]
        shown = f"{ELLIPSIS}{rest}" if rest else ""
    line.draw(shown, quiet, Qt.TextElideMode.ElideNone)
    line.draw(name, plain, ELIDED)


def _paint_answer(
    line: _Line, text: RowText, plain: QColor, quiet: QColor, tint: QColor | None, is_chosen: bool
) -> None:
    """Draw mark and decision from the left, the reader's call and the sign of a note at the right end."""
    if text.note:
        line.draw_right(f" {NOTE_MARK}", quiet, ELIDED)
    if text.reader:
        room_px = max(round(line.free_px * CALL_SHARE), line.free_px - line.width_of(f"{text.mark} {text.answer}"))
        line.draw_right(text.reader, plain, Qt.TextElideMode.ElideRight, room_px - SPACE_PX)
        line.skip_right(SPACE_PX)
    if text.decision is None:
        line.draw(text.answer, quiet, ELIDED)
        return
    colour = tint or plain
    line.draw(f"{text.mark} ", colour, ELIDED)
    # a coloured word would be too faint on the accent
    line.draw(text.answer, plain if is_chosen else colour, Qt.TextElideMode.ElideRight)


class CellDelegate(QStyledItemDelegate):
    """Paints cells of the table; a chosen row is as in the narrow list, and decisions keep their colours elsewhere."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.column() == FILM:  # names stand below each other, whatever the shape of the films
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationSize = QSize(THUMBNAIL_PX, THUMBNAIL_PX)
        if not option.state & QStyle.StateFlag.State_Selected:
            return
        palette = QPalette(option.palette)
        accent = blend(palette.base().color(), palette.highlight().color(), CHOSEN)
        palette.setColor(QPalette.ColorRole.Highlight, accent)
        palette.setColor(QPalette.ColorRole.HighlightedText, palette.text().color())
        option.palette = palette
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == FILM:
            icon = QIcon(option.icon)
            icon.addPixmap(icon.pixmap(option.decorationSize), QIcon.Mode.Selected)  # else the film would be tinted
            option.icon = icon
