"""The colours of the worklist."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from gui.classify.worklist_table import DECISION
from gui.state.settings import Theme


def luminance(colour):
    """Relative luminance of a QColor (WCAG 2.1)."""
    parts = np.array(colour.getRgbF()[:3])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_decisions_can_be_read_in_each_theme(window, theme):
    window.set_theme(theme)
    worklist = window.classify_tab.worklist
    for number, decision in enumerate(Decision):
        worklist.add(LedgerRow(f"{number}.png", Status.SCORED, "", "PNEUMONIA", 0.5, decision, "model"))
    base = luminance(worklist.view.palette().base().color())
    model = worklist.view.model()
    for row in range(model.rowCount()):
        tint = luminance(model.index(row, DECISION).data(Qt.ItemDataRole.ForegroundRole))
        assert (max(tint, base) + 0.05) / (min(tint, base) + 0.05) >= 4.5
