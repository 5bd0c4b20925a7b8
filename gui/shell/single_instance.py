"""Allow one window per user: a second start passes its path to the first.

Requests are files, so that no socket is opened.
"""

import json
import uuid
from pathlib import Path

from PySide6.QtCore import QEventLoop, QFileSystemWatcher, QLockFile, QObject, QTimer, Signal, Slot

from core.system.files import make_folder, read_json, write_text_atomically
from core.system.language import tr

ANSWER_MILLISECONDS = 5000


class SingleInstance(QObject):
    """The lock that the one window of a user holds.

    Signal: asked(Path or None), with the path that a second start was asked to open. If `folder` is
    not writable, every start counts as the first.
    """

    asked = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = folder / "requests"
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # a lock is valid as long as its process lives, however old
        self._watcher = QFileSystemWatcher(self)

    def take(self) -> bool:
        """Take the lock and watch for later requests; False if another process holds it."""
        try:
            make_folder(self._requests)
        except OSError:
            return True
        if not self._lock.tryLock(0):
            return self._lock.error() is not QLockFile.LockError.LockFailedError
        for stale in self._requests.glob("*.json"):
            stale.unlink(missing_ok=True)
        self._watcher.addPath(str(self._requests))
        self._watcher.directoryChanged.connect(self._on_requests)
        return True

    def hand_over(self, path: Path | None) -> bool:
        """Ask the first start to come to the front and open `path`.

        Returns False if it does not respond within ANSWER_MILLISECONDS.
        """
        request = self._requests / f"{uuid.uuid4().hex}.json"
        write_text_atomically(request, json.dumps({"path": str(path.absolute()) if path else None}))
        loop = QEventLoop()
        watcher = QFileSystemWatcher([str(self._requests)])
        watcher.directoryChanged.connect(lambda _folder: None if request.exists() else loop.quit())
        QTimer.singleShot(ANSWER_MILLISECONDS, loop, loop.quit)
        if request.exists():
            loop.exec()
        taken = not request.exists()
        request.unlink(missing_ok=True)
        return taken

    def owner(self) -> str:
        """Return the name of the computer on which the first start runs."""
        return self._lock.getLockInfo()[2] if self._lock.getLockInfo()[0] else tr("this computer")

    def release(self) -> None:
        """Release the lock."""
        self._watcher.blockSignals(True)
        self._lock.unlock()

    @Slot(str)
    def _on_requests(self, _folder: str) -> None:
        for request in sorted(self._requests.glob("*.json")):
            try:
                path = read_json(request)["path"]
                request.unlink()
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not a request, or already handled
            self.asked.emit(Path(path) if path else None)
