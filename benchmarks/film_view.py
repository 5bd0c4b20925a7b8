"""Measure the paint time of the film view during pan, zoom and windowing of a 3000 x 3000 film."""

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.film.film_view import FilmView

SIDE_PX = 3000
STEPS = 120
FRAME_MS = 1000 / 60


def make_film(depth: type) -> np.ndarray:
    rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX] / SIDE_PX
    noise = np.random.default_rng(0).normal(0, 0.02, (SIDE_PX, SIDE_PX))
    grey = np.clip(0.5 + 0.3 * np.sin(9 * rows) * np.cos(7 * columns) + noise, 0, 1)
    return (grey * (255 if depth is np.uint8 else 4095)).astype(depth)


def make_heat_map() -> np.ndarray:
    rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX] / SIDE_PX
    spots = ((0.6, 0.3, 0.1, 1.0), (0.4, 0.7, 0.15, 0.8))
    return sum(
        strength * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / radius**2)
        for row, column, radius, strength in spots
    ).astype(np.float32)


def measure(name: str, step: Callable[[int], None]) -> None:
    """Print the time from a user's action until the picture is painted.

    step: the action, of its number 0..STEPS-1. Processor time is that of all threads.
    """
    times, cpu = [], []
    for number in range(STEPS):
        start, used = time.perf_counter(), time.process_time()
        step(number)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)
        times.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    late = sum(duration > FRAME_MS for duration in times)
    figures = ", ".join(
        f"{label} median {statistics.median(values):4.1f} p95 {sorted(values)[int(0.95 * STEPS)]:4.1f} ms"
        for label, values in (("took", times), ("processor", cpu))
    )
    print(f"  {name:30} {figures}; {late} of {STEPS} too late for 60 per second")


def turn_wheel(view: FilmView, notches: float) -> None:
    position, angle = QPointF(view.width() / 3, view.height() / 3), QPoint(0, round(120 * notches))
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(view, QWheelEvent(position, view.mapToGlobal(position), QPoint(), angle, *none, False))


def pan(view: FilmView, number: int) -> None:
    key = Qt.Key.Key_Left if number % 12 < 6 else Qt.Key.Key_Right
    QTest.keyClick(view, key, Qt.KeyboardModifier.ShiftModifier)


def set_window(view: FilmView, number: int) -> None:
    settings = view.settings
    view.set_window(settings.centre + (1 if number % 40 < 20 else -1) * settings.width / 90, settings.width)


def measure_all(view: FilmView) -> None:
    view.fit()
    measure("window, whole film", lambda number: set_window(view, number))
    measure("zoom by wheel, whole to 10x", lambda number: turn_wheel(view, 0.16 if number % 120 < 60 else -0.16))
    view.actual_size()
    measure("pan at 1:1", lambda number: pan(view, number))
    measure("window at 1:1", lambda number: set_window(view, number))
    view.fit()
    while view.zoom_percent < 50:
        turn_wheel(view, 0.1)
    name = f"at {view.zoom_percent:.0f} %, most pixels"
    measure(f"pan {name}", lambda number: pan(view, number))
    measure(f"window {name}", lambda number: set_window(view, number))


def main() -> None:
    application = QApplication([])
    view = FilmView()
    view.show_heat(True)
    view.resize(1280, 820)
    view.show()
    application.processEvents()
    for depth in (np.uint8, np.uint16):
        pixels, heat = make_film(depth), make_heat_map()
        start = time.perf_counter()
        view.show_film(pixels, heat)
        view.repaint()
        print(f"{np.dtype(depth).name}: first paint after {(time.perf_counter() - start) * 1000:.0f} ms")
        for side_by_side in (False, True):
            print("side by side" if side_by_side else "heat map over the film")
            view.set_side_by_side(side_by_side)
            measure_all(view)
        view.set_side_by_side(False)


if __name__ == "__main__":
    main()
