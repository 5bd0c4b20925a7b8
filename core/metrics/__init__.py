"""Figures of classification with their confidence intervals, curves and tests."""
