"""Labelled films: intake, patients, splits, corrections and the audit."""
