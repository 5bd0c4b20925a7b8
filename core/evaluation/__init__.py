"""Evaluate models on labelled films; reports, acceptance test, label errors."""
