"""How long the window is held while 50,000 films scroll by: opening the grid, and one paint at each of 200 places."""

import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from core.datasets.dataset import Dataset, Film
from gui.film.film_grid import FilmGrid


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
        opening = time.perf_counter() - start
        bar, paints = grid.verticalScrollBar(), []
        for place in np.linspace(0, bar.maximum(), 200):
            start = time.perf_counter()
            bar.setValue(round(place))
            grid.viewport().repaint()
            paints.append(1000 * (time.perf_counter() - start))
        shown = f"a paint takes {np.median(paints):.1f} ms, worst {max(paints):.1f} ms"
        print(f"{count:6} films: opened in {opening:.2f} s; {shown}")
    grid.table.close()


if __name__ == "__main__":
    main()
