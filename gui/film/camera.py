"""Zoom and position of a film in a pane."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize

MAX_ZOOM: Final = 32.0


class Camera:
    """Which part of a film a pane shows.

    film: size of the film in film pixels. pane: size of the pane in physical screen pixels.
    scale: screen pixels per film pixel. centre: the film point in the middle of the pane.
    fits: True while the whole film is fitted into the pane. covered_right: screen pixels at the pane's right
    edge that something else covers; a fitted film avoids them where the pane is wide enough.
    """

    def __init__(self) -> None:
        self.film, self.pane = QSize(1, 1), QSize(1, 1)
        self.scale, self.centre = 1.0, QPointF(0.5, 0.5)
        self.fits = True
        self.covered_right = 0.0

    @property
    def fitting_scale(self) -> float:
        """The scale at which the whole film just fits into the pane."""
        across, down = self.pane.width() / self.film.width(), self.pane.height() / self.film.height()
        return max(min(across, down), 1e-3)

    def fit(self) -> None:
        """Fit the whole film into the pane, and keep it fitted when the pane is resized."""
        self.fits = True
        self.scale = self.fitting_scale
        room = (self.pane.width() - self.film.width() * self.scale) / 2  # at each side of the film
        aside = min(room, max(0.0, self.covered_right - room))
        self.centre = QPointF(self.film.width() / 2 + aside / self.scale, self.film.height() / 2)

    def resize(self, pane: QSize) -> None:
        self.pane = pane
        if self.fits:
            self.fit()

    def zoom(self, scale: float, at: QPointF) -> None:
        """Change the scale and keep the film point under `at` in place.

        A scale at or below the fitting one fits the whole film; a film that is smaller than the pane
        can be shown at 1, but no smaller.
        """
        if scale <= min(self.fitting_scale, 1.0) * 1.001 and self.fitting_scale <= 1.0:
            self.fit()
            return
        point = self.to_film(at)
        scale = min(max(scale, 1.0 if self.fitting_scale > 1.0 else 0.0), max(MAX_ZOOM, self.fitting_scale))
        self.fits = False
        self._move(point + (self.centre - point) * (self.scale / scale))
        self.scale = scale

    def pan(self, by: QPointF) -> None:
        """Move the film by screen pixels."""
        self.fits = False
        self._move(self.centre - by / self.scale)

    def rotate_clockwise(self) -> None:
        """Follow a quarter turn of the film."""
        centre = QPointF(self.film.height() - self.centre.y(), self.centre.x())
        self.film = self.film.transposed()
        self.centre = centre
        if self.fits:
            self.fit()

    def _move(self, centre: QPointF) -> None:
        """Move the film point in the middle of the pane; it never leaves the film."""
        x, y = min(max(centre.x(), 0.0), self.film.width()), min(max(centre.y(), 0.0), self.film.height())
        self.centre = QPointF(x, y)

    @property
    def film_corner(self) -> QPointF:
        """Position of the film's upper left corner in the pane, on a whole pixel: 1:1 is exact."""
        corner = QPointF(self.pane.width() / 2, self.pane.height() / 2) - self.centre * self.scale
        return QPointF(round(corner.x()), round(corner.y()))

    def to_film(self, point: QPointF) -> QPointF:
        """Return the film point under a point of the pane."""
        return self.centre + (point - QPointF(self.pane.width() / 2, self.pane.height() / 2)) / self.scale

    @property
    def film_rect(self) -> QRectF:
        """Rectangle of the whole film in the pane, in screen pixels."""
        size = QRectF(0, 0, self.film.width() * self.scale, self.film.height() * self.scale)
        return size.translated(self.film_corner)
