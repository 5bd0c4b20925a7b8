"""Curves over epochs: one plot with its reading under the pointer, and the live plots of a training."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.runs.epoch_log import EpochEnded
from core.system.language import tr
from gui.widgets.named_widgets import named
from gui.widgets.theme import BLUE, GREEN, ORANGE, SKY, Colours

PAINT_MILLISECONDS: Final = 100
READING_AT: Final = QPoint(52, 12)  # of the values in the plot: inside the axes
CAPTION_PX: Final = 6
SIGNS: Final = {"o": "●", "s": "■", "t": "▼", "d": "◆"}  # of marks, in captions


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """What tells a curve from others: colour, line and marks."""

    colour: str
    line: Qt.PenStyle
    mark: str


LOOKS: Final = (
    CurveStyle(ORANGE, Qt.PenStyle.DashLine, "s"),
    CurveStyle(SKY, Qt.PenStyle.SolidLine, "o"),
    CurveStyle(GREEN, Qt.PenStyle.DotLine, "t"),
    CurveStyle(BLUE, Qt.PenStyle.DashDotLine, "d"),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over epochs, both (n,), under a name that may hold any text."""

    name: str
    epochs: Sequence[int]
    values: Sequence[float]
    look: CurveStyle


class CurvePlot(QWidget):
    """Curves over epochs. The pointer, or an arrow key, chooses an epoch, whose values stand in the corner."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """The object's name, and the title that is shown."""
        super().__init__(parent)
        self._title = title
        self._curves: tuple[Curve, ...] = ()
        self._items: list[pg.PlotDataItem] = []
        named(self, name, tr("{title} over epochs", title=title))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._plot = pg.PlotWidget()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click then leaves the arrow keys with this widget
        self._plot.setLabel("bottom", tr("Epoch"))
        self._plot.showGrid(x=False, y=True, alpha=0.2)
        self._plot.setMenuEnabled(False)
        self._kept = pg.InfiniteLine(label=tr("kept"), labelOpts={"position": 0.12})
        self._chosen = pg.InfiniteLine(pen=pg.mkPen(style=Qt.PenStyle.DotLine))
        for line in (self._kept, self._chosen):
            self._plot.getPlotItem().addItem(line, ignoreBounds=True)
            line.hide()
        self._plot.scene().sigMouseMoved.connect(self._on_pointer_moved)  # type: ignore[attr-defined]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._caption = QLabel(title, textFormat=Qt.TextFormat.RichText, wordWrap=True, margin=CAPTION_PX)
        layout.addWidget(self._caption)
        layout.addWidget(self._plot, 1)
        reading = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.reading = named(reading, "reading", tr("{title}: values", title=title))
        self.reading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.reading.hide()

    def set_colours(self, colours: Colours) -> None:
        self._plot.setBackground(colours.panel)
        for name in ("left", "bottom"):
            self._plot.getAxis(name).setPen(colours.quiet)
            self._plot.getAxis(name).setTextPen(colours.quiet)
        self._caption.setStyleSheet(f"background: {colours.panel}; color: {colours.text};")
        self.reading.setStyleSheet(f"background: {colours.window}; color: {colours.text}; padding: 4px;")

    def names(self) -> tuple[str, ...]:
        """Names of the curves that are shown."""
        return tuple(curve.name for curve in self._curves)

    def show_curves(self, curves: Sequence[Curve], kept: int | None = None) -> None:
        """Show these curves instead of those before. kept: the epoch whose model is kept, marked by a line."""
        if [(curve.name, curve.look) for curve in curves] != [(curve.name, curve.look) for curve in self._curves]:
            for item in self._items:
                self._plot.removeItem(item)
            self._items = [self._new_item(curve) for curve in curves]
            marks = (f"<font color={curve.look.colour}>{SIGNS[curve.look.mark]}</font>" for curve in curves)
            named_marks = (f"{mark}&nbsp;{escape(curve.name)}" for mark, curve in zip(marks, curves, strict=True))
            self._caption.setText("&emsp;".join([f"<b>{escape(self._title)}</b>", *named_marks]))
        self._curves = tuple(curves)
        for item, curve in zip(self._items, curves, strict=True):
            item.setData(list(curve.epochs), list(curve.values))
        self._kept.setVisible(kept is not None)
        self._kept.setValue(kept or 0)

    def _new_item(self, curve: Curve) -> Any:
        look = curve.look
        pen = pg.mkPen(look.colour, width=2, style=look.line)
        return self._plot.plot(pen=pen, symbol=look.mark, symbolSize=6, symbolBrush=look.colour)

    def choose_epoch(self, epoch: int) -> None:
        """Show the values at the epoch nearest to this one."""
        known = sorted({number for curve in self._curves for number in curve.epochs})
        if not known:
            return
        nearest = min(known, key=lambda number: abs(number - epoch))
        lines = [tr("Epoch {epoch}", epoch=nearest)]
        for curve in self._curves:
            values = dict(zip(curve.epochs, curve.values, strict=True))
            lines += [f"{curve.name} {values[nearest]:.3f}"] if nearest in values else []
        self.reading.setText("\n".join(lines))
        self.reading.adjustSize()
        self.reading.move(self._plot.pos() + READING_AT)
        self.reading.show()
        self._chosen.setValue(nearest)
        self._chosen.show()

    @Slot(object)
    def _on_pointer_moved(self, place: QPointF) -> None:
        self.choose_epoch(round(self._plot.getPlotItem().vb.mapSceneToView(place).x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from epoch to epoch."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose_epoch(round(self._chosen.value()) + step)

    def leaveEvent(self, event: QEvent) -> None:
        self.reading.hide()
        self._chosen.hide()
        super().leaveEvent(event)


class TrainingPlots(QWidget):
    """Loss, accuracy and the other figures of a training as it goes; painted at most ten times a second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._epochs: list[EpochEnded] = []
        self.loss, self.accuracy = CurvePlot("Loss", tr("Loss")), CurvePlot("Accuracy", tr("Accuracy"))
        self.validation = CurvePlot("Validation at 0.5", tr("Validation at 0.5"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._plots = (self.loss, self.accuracy, self.validation)
        for plot in self._plots:
            layout.addWidget(plot)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # as high as the layout says
        self._timer = QTimer(self, singleShot=True, interval=PAINT_MILLISECONDS)
        self._timer.timeout.connect(self._paint)

    def set_colours(self, colours: Colours) -> None:
        for plot in self._plots:
            plot.set_colours(colours)

    def clear(self) -> None:
        self._epochs = []
        self._schedule()

    def add(self, epoch: EpochEnded) -> None:
        self._epochs.append(epoch)
        self._schedule()

    def _schedule(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _paint(self) -> None:
        kept = next((epoch.epoch for epoch in reversed(self._epochs) if epoch.is_best), None)
        names = (tr("training"), tr("validation"))
        self.loss.show_curves(self._curves(names, ("training_loss", "validation_loss")), kept)
        self.accuracy.show_curves(self._curves(names, ("training_accuracy", "validation_accuracy")), kept)
        fields = ("validation_auc", "validation_sensitivity", "validation_specificity")
        figures = ("AUC", tr("sensitivity"), tr("specificity"))
        self.validation.show_curves(self._curves(figures, fields), kept)

    def _curves(self, names: Sequence[str], fields: Sequence[str]) -> list[Curve]:
        """A curve for each field of the epochs; none for figures that there are not, as with several classes."""
        looks = (LOOKS[1], LOOKS[0], LOOKS[2])
        curves = []
        for name, field, look in zip(names, fields, looks, strict=False):
            points = [(epoch.epoch, getattr(epoch, field)) for epoch in self._epochs]
            known = [(number, value) for number, value in points if value is not None]
            if known or not points:
                curves.append(Curve(name, [number for number, _ in known], [value for _, value in known], look))
        return curves
