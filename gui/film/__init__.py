"""Show films: view, grid, window, thumbnails."""
