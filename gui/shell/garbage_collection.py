"""Collect cyclic garbage on the window's thread only: a worker would destroy widgets off-thread."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

COLLECT_MILLISECONDS = 2000


class GarbageCollector(QTimer):
    """Replaces Python's automatic collection: a timer collects when its thresholds are exceeded."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, interval=COLLECT_MILLISECONDS)
        gc.disable()
        self.timeout.connect(self.collect_due)
        self.start()

    @Slot()
    def collect_all(self) -> None:
        """Collect all generations, after a job: it may have left a network of 0.4 GB in a cycle."""
        gc.collect()

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation whose count exceeds its threshold, and the younger ones."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, threshold) in enumerate(counts) if count > threshold]
        if due:
            gc.collect(due[-1])
