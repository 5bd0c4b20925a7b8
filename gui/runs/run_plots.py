"""The curves of several runs over one another: validation loss and validation AUC."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.runs.run_list import Run
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.widgets.curve_plot import LOOKS, Curve, CurvePlot
from gui.widgets.theme import Colours


class RunPlots(QWidget):
    """One curve a run in each plot, told apart by colour, line and marks; at most as many as there are looks."""

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
        """Draw these runs instead of those before; a single one with the epoch that was kept."""
        losses, areas = [], []
        for run, look in zip(runs, LOOKS, strict=False):
            name, numbers = escape_name(run.card.name), [epoch.epoch for epoch in run.epochs]
            losses.append(Curve(name, numbers, [epoch.validation_loss for epoch in run.epochs], look))
            areas.append(Curve(name, numbers, [epoch.validation_auc for epoch in run.epochs], look))
        kept = runs[0].best_epoch if len(runs) == 1 else None
        self._loss.show_curves(losses, kept)
        self._auc.show_curves(areas, kept)
