"""Icons of the film's tools, drawn as lines so that they are crisp at every scaling of the desktop."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QTransform

SIDE: Final = 20.0  # of the square that icons are drawn in
PEN: Final = 1.5
Line = tuple[tuple[float, float], ...]


def _lines(*lines: Line) -> QPainterPath:
    path = QPainterPath()
    for first, *others in lines:
        path.moveTo(*first)
        for point in others:
            path.lineTo(*point)
    return path


def _paint_fit(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(2.5, 3.5, 15, 13), 1.5, 1.5)
    painter.drawPath(_lines(((6, 9), (6, 6.5), (8.5, 6.5)), ((14, 11), (14, 13.5), (11.5, 13.5))))
    painter.drawPath(_lines(((6, 6.5), (9, 9.3)), ((14, 13.5), (11, 10.7))))


def _paint_actual_size(painter: QPainter) -> None:
    font = QFont(painter.font())
    font.setPixelSize(11)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, SIDE, SIDE), Qt.AlignmentFlag.AlignCenter, "1:1")


def _paint_glass(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(8.5, 8.5), 5.5, 5.5)
    painter.drawPath(_lines(((12.6, 12.6), (17, 17)), ((6, 8.5), (11, 8.5))))


def _paint_zoom_in(painter: QPainter) -> None:
    _paint_glass(painter)
    painter.drawPath(_lines(((8.5, 6), (8.5, 11))))


def _paint_rotate(painter: QPainter) -> None:
    arc = QPainterPath()
    square = QRectF(4, 4.5, 12, 12)
    arc.arcMoveTo(square, 60)
    arc.arcTo(square, 60, 290)
    painter.drawPath(arc)
    painter.drawPath(_lines(((9.4, 2.6), (13, 5.3), (10.2, 8.6))))


def _paint_invert(painter: QPainter) -> None:
    square = QRectF(3, 3, 14, 14)
    painter.drawRoundedRect(square, 1.5, 1.5)
    painter.fillPath(_lines(((3, 3), (17, 17), (3, 17), (3, 3))), painter.pen().color())


def _paint_reset_window(painter: QPainter) -> None:
    circle = QRectF(5.5, 5.5, 9, 9)
    painter.drawEllipse(circle)
    half = QPainterPath()
    half.moveTo(10, 5.5)
    half.arcTo(circle, 90, 180)
    half.closeSubpath()
    painter.fillPath(half, painter.pen().color())
    for x, y in ((0, -1), (0, 1), (-1, 0), (1, 0), (0.71, 0.71), (-0.71, 0.71), (0.71, -0.71), (-0.71, -0.71)):
        painter.drawLine(QPointF(10 + 6.8 * x, 10 + 6.8 * y), QPointF(10 + 8.3 * x, 10 + 8.3 * y))


def _paint_side_by_side(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(2, 4, 7, 12), 1, 1)
    painter.drawRoundedRect(QRectF(11, 4, 7, 12), 1, 1)
    painter.drawEllipse(QPointF(14.5, 10.5), 1.7, 2.4)


def _paint_heat(painter: QPainter) -> None:
    blob = QPainterPath(QPointF(9, 3))
    blob.cubicTo(14.5, 1.8, 18, 5.5, 16.8, 9.5)
    blob.cubicTo(15.6, 13.2, 15.5, 17.4, 10, 17)
    blob.cubicTo(4.6, 16.6, 2.2, 12.6, 3, 9)
    blob.cubicTo(3.7, 6, 5.4, 3.8, 9, 3)
    painter.drawPath(blob)
    painter.drawEllipse(QPointF(9.6, 9.6), 2.6, 3)


def _paint_facts(painter: QPainter) -> None:
    painter.drawPath(
        _lines(((12, 2.5), (4.5, 2.5), (4.5, 17.5), (15.5, 17.5), (15.5, 6), (12, 2.5), (12, 6), (15.5, 6)))
    )
    painter.drawPath(_lines(((7.3, 9.3), (12.7, 9.3)), ((7.3, 11.8), (12.7, 11.8)), ((7.3, 14.3), (11, 14.3))))


def _paint_details(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(10, 10), 7.3, 7.3)
    painter.drawPath(_lines(((10, 9.2), (10, 14))))
    painter.drawPoint(QPointF(10, 6.4))


def _paint_full_screen(painter: QPainter) -> None:
    painter.drawPath(
        _lines(
            ((3, 7), (3, 3), (7, 3)),
            ((13, 3), (17, 3), (17, 7)),
            ((17, 13), (17, 17), (13, 17)),
            ((7, 17), (3, 17), (3, 13)),
        )
    )


ICONS: Final[dict[str, Callable[[QPainter], None]]] = {
    "fit": _paint_fit,
    "actual_size": _paint_actual_size,
    "zoom_out": _paint_glass,
    "zoom_in": _paint_zoom_in,
    "rotate": _paint_rotate,
    "invert": _paint_invert,
    "reset_window": _paint_reset_window,
    "side_by_side": _paint_side_by_side,
    "heat": _paint_heat,
    "facts": _paint_facts,
    "details": _paint_details,
    "full_screen": _paint_full_screen,
}


def paint_icon(painter: QPainter, name: str, square: QRectF, colour: str) -> None:
    """Paint the icon of a tool in one colour into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scale = square.width() / SIDE
    painter.setTransform(QTransform.fromTranslate(square.left(), square.top()), combine=True)
    painter.scale(scale, scale)
    pen = QPen(QColor(colour), PEN, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ICONS[name](painter)
    painter.restore()
