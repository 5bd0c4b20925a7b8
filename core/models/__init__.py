"""Model files: weights, header, calibration, operating point and card."""
