"""A film whose zoom, position, window, rotation and heat map are changed by the program."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Signal

from gui.film.film_canvas import FilmCanvas, ViewSettings

ZOOM_STEP: Final = 1.2


class AdjustableFilm(FilmCanvas):
    """A film canvas with a command for everything that may be done to a film on the screen.

    Signal: window_changed(centre, width), in the film's own grey values.
    """

    window_changed = Signal(float, float)

    def show_heat(self, is_shown: bool) -> None:
        """Show the outline of the heat map over the film, or hide it."""
        self._change(is_heat_shown=is_shown)

    def set_side_by_side(self, is_side_by_side: bool) -> None:
        """Show the plain film at left and the film with the outline of its heat map, if any, at right."""
        self._change(is_side_by_side=is_side_by_side)
        self._follow_pane()
        self.view_changed.emit()

    def set_covered_right(self, width: int) -> None:
        """Keep a fitted film clear of this much at the right edge, in this widget's pixels, where there is room."""
        self._covered_right = width
        self._follow_pane()
        self._change()

    def fit(self) -> None:
        """Show the whole film, also after the widget is resized."""
        self._follow_pane()
        self._camera.fit()
        self._change()

    def actual_size(self) -> None:
        """Show one film pixel on one physical screen pixel, whatever the desktop's scaling."""
        self._zoom(1.0)

    def zoom_in(self) -> None:
        self._zoom(self._camera.scale * ZOOM_STEP)

    def zoom_out(self) -> None:
        self._zoom(self._camera.scale / ZOOM_STEP)

    def set_window(self, centre: float, width: float) -> None:
        """Show `width` grey values around `centre` from black to white.

        The centre is limited to the film's middle grey ± its grey range, the width to 1..4 ranges.
        """
        middle, whole = self._whole_window
        centre = min(max(centre, middle - whole), middle + whole)
        width = min(max(width, 1.0), 4 * whole)
        is_new = (centre, width) != (self._settings.centre, self._settings.width)
        self._change(centre=centre, width=width)
        if is_new:
            self.window_changed.emit(centre, width)

    def reset_window(self) -> None:
        """Show the whole grey range of the film."""
        self.set_window(*self._whole_window)

    def invert(self, is_inverted: bool) -> None:
        """Show dense tissue black (True) or white (False)."""
        self._change(is_inverted=is_inverted)

    def rotate(self, quarter_turns: int) -> None:
        """Rotate film and heat map clockwise; a negative number rotates back."""
        if self._film is None:
            return
        for _ in range(quarter_turns % 4):
            self._film = self._film.rotate_clockwise()
            if self._heat is not None:
                self._heat = self._heat.rotate_clockwise()
            self._camera.rotate_clockwise()
        self._change(quarter_turns=(self._settings.quarter_turns + quarter_turns) % 4)

    @property
    def _whole_window(self) -> tuple[float, float]:
        if self._film is None:
            return ViewSettings().centre, ViewSettings().width
        return self._film.whole_window

    def _zoom(self, scale: float, at: QPointF | None = None) -> None:
        """Change the scale and keep the film point under `at`, by default the middle, in place."""
        middle = QPointF(self._camera.pane.width() / 2, self._camera.pane.height() / 2)
        self._camera.zoom(scale, middle if at is None else self._to_pane(at))
        self._change()

    def _pan(self, by: QPointF) -> None:
        """Move the film; what is visible already is scrolled and not painted again."""
        ratio, before = self.devicePixelRatioF(), self._camera.film_corner
        self._camera.pan(by * ratio)
        moved = (self._camera.film_corner - before) / ratio
        areas = [QRectF(QPointF(pane.topLeft()) / ratio, QSizeF(pane.size()) / ratio) for pane in self._panes()]
        if all(QRectF(area.toRect()) == area for area in areas) and QPointF(moved.toPoint()) == moved:
            for area in areas:
                self.scroll(moved.toPoint().x(), moved.toPoint().y(), area.toRect())
        else:
            self.update()
        self.view_changed.emit()
