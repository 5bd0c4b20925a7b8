"""Widgets of the reading room: one film with its verdict and tools."""
