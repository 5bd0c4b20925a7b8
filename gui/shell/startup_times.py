"""When the window was painted, answered, and had its model ready: what a start costs, for packaging/start_up.py."""

import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot

from core.models.events import SelfTestResult
from gui.jobs.jobs import self_test_job
from gui.shell.main_window import MainWindow

PAGE_BYTES = 4096


def memory_mb() -> float | None:
    """Resident memory of this process in MB; None where the system does not tell it in /proc."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
    except OSError:
        return None


class StartTimes(QObject):
    """Watches one start, prints one line of JSON (seconds of the monotonic clock, MB, two words) and closes the window.

    The words, a tab's and Qt's own for "Cancel", tell which language is spoken.
    """

    def __init__(self, splash_painted: float) -> None:
        super().__init__()
        self.window = MainWindow()
        words = [self.window.tabs.tabText(0), QCoreApplication.translate("QPlatformTheme", "Cancel")]
        self._times: dict[str, float | list[str] | None] = {"splash": splash_painted, "words": words}
        self.window.installEventFilter(self)
        self.window.job_shown.connect(self._on_job_shown)

    def start(self) -> None:
        """Note when the event loop has nothing left to paint, then check the model."""
        self.window.show()
        QTimer.singleShot(0, self, self._on_answering)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._times.setdefault("painted", time.monotonic())
        return super().eventFilter(watched, event)

    @Slot()
    def _on_answering(self) -> None:
        self._times |= {"answering": time.monotonic(), "idle_mb": memory_mb()}
        self.window.jobs.start(self_test_job(), self._on_event)

    @Slot(object)
    def _on_event(self, _event: object) -> None:
        """Progress of the check; nothing to note."""

    @Slot(object)
    def _on_job_shown(self, result: object) -> None:
        ready = time.monotonic() if isinstance(result, SelfTestResult) else None
        self._times |= {"model_ready": ready, "with_model_mb": memory_mb()}
        sys.stdout.write(json.dumps(self._times) + "\n")
        sys.stdout.flush()
        self.window.close()
