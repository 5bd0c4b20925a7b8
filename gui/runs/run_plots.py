"""Overlay the curves of several runs: validation loss and validation AUC."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.runs.run_list import Run
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.widgets.curve_plot import CURVE_STYLES, Curve, CurvePlot
from gui.widgets.theme import Colours


class RunPlots(QWidget):
    """One curve per run in each plot, distinguished by colour, line and marks.

    Shows at most as many runs as there are CURVE_STYLES.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loss = CurvePlot("Validation loss", tr("Validation loss"))
        self._auc = CurvePlot("Validation AUC", tr("Validation AUC"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._loss)
        layout.addWidget(self._auc)

    def set_colours(self, colours: Colours) -> None:
        self._loss.set_colours(colours)
        self._auc.set_colours(colours)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Replace the curves; a single run also shows the epoch whose model was kept."""
        losses, aucs = [], []
        for run, style in zip(runs, CURVE_STYLES, strict=False):
            name = escape_name(run.card.name)
            numbers = [epoch.epoch for epoch in run.epochs]
            losses.append(Curve(name, numbers, [epoch.validation_loss for epoch in run.epochs], style))
            aucs.append(Curve(name, numbers, [epoch.validation_auc for epoch in run.epochs], style))
        kept = runs[0].best_epoch if len(runs) == 1 else None
        for plot in (self._loss, self._auc):
            plot.mark_phases(runs[0].recipe if len(runs) == 1 else None)
        self._loss.show_curves(losses, kept)
        self._auc.show_curves(aucs, kept)
