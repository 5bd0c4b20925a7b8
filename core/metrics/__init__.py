"""Classification metrics with confidence intervals, curves and significance tests."""
