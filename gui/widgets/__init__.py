"""Widgets and dialogs shared by all tabs."""
