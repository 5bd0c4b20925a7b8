"""Run film decoders in child processes, so that a hang or crash costs one film, not the program.

Idle processes are kept and reused; one that dies or exceeds its time limit is replaced. Requests
and replies are JSON and raw bytes, never pickle: a compromised decoder cannot run code in the
parent. This module knows no film format. Processes are started on demand and never import torch.
"""

import faulthandler
import importlib
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from core.system.errors import FilmUnreadable, Reason
from core.system.language import Language, current_language, set_language, tr

JsonObject = dict[str, Any]
Work = Callable[..., tuple[JsonObject, bytes]]  # a module-level function of the file's bytes and JSON keyword arguments

SECONDS: Final = 60.0  # time limit for one file; the largest films take 10 on a busy computer
START_SECONDS: Final = 60.0  # until the process is ready; measured 0.6, longer for a frozen program on a slow disk
# beyond what the process starts with; a TIFF of 100 million 32-bit fractions needs about 1.8 GB of addresses
MEMORY_BYTES: Final = 2 << 30
FILE_BYTES: Final = 16 << 20  # of any file that the process writes; Python's compiled modules are smaller
REFUSED: Final = "refused"  # key of a reply that carries an error, with its reason


class DecoderProcess:
    """A child process. Call `run` from one thread at a time, and not again after it raised."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy threads and torch in an undefined state
        self._connection, child_end = context.Pipe()
        self._process = context.Process(target=serve, args=(child_end, MEMORY_BYTES, SECONDS), daemon=True)
        try:
            self._process.start()
        except BaseException:
            self._connection.close()
            raise
        finally:
            child_end.close()
        self._is_ready = False

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def run(self, work: Work, content: bytes, options: JsonObject, seconds: float) -> tuple[JsonObject, bytes]:
        """Return the reply of `work`.

        Raises TimeoutError after `seconds`, and OSError or EOFError if the process died.
        """
        if not self._is_ready:
            self._wait(START_SECONDS)
            self._connection.recv_bytes()
            self._is_ready = True
        request = {
            "module": work.__module__, "name": getattr(work, "__name__", ""), "options": options,
            "language": current_language().value,
        }  # fmt: skip
        self._connection.send_bytes(json.dumps(request).encode())
        self._connection.send_bytes(content)
        self._wait(seconds)
        reply = json.loads(self._connection.recv_bytes())
        return reply, self._connection.recv_bytes()

    def _wait(self, seconds: float) -> None:
        if not self._connection.poll(seconds):
            raise TimeoutError

    def kill(self) -> None:
        """Kill the process and wait for its end; it holds nothing that could be lost."""
        self._process.kill()
        self._process.join()
        self._connection.close()


class DecoderPool:
    """Pool of child processes. Threads may call `run` at the same time; each gets its own process.

    seconds: time limit for one file.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._idle: list[DecoderProcess] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def run(self, work: Work, content: bytes, **options: Any) -> tuple[JsonObject, bytes]:
        """Return `work(content, **options)`, computed in a child process.

        Raises FilmUnreadable: what the work raised, or decoder_failed if the process hung or died.
        """
        process = self._acquire()
        try:
            reply, data = process.run(work, content, options, self._seconds)
        except TimeoutError as error:
            process.kill()
            sentence = tr(
                "Decoding it took longer than {seconds:.0f} s and was stopped. Export the film again.",
                seconds=self._seconds,
            )
            raise FilmUnreadable(Reason.DECODER_FAILED, sentence) from error
        except (OSError, EOFError, ValueError) as error:
            process.kill()
            sentence = tr("The decoder crashed on this file; nothing else was affected. Export the film again.")
            raise FilmUnreadable(Reason.DECODER_FAILED, sentence) from error
        except BaseException:
            process.kill()
            raise
        self._release(process)
        if REFUSED in reply:
            raise FilmUnreadable(Reason(reply[REFUSED]), reply["sentence"])
        return reply, data

    def close(self) -> None:
        """Kill every idle process."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()

    def _acquire(self) -> DecoderProcess:
        with self._lock:  # so that processes are started one after the other
            while self._idle:
                process = self._idle.pop()
                if process.is_alive:
                    return process
                process.kill()
            try:
                return DecoderProcess()
            except (OSError, RuntimeError) as error:
                sentence = tr(
                    "The decoder could not be started ({error}). Close other programs and try again.", error=error
                )
                raise FilmUnreadable(Reason.DECODER_FAILED, sentence) from error

    def _release(self, process: DecoderProcess) -> None:
        with self._lock:
            if len(self._idle) < (os.cpu_count() or 1):
                self._idle.append(process)
                return
        process.kill()

    def _forget(self) -> None:
        """Drop all processes in a forked copy of this program: they belong to its parent."""
        self._lock, self._idle = threading.Lock(), []


@cache
def decoder_pool() -> DecoderPool:
    """Return the pool of this program."""
    return DecoderPool()


def serve(connection: Connection, memory_bytes: int, seconds: float) -> None:
    """Answer requests in a child process until the parent closes the connection.

    The process exits by itself if a request takes twice `seconds`, in case the parent is gone.
    """
    _silence()
    _limit_memory(memory_bytes)
    connection.send_bytes(b"ready")
    with Path(os.devnull).open("w") as null:
        while True:
            try:
                request, content = json.loads(connection.recv_bytes()), connection.recv_bytes()
            except (EOFError, OSError):
                return
            faulthandler.dump_traceback_later(2 * seconds, exit=True, file=null)
            _use_language(Language(request["language"]))
            reply, data = _answer(request, content)
            faulthandler.cancel_dump_traceback_later()
            connection.send_bytes(json.dumps(reply).encode())
            connection.send_bytes(data)


def _use_language(language: Language) -> None:
    """Word errors in the parent's language, unless its catalogue is missing."""
    if language is not current_language():
        with suppress(OSError):
            set_language(language)


def _answer(request: JsonObject, content: bytes) -> tuple[JsonObject, bytes]:
    """Return the requested work's reply, or one with the reason and sentence of its error."""
    try:
        work: Work = getattr(importlib.import_module(request["module"]), request["name"])
        return work(content, **request["options"])
    except FilmUnreadable as error:
        return {REFUSED: error.reason.value, "sentence": error.sentence}, b""
    except MemoryError:
        return {REFUSED: Reason.OUT_OF_MEMORY.value, "sentence": tr("There was not enough memory to decode it.")}, b""
    except Exception:  # decoders raise anything on bad bytes; their messages may contain a patient's name
        return {REFUSED: Reason.DAMAGED.value, "sentence": tr("It is damaged or cut off.")}, b""


def _silence() -> None:
    """Discard what native decoders print, and leave Ctrl-C in a terminal to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        with suppress(OSError):
            os.dup2(null, stream)
    os.close(null)


def _limit_memory(more_bytes: int) -> None:
    """Limit this process to `more_bytes` beyond its present size, limit its files, and forbid core files.

    A core file would contain films. What native decoders print is kept in a file. Linux enforces the
    memory limit, macOS hardly. Windows has no such limits, so there only time is limited.
    """
    if sys.platform == "win32":
        return
    import resource

    present_bytes = 0
    with suppress(OSError, ValueError, IndexError):
        present_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for kind, limit in (
        (resource.RLIMIT_AS, present_bytes + more_bytes),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))
