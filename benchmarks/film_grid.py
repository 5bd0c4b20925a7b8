"""Measure how long the film grid blocks the window: opening 50,000 films, and one paint."""

import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from core.datasets.dataset import Dataset, Film
from gui.film.film_grid import FilmGrid


def time_paints(grid: FilmGrid) -> list[float]:
    """Return the milliseconds of one paint at each of 200 scroll positions."""
    bar, paints = grid.verticalScrollBar(), []
    for position in np.linspace(0, bar.maximum(), 200):
        start = time.perf_counter()
        bar.setValue(round(position))
        grid.viewport().repaint()
        paints.append(1000 * (time.perf_counter() - start))
    return paints


def main() -> None:
    application = QApplication(sys.argv[:1])
    grid = FilmGrid()
    grid.resize(1000, 800)
    grid.show()
    application.processEvents()
    for count in (500, 50_000):
        films = tuple(Film(Path(f"/nowhere/{number}.png"), number % 2, str(number)) for number in range(count))
        start = time.perf_counter()
        grid.table.show_films(Dataset(Path("/nowhere"), ("a", "b"), films), films)
        application.processEvents()
        seconds = time.perf_counter() - start
        paints = time_paints(grid)
        paint = f"a paint takes {np.median(paints):.1f} ms, worst {max(paints):.1f} ms"
        print(f"{count:6} films: opened in {seconds:.2f} s; {paint}")
    grid.table.close()


if __name__ == "__main__":
    main()
