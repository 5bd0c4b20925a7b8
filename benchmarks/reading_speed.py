"""Measure how long the next film takes to be on the screen, read in advance and not, and how much of the screen it has.

    QT_QPA_PLATFORM=offscreen python benchmarks/reading_speed.py FOLDER [--films 40]

FOLDER: films as a reader gets them; they are screened into a temporary folder first. A film counts
as shown when its pixels were painted. Prints p50 and p95 in milliseconds, and the pane's share of
the screen for three screens, with 30 pixels for the window's frame.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SCREENS = ((1280, 720), (1366, 768), (1920, 1080))
FRAME_PX = 30
LOOK_MILLISECONDS = 1000


def wait_until(condition, milliseconds=30_000):
    """Run the event loop until `condition` holds."""
    from PySide6.QtCore import QEventLoop

    loop, end = QEventLoop(), time.perf_counter() + milliseconds / 1000
    while not condition():
        loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        if time.perf_counter() > end:
            sys.exit("the window did not get there")


def look():
    """Run the event loop for as long as a reader looks at a film at least."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(LOOK_MILLISECONDS, loop.quit)
    loop.exec()


def measure_films(room, films, is_prefetched):
    """Return the milliseconds from the key to the painted pixels of each film."""
    room.strip.move_to_end(False)
    wait_until(lambda: room.desk.shown.is_painted)
    times = []
    for _ in range(films):
        if is_prefetched:  # the reader looks at a film for longer than the next ones take
            look()
        else:
            room.desk.pool.forget_all()
        start = time.perf_counter()
        room.strip.move_by(1)
        wait_until(lambda: room.desk.shown.is_painted)
        times.append(1000 * (time.perf_counter() - start))
    return np.array(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--films", type=int, default=40)
    arguments = parser.parse_args()
    home = tempfile.mkdtemp()
    os.environ.update({f"XDG_{kind}_HOME": home for kind in ("DATA", "CONFIG", "CACHE")})
    from gui.shell.app import create_application

    create_application()
    from gui.shell.main_window import MainWindow

    window = MainWindow()
    window.show()
    tab = window.classify_tab
    window.tabs.setCurrentWidget(tab)
    window.resize(SCREENS[1][0], SCREENS[1][1] - FRAME_PX)
    tab.open(arguments.folder)
    wait_until(lambda: window.jobs.state.value == "idle", 600_000)
    films = min(arguments.films, len(tab.room.opened.rows) - 1)
    for name, is_prefetched in (("read in advance", True), ("not read yet", False)):
        times = measure_films(tab.room, films, is_prefetched)
        print(f"next film, {name}, n {films}: p50 {np.median(times):.0f} ms, p95 {np.quantile(times, 0.95):.0f} ms")
    for width, height in SCREENS:
        window.resize(width, height - FRAME_PX)
        pane = tab.room.pane.size()
        print(f"film pane at {width} x {height}: {pane.width() * pane.height() / (width * height):.1%} of the screen")
    window.close()


if __name__ == "__main__":
    main()
