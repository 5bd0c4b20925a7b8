"""The grid of films."""

from PySide6.QtTest import QAbstractItemModelTester

from core.datasets.dataset import Dataset, Film
from gui.film.film_grid import FilmGrid
from gui.film.thumbnails import Thumbnails


def test_grid_of_50000_films_asks_only_for_what_is_seen(qtbot, tmp_path, monkeypatch):
    seen = set()
    monkeypatch.setattr(Thumbnails, "request", lambda _self, path: seen.add(path))
    grid = FilmGrid()
    qtbot.addWidget(grid)
    films = tuple(Film(tmp_path / f"{number}.png", number % 2, str(number)) for number in range(50_000))
    QAbstractItemModelTester(grid.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    grid.table.show_films(Dataset(tmp_path, ("a", "b"), films), films)
    grid.resize(800, 600)
    grid.show()
    qtbot.waitUntil(lambda: tmp_path / "0.png" in seen)
    grid.scrollToBottom()
    qtbot.waitUntil(lambda: tmp_path / "49999.png" in seen)
    assert len(seen) < 200
    grid.table.close()
