"""A folder that is watched on a thread, as the program does it."""

import threading
from queue import Queue

from core.jobs.events import Noted, Progressed, Stage
from core.screening.events import FilmAnswered, RowSuperseded
from core.screening.watch_folder import watch

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 50


class Watching:
    """The events of a watched folder, in order.

    answered: rows, superseded: rows that no longer held, noted: sentences.
    """

    def __init__(self, folder, output, model, poll_seconds=POLL_SECONDS, archive=None):
        self.cancel = threading.Event()
        self.answered, self.superseded, self.noted = [], [], []
        self._events, self._result = Queue(), Queue()
        job = watch(folder, output, model, self.cancel, archive, poll_seconds)
        self._thread = threading.Thread(target=self._run, args=(job,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self.cancel.set()
        self._thread.join()

    def _run(self, job):
        while True:
            try:
                self._events.put(next(job))
            except StopIteration as end:
                self._result.put(end.value)
                return

    def wait_for_answer(self, file):
        """Wait for the row of a file."""
        return self._wait(lambda event: isinstance(event, FilmAnswered) and event.row.file == file).row

    def wait_for_change(self, file):
        """Wait until the row of a file is superseded."""
        return self._wait(lambda event: isinstance(event, RowSuperseded) and event.row.file == file).row

    def wait_for_polls(self, count):
        """Wait until the folder was looked at so often."""
        for _ in range(count):
            self._wait(lambda event: isinstance(event, Progressed) and event.stage is Stage.WATCHING)

    def _wait(self, is_wanted):
        while True:
            event = self._events.get(timeout=PATIENCE_SECONDS)
            if isinstance(event, FilmAnswered):
                self.answered.append(event.row)
            if isinstance(event, RowSuperseded):
                self.superseded.append(event.row)
            if isinstance(event, Noted):
                self.noted.append(event.sentence)
            if is_wanted(event):
                return event

    def stop(self):
        """End watching; returns the result."""
        self.cancel.set()
        return self._result.get(timeout=PATIENCE_SECONDS)
