"""The reading room: the film on the screen, its answer, the reader's calls."""
