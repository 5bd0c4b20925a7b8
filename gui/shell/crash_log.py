"""What no one caught, in the log and on the screen. Names no file and no patient: messages of errors are left out."""

import copy
import faulthandler
import logging
import platform
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QObject, Signal, qVersion

from core.system.product import read_build

CRASHES, NATIVE = "crash.log", "native-crash.log"
LOG_BYTES = 1_000_000
log = logging.getLogger(__name__)


def build_report(error: BaseException) -> str:
    """Where an error and its causes came from: kinds, modules and lines, never messages, which may hold names."""
    build = read_build()
    program = f"PneumoScreen {build.version}, {build.commit or 'source'}"
    lines = [f"{program}; Python {platform.python_version()}; Qt {qVersion()}; {platform.platform()}"]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(type(seen).__name__)
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


class _Nameless(logging.Formatter):
    """Log lines whose tracebacks are without messages."""

    def format(self, record: logging.LogRecord) -> str:
        mine = copy.copy(record)
        mine.exc_text = None  # what another handler may have kept, messages and all
        return super().format(mine)

    def formatException(self, ei: object) -> str:
        error = ei[1] if isinstance(ei, tuple) else None
        return build_report(error) if isinstance(error, BaseException) else ""


def read_earlier_end(folder: Path) -> str:
    """What the last start wrote as it ended in native code; empty if it closed its window, or was killed."""
    try:
        return (folder / NATIVE).read_text("utf-8", "replace")
    except OSError:
        return ""


class CrashLog(QObject):
    """Writes faults into files of the program's own folder. Signal: fault_seen(report), on the window's thread."""

    fault_seen = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._native: IO[str] | None = None
        self._native_path = folder / NATIVE
        self._handler: logging.Handler
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(folder / CRASHES, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        except OSError:  # a home that cannot be written must not keep the window from opening
            self._handler = logging.StreamHandler()
        self._handler.setLevel(logging.ERROR)
        self._handler.setFormatter(_Nameless("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def install(self) -> None:
        """Take every fault from now on, also those that end the process at once."""
        logging.getLogger().addHandler(self._handler)
        logging.raiseExceptions = False  # a log on a full disk is no news for the terminal
        sys.excepthook = self._on_exception
        threading.excepthook = lambda fault: self._on_exception(fault.exc_type, fault.exc_value, fault.exc_traceback)
        try:
            self._native = self._native_path.open("w", encoding="utf-8")
        except OSError:
            return
        faulthandler.enable(self._native)

    def close(self) -> None:
        """The window closes as it should."""
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        if self._native is not None:
            faulthandler.disable()
            self._native.close()
            self._native_path.unlink(missing_ok=True)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fault = error if error is not None else kind()
        log.error("not caught", exc_info=(kind, fault, trace))
        self.fault_seen.emit(build_report(fault))
