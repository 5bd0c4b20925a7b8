"""Plot curves over epochs, and the live curves of a training."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.recipes.recipe import Recipe
from core.recipes.recipe_labels import choice_value
from core.runs.epoch_log import EpochEnded
from core.system.language import format_number, tr
from gui.widgets.named_widgets import name_widget
from gui.widgets.number_axis import number_axes
from gui.widgets.theme import BLUE, GREEN, ORANGE, SKY, Colours

PAINT_MILLISECONDS: Final = 100
READING_OFFSET: Final = QPoint(52, 12)  # of the reading from the plot's corner: inside the axes
CAPTION_PX: Final = 6
MARK_CHARACTERS: Final = {"o": "●", "s": "■", "t": "▼", "d": "◆"}  # for pyqtgraph symbols, in captions


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """Colour, line style and marker symbol of a curve."""

    colour: str
    line: Qt.PenStyle
    mark: str


CURVE_STYLES: Final = (
    CurveStyle(ORANGE, Qt.PenStyle.DashLine, "s"),
    CurveStyle(SKY, Qt.PenStyle.SolidLine, "o"),
    CurveStyle(GREEN, Qt.PenStyle.DotLine, "t"),
    CurveStyle(BLUE, Qt.PenStyle.DashDotLine, "d"),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over epochs, both (n,). name: any text."""

    name: str
    epochs: Sequence[int]
    values: Sequence[float]
    style: CurveStyle


class CurvePlot(QWidget):
    """Curves over epochs.

    The pointer or an arrow key selects an epoch, whose values appear in the corner.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """name: the object name. title: the displayed title, translated."""
        super().__init__(parent)
        self._title = title
        self._curves: tuple[Curve, ...] = ()
        self._items: list[pg.PlotDataItem] = []
        name_widget(self, name, tr("{title} over epochs", title=title))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._plot = pg.PlotWidget(axisItems=number_axes())
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # so that arrow keys stay with this widget after a click
        self._plot.setLabel("bottom", tr("Epoch"))
        self._plot.showGrid(x=False, y=True, alpha=0.2)
        self._plot.setMenuEnabled(False)
        self._kept = pg.InfiniteLine(label=tr("kept"), labelOpts={"position": 0.12})
        self._chosen = pg.InfiniteLine(pen=pg.mkPen(style=Qt.PenStyle.DotLine))
        self._phase = pg.InfiniteLine(label="", labelOpts={"position": 0.9}, pen=pg.mkPen(style=Qt.PenStyle.DashLine))
        for line in (self._kept, self._chosen, self._phase):
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
        self.reading = name_widget(reading, "reading", tr("{title}: values", title=title))
        self.reading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.reading.hide()

    def set_colours(self, colours: Colours) -> None:
        self._plot.setBackground(colours.panel)
        self._phase.setPen(pg.mkPen(colours.quiet, style=Qt.PenStyle.DashLine))
        self._phase.label.setColor(colours.quiet)
        for name in ("left", "bottom"):
            self._plot.getAxis(name).setPen(colours.quiet)
            self._plot.getAxis(name).setTextPen(colours.quiet)
        self._caption.setStyleSheet(f"background: {colours.panel}; color: {colours.text};")
        self.reading.setStyleSheet(f"background: {colours.window}; color: {colours.text}; padding: 4px;")

    def names(self) -> tuple[str, ...]:
        """Return the names of the displayed curves."""
        return tuple(curve.name for curve in self._curves)

    def show_curves(self, curves: Sequence[Curve], kept: int | None = None) -> None:
        """Replace the curves. kept: the epoch whose model was kept, marked by a line, or None."""
        if [(curve.name, curve.style) for curve in curves] != [(curve.name, curve.style) for curve in self._curves]:
            for item in self._items:
                self._plot.removeItem(item)
            self._items = [self._add_item(curve.style) for curve in curves]
            entries = [_format_caption_entry(curve) for curve in curves]
            self._caption.setText("&emsp;".join([f"<b>{escape(self._title)}</b>", *entries]))
        self._curves = tuple(curves)
        for item, curve in zip(self._items, curves, strict=True):
            item.setData(list(curve.epochs), list(curve.values))
        self._kept.setVisible(kept is not None)
        self._kept.setValue(kept or 0)

    def mark_phases(self, recipe: Recipe | None) -> None:
        """Mark where the epochs of the last layer alone end, if the recipe has some before others."""
        has_phases = recipe is not None and recipe.frozen_epochs > 0 and recipe.trains_backbone
        self._phase.setVisible(has_phases)
        if recipe is not None:
            self._phase.setValue(recipe.frozen_epochs + 0.5)
            self._phase.label.setFormat(choice_value(recipe.depth))

    def phase_begin(self) -> float | None:
        """Return where the mark of `mark_phases` stands, None if there is none."""
        return float(self._phase.value()) if self._phase.isVisible() else None

    def _add_item(self, style: CurveStyle) -> Any:
        pen = pg.mkPen(style.colour, width=2, style=style.line)
        return self._plot.plot(pen=pen, symbol=style.mark, symbolSize=6, symbolBrush=style.colour)

    def choose_epoch(self, epoch: int) -> None:
        """Show the values at the recorded epoch nearest to this one."""
        epochs = sorted({number for curve in self._curves for number in curve.epochs})
        if not epochs:
            return
        nearest = min(epochs, key=lambda number: abs(number - epoch))
        lines = [tr("Epoch {epoch}", epoch=nearest)]
        for curve in self._curves:
            values = dict(zip(curve.epochs, curve.values, strict=True))
            lines += [f"{curve.name} {format_number(values[nearest], '.3f')}"] if nearest in values else []
        self.reading.setText("\n".join(lines))
        self.reading.adjustSize()
        self.reading.move(self._plot.pos() + READING_OFFSET)
        self.reading.show()
        self._chosen.setValue(nearest)
        self._chosen.show()

    @Slot(object)
    def _on_pointer_moved(self, position: QPointF) -> None:
        self.choose_epoch(round(self._plot.getPlotItem().vb.mapSceneToView(position).x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select the previous or next epoch with Left and Right."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose_epoch(round(self._chosen.value()) + step)

    def leaveEvent(self, event: QEvent) -> None:
        self.reading.hide()
        self._chosen.hide()
        super().leaveEvent(event)


def _format_caption_entry(curve: Curve) -> str:
    """Format the marker and name of a curve as rich text."""
    style = curve.style
    return f"<font color={style.colour}>{MARK_CHARACTERS[style.mark]}</font>&nbsp;{escape(curve.name)}"


class TrainingPlots(QWidget):
    """Live loss, accuracy and validation figures, repainted at most ten times a second."""

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
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # height set by the layout alone
        self._timer = QTimer(self, singleShot=True, interval=PAINT_MILLISECONDS)
        self._timer.timeout.connect(self._paint)

    def set_colours(self, colours: Colours) -> None:
        for plot in self._plots:
            plot.set_colours(colours)

    def clear(self) -> None:
        self._epochs = []
        self._schedule()

    def show_recipe(self, recipe: Recipe) -> None:
        """Mark where the epochs of the last layer alone end."""
        for plot in self._plots:
            plot.mark_phases(recipe)

    def add(self, epoch: EpochEnded) -> None:
        self._epochs.append(epoch)
        self._schedule()

    def _schedule(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _paint(self) -> None:
        kept = next((epoch.epoch for epoch in reversed(self._epochs) if epoch.is_best), None)
        datasets = (tr("training"), tr("validation"))
        self.loss.show_curves(self._curves(datasets, ("training_loss", "validation_loss")), kept)
        self.accuracy.show_curves(self._curves(datasets, ("training_accuracy", "validation_accuracy")), kept)
        fields = ("validation_auc", "validation_sensitivity", "validation_specificity")
        figures = ("AUC", tr("sensitivity"), tr("specificity"))
        self.validation.show_curves(self._curves(figures, fields), kept)

    def _curves(self, names: Sequence[str], fields: Sequence[str]) -> list[Curve]:
        """Return a curve per field of the epochs; omit those undefined with several classes."""
        styles = (CURVE_STYLES[1], CURVE_STYLES[0], CURVE_STYLES[2])
        curves = []
        for name, field, style in zip(names, fields, styles, strict=False):
            points = [(epoch.epoch, getattr(epoch, field)) for epoch in self._epochs]
            known = [(number, value) for number, value in points if value is not None]
            if known or not points:
                curves.append(Curve(name, [number for number, _ in known], [value for _, value in known], style))
        return curves
