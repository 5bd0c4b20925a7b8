"""Widgets that show films: view, grid, window, thumbnails."""
