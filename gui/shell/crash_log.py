"""Log and report uncaught exceptions.

Exceptions are recorded without their messages, so no file and no patient is named.
"""

import copy
import faulthandler
import logging
import os
import platform
import sys
import threading
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QObject, Signal, qVersion

from core.system.files import make_folder, open_private
from core.system.product import read_build

CRASHES, NATIVE = "crash.log", "native-crash.log"
LOG_BYTES = 1_000_000
log = logging.getLogger(__name__)


def build_crash_report(error: BaseException) -> str:
    """Describe an error and its causes: types, modules and lines.

    Messages are left out, as they may contain names.
    """
    build = read_build()
    program = f"PneumoScreen {build.version}, {build.commit or 'source'}"
    lines = [f"{program}; Python {platform.python_version()}; Qt {qVersion()}; {platform.platform()}"]
    cause: BaseException | None = error
    while cause is not None:
        lines.append(type(cause).__name__)
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines)


class _FormatterWithoutMessages(logging.Formatter):
    """Format log records with tracebacks that leave out the messages of exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        own_record = copy.copy(record)
        own_record.exc_text = None  # text cached by another handler has the messages
        return super().format(own_record)

    def formatException(self, ei: object) -> str:
        error = ei[1] if isinstance(ei, tuple) else None
        return build_crash_report(error) if isinstance(error, BaseException) else ""


class _PrivateLog(RotatingFileHandler):
    """A log that only its owner may read."""

    def _open(self) -> TextIOWrapper:
        descriptor = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding)


def read_native_crash(folder: Path) -> str:
    """Return what the last start wrote as it crashed in native code.

    Empty if it closed normally, or was killed.
    """
    try:
        return (folder / NATIVE).read_text("utf-8", "replace")
    except OSError:
        return ""


class CrashLog(QObject):
    """Writes uncaught exceptions and native crashes to files in `folder`.

    Signal: fault_seen(report), on the window's thread.
    """

    fault_seen = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._native: IO[str] | None = None
        self._native_path = folder / NATIVE
        self._handler: logging.Handler
        try:
            make_folder(folder)
            self._handler = _PrivateLog(folder / CRASHES, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        except OSError:  # the window must open even if the folder is not writable
            self._handler = logging.StreamHandler()
        self._handler.setLevel(logging.ERROR)
        self._handler.setFormatter(_FormatterWithoutMessages("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def install(self) -> None:
        """Start recording, including faults that end the process at once."""
        logging.getLogger().addHandler(self._handler)
        logging.raiseExceptions = False  # no output on the terminal if the disk is full
        sys.excepthook = self._on_exception
        threading.excepthook = lambda fault: self._on_exception(fault.exc_type, fault.exc_value, fault.exc_traceback)
        try:
            self._native = os.fdopen(open_private(self._native_path, os.O_WRONLY | os.O_TRUNC), "w", encoding="utf-8")
        except OSError:
            return
        faulthandler.enable(self._native)

    def close(self) -> None:
        """Stop recording: the window closes normally."""
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
        self.fault_seen.emit(build_crash_report(fault))
