"""One window for each person: a second start hands its folder to the first. By files, so that no socket is opened."""

import json
import uuid
from pathlib import Path

from PySide6.QtCore import QEventLoop, QFileSystemWatcher, QLockFile, QObject, QTimer, Signal, Slot

from core.system.files import read_json, write_text_atomically
from core.system.language import tr

ANSWER_MILLISECONDS = 5000


class SingleInstance(QObject):
    """The right to be this person's window. Signal: asked(Path or None), what a second start wants to be shown.

    Where `folder` cannot be written, every start is the first.
    """

    asked = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = folder / "requests"
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # however long ago it was taken, a lock holds while its process lives
        self._watcher = QFileSystemWatcher(self)

    def take(self) -> bool:
        """True if this start is to open the window; it then hears what later starts ask."""
        try:
            self._requests.mkdir(parents=True, exist_ok=True)
        except OSError:
            return True
        if not self._lock.tryLock(0):
            return self._lock.error() is not QLockFile.LockError.LockFailedError
        for left in self._requests.glob("*.json"):
            left.unlink(missing_ok=True)
        self._watcher.addPath(str(self._requests))
        self._watcher.directoryChanged.connect(self._on_requests)
        return True

    def hand_over(self, path: Path | None) -> bool:
        """Ask the first start to come to the front and to show `path`; False if it does not answer in 5 s."""
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
        """The computer on which the first start runs."""
        return self._lock.getLockInfo()[2] if self._lock.getLockInfo()[0] else tr("this computer")

    def release(self) -> None:
        """Let the next start be the first."""
        self._watcher.blockSignals(True)
        self._lock.unlock()

    @Slot(str)
    def _on_requests(self, _folder: str) -> None:
        for request in sorted(self._requests.glob("*.json")):
            try:
                path = read_json(request)["path"]
                request.unlink()
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not ours, or taken already
            self.asked.emit(Path(path) if path else None)
