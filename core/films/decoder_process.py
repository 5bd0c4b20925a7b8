"""Work on a file's bytes in a child process: a decoder that hangs or dies takes only the child with it.

A child is kept and used again; one that dies, or takes too long, is replaced. It is given bytes and a few options and
answers with JSON and bytes, never with a pickle, so that a decoder that was taken over by a file hands nothing on.
Knows no format of films. Only a child that was asked for is started, and torch is never imported there.
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

Told = dict[str, Any]
Work = Callable[..., tuple[Told, bytes]]  # a function of a module: of the bytes, and of JSON values by name

SECONDS: Final = 60.0  # for one file; the largest films take 10 where the computer is busy
START_SECONDS: Final = 60.0  # to the first sign of life; measured 0.6, of a frozen program on a slow disk more
MEMORY_BYTES: Final = 4 << 30  # beyond what a child starts with; a film of 100 million pixels takes 3.2 GB
REFUSED: Final = "refused"


class Child:
    """One child process. `ask` at one time from one thread only; after an error of it the child is of no use."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # of threads and of torch, a fork would bring half
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, MEMORY_BYTES, SECONDS), daemon=True)
        try:
            self._process.start()
        except BaseException:
            self._connection.close()
            raise
        finally:
            theirs.close()
        self._answers = False  # whether it gave its first sign of life

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def ask(self, work: Work, content: bytes, options: Told, seconds: float) -> tuple[Told, bytes]:
        """What `work` answers. Raises TimeoutError, or OSError or EOFError where the child died."""
        if not self._answers:
            self._wait(START_SECONDS)
            self._connection.recv_bytes()
            self._answers = True
        asked = {
            "module": work.__module__, "name": getattr(work, "__name__", ""), "options": options,
            "language": current_language().value,
        }  # fmt: skip
        self._connection.send_bytes(json.dumps(asked).encode())
        self._connection.send_bytes(content)
        self._wait(seconds)
        told = json.loads(self._connection.recv_bytes())
        return told, self._connection.recv_bytes()

    def _wait(self, seconds: float) -> None:
        if not self._connection.poll(seconds):
            raise TimeoutError

    def end(self) -> None:
        """Kill it: it holds nothing that could be lost."""
        self._process.kill()
        self._process.join()
        self._connection.close()


class Children:
    """Children that wait for work. `ask` may be called on several threads at once; each then has a child of its own.

    seconds: for one file.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def ask(self, work: Work, content: bytes, **options: Any) -> tuple[Told, bytes]:
        """What `work(content, **options)` gives, worked out in a child.

        Raises FilmUnreadable: what the work raised, or decoder_failed where the child hung or died.
        """
        child = self._borrowed()
        try:
            told, answer = child.ask(work, content, options, self._seconds)
        except TimeoutError as error:
            child.end()
            sentence = tr(
                "Decoding it took longer than {seconds:.0f} s and was stopped. Export the film again.",
                seconds=self._seconds,
            )
            raise FilmUnreadable(Reason.DECODER_FAILED, sentence) from error
        except (OSError, EOFError, ValueError) as error:
            child.end()
            sentence = tr("The decoder broke down over it; nothing else was harmed. Export the film again.")
            raise FilmUnreadable(Reason.DECODER_FAILED, sentence) from error
        except BaseException:
            child.end()
            raise
        self._give_back(child)
        if REFUSED in told:
            raise FilmUnreadable(Reason(told[REFUSED]), told["sentence"])
        return told, answer

    def end(self) -> None:
        """End every child that waits."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _borrowed(self) -> Child:
        with self._lock:  # children are started one after the other
            while self._idle:
                child = self._idle.pop()
                if child.is_alive:
                    return child
                child.end()
            try:
                return Child()
            except (OSError, RuntimeError) as error:
                sentence = tr(
                    "The decoder could not be started ({error}). Close other programs and try again.", error=error
                )
                raise FilmUnreadable(Reason.DECODER_FAILED, sentence) from error

    def _give_back(self, child: Child) -> None:
        with self._lock:
            if len(self._idle) < (os.cpu_count() or 1):
                self._idle.append(child)
                return
        child.end()

    def _forget(self) -> None:
        """In a fork: leave the children to the process that started them."""
        self._lock, self._idle = threading.Lock(), []


@cache
def children() -> Children:
    """The children of this process."""
    return Children()


def serve(connection: Connection, memory_bytes: int, seconds: float) -> None:
    """A child's whole life: answer until the other end is closed. Dies by itself should it hang without a parent."""
    _be_quiet()
    _limit_memory(memory_bytes)
    connection.send_bytes(b"ready")
    with Path(os.devnull).open("w") as nowhere:
        while True:
            try:
                asked, content = json.loads(connection.recv_bytes()), connection.recv_bytes()
            except (EOFError, OSError):
                return
            faulthandler.dump_traceback_later(2 * seconds, exit=True, file=nowhere)
            _speak_as(Language(asked["language"]))
            told, answer = _answered(asked, content)
            faulthandler.cancel_dump_traceback_later()
            connection.send_bytes(json.dumps(told).encode())
            connection.send_bytes(answer)


def _speak_as(language: Language) -> None:
    """What the work refuses is read where the parent shows it. Without the sentences it goes on in its language."""
    if language is not current_language():
        with suppress(OSError):
            set_language(language)


def _answered(asked: Told, content: bytes) -> tuple[Told, bytes]:
    try:
        work: Work = getattr(importlib.import_module(asked["module"]), asked["name"])
        return work(content, **asked["options"])
    except FilmUnreadable as refusal:
        return {REFUSED: refusal.reason.value, "sentence": refusal.sentence}, b""
    except MemoryError:
        return {REFUSED: Reason.OUT_OF_MEMORY.value, "sentence": tr("There was not enough memory to decode it.")}, b""
    except Exception:  # decoders raise whatever their parsers met; what they say may hold a name
        return {REFUSED: Reason.DAMAGED.value, "sentence": tr("It is damaged or cut off.")}, b""


def _be_quiet() -> None:
    """Native decoders print what they meet, and Ctrl-C in a terminal is for the parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        with suppress(OSError):
            os.dup2(nowhere, stream)
    os.close(nowhere)


def _limit_memory(more_bytes: int) -> None:
    """Let this process take so much more than it has, and write no core file, which would hold films.

    Linux keeps to it; macOS hardly; Windows has no such limit, and there time alone is limited.
    """
    if sys.platform == "win32":
        return
    import resource

    has = 0
    with suppress(OSError, ValueError, IndexError):
        has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for kind, limit in ((resource.RLIMIT_AS, has + more_bytes), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))
