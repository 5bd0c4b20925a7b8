"""Take screenshots of every tab while going through the demo as a user would."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QEventLoop, QTimer

from core.films.images import MARK_KEYWORD, has_mark
from core.runs.run_folder import MODEL
from core.runs.run_listing import read_listing
from core.system.files import check_writable, write_atomically
from core.system.outputs import OutputKind, check_output
from gui.jobs.jobs import ignore
from gui.jobs.training_jobs import train_job
from gui.shell.app import create_application
from gui.shell.main_window import MainWindow
from gui.state.settings import Theme

MARK: Final = "PneumoScreen screenshot"
SCREENSHOT: Final = OutputKind(lambda path: has_mark(path, MARK))
NAMES: Final = (
    "dataset", "training", "runs", "operating-point", "figures", "curves", "classify", "classify-light",
)  # fmt: skip


def take_screenshots(folder: Path) -> int:
    """Run the demo and write a PNG of each tab to `folder`; returns the exit status.

    Raises JobFailed if other files would be replaced.
    """
    from core.datasets.demo import DEMO_RECIPE

    for name in NAMES:
        check_output(folder / f"{name}.png", SCREENSHOT)
    check_writable(folder)
    create_application()
    window = MainWindow()
    window.set_theme(Theme.DARK)
    window.show()
    _wait_for(window, window.dataset_tab.start_demo)
    _settle(1500)
    _save(window, folder / "dataset.png")
    source, worklist = window.session.source, window.dataset_tab.demo.worklist
    assert source is not None
    assert worklist is not None
    window.tabs.setCurrentWidget(window.training_tab)
    runs = worklist.parent / "runs"
    tab = window.training_tab
    for name, epochs, show_event in (("short", 3, ignore), ("long", 8, tab.show_event)):
        job = train_job(source, replace(DEMO_RECIPE, name=name, epochs=epochs), runs / name, resume=False)
        _wait_for(window, partial(window.jobs.start, job, tab.show_result, show_event=show_event))
    _settle(300)
    _save(window, folder / "training.png")
    _grab_runs(window, runs, folder / "runs.png")
    _grab_evaluation(window, source, runs / "long" / MODEL, folder)
    window.tabs.setCurrentWidget(window.classify_tab)
    _wait_for(window, lambda: window.classify_tab.open(worklist))
    window.classify_tab.room.strip.select_file("phantom-003.png")
    _settle(7000)  # until the notice over the film has gone
    _save(window, folder / "classify.png")
    window.set_theme(Theme.LIGHT)
    _settle(200)
    _save(window, folder / "classify-light.png")
    window.close()
    return 0


def _grab_runs(window: MainWindow, runs: Path, picture: Path) -> None:
    """Compare the runs in the Runs tab and save a screenshot."""
    tab = window.runs_tab
    loop = QEventLoop()  # until the runs of this computer are read, so that they do not come last
    tab.listed.connect(loop.quit)
    QTimer.singleShot(0, lambda: window.tabs.setCurrentWidget(tab))
    loop.exec()
    tab.listed.disconnect(loop.quit)
    tab.show_runs(read_listing(runs))
    tab.view.selectAll()
    _wait_for(window, tab.buttons["compare"].click)
    _settle(300)
    _save(window, picture)


def _grab_evaluation(window: MainWindow, source: Path, model: Path, folder: Path) -> None:
    """Evaluate a model; save screenshots of its operating point, figures and curves."""
    tab = window.evaluate_tab
    window.session.use_model(model)
    _wait_for(window, lambda: window.tabs.setCurrentWidget(tab))
    _settle(300)
    _save(window, folder / "operating-point.png")
    _wait_for(window, tab.buttons["evaluate_dataset"].click)
    for panel, name in ((tab.figures, "figures"), (tab.plots, "curves")):
        tab.panels.setCurrentWidget(panel)
        _settle(500)
        _save(window, folder / f"{name}.png")


def _save(window: MainWindow, path: Path) -> None:
    """Write a marked picture of the window as it is, atomically. Raises JobFailed."""
    picture = window.grab().toImage()
    picture.setText(MARK_KEYWORD, MARK)
    content = QBuffer()
    picture.save(content, "PNG")  # type: ignore[call-overload]
    write_atomically(path, lambda stream: stream.write(content.data().data()))


def _wait_for(window: MainWindow, start: Callable[[], None]) -> None:
    """Start a job and run the event loop until its result is on the screen."""
    loop = QEventLoop()
    window.jobs.ended.connect(loop.quit)
    QTimer.singleShot(0, start)
    loop.exec()
    window.jobs.ended.disconnect(loop.quit)


def _settle(milliseconds: int) -> None:
    """Run the event loop for a while, so that timers paint and thumbnails arrive."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
