"""Labelled films: reading, corrections, audit, and splits by patient."""
