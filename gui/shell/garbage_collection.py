"""Cyclic garbage is collected on the window's thread alone: a collection on a worker would destroy widgets there."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

COLLECT_MILLISECONDS = 2000


class CollectOnThisThread(QTimer):
    """Switches Python's own collections off, for good, and makes them here, when they are due by Python's own rule."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, interval=COLLECT_MILLISECONDS)
        gc.disable()
        self.timeout.connect(self.collect_what_is_due)
        self.start()

    @Slot()
    def collect_everything(self) -> None:
        """A full pass, after a job: it may have left a network of 0.4 GB in a cycle."""
        gc.collect()

    @Slot()
    def collect_what_is_due(self) -> None:
        """Collect the oldest generation with more news than its threshold, and so the younger ones."""
        news = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, threshold) in enumerate(news) if count > threshold]
        if due:
            gc.collect(due[-1])
