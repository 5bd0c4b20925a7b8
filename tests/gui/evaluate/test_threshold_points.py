"""What the threshold plots show of the rates at every threshold."""

import numpy as np
import pytest

from core.metrics.curves import threshold_curves
from gui.evaluate.threshold_points import RATES, RECALL, ROC

# thresholds from above 0.9 down to 0.2 classify 0, 1, 2, 3, 4 films as positive
CURVES = threshold_curves(np.array([0, 1, 0, 1]), np.array([0.2, 0.4, 0.6, 0.9]))


@pytest.mark.parametrize(
    ("kind", "x", "y", "names"),
    [
        (ROC, [1, 0.5, 0.5, 0, 0], [1, 1, 0.5, 0.5, 0], ["sensitivity", "specificity"]),
        (RECALL, [1, 1, 0.5, 0.5], [0.5, 2 / 3, 0.5, 1], ["precision", "recall"]),  # none above the highest film
        (RATES, [0.2, 0.4, 0.6, 0.9, np.nextafter(0.9, 2)], [1, 1, 0.5, 0.5, 0], ["sensitivity", "specificity"]),
    ],
)
def test_points_and_readings(kind, x, y, names):
    points = kind.view(CURVES)
    assert points.x == pytest.approx(x)
    assert points.ys[0] == pytest.approx(y)
    assert [name for name, _ in points.figures] == names
    assert len(points.lines) == len(points.ys)
    assert (points.guide is not None) == bool(kind.guide)
