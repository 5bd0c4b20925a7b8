"""Decoders as bad as can be, run in a child process by the tests of core.films.decoder_process."""

import ctypes
import os
import sys
import tempfile
import threading

from core.system.errors import FilmUnreadable, Reason


def echoes(content, **options):
    return {"options": options, "process": os.getpid(), "torch": "torch" in sys.modules}, content


def hangs(_content):
    threading.Event().wait()


def dies(_content):
    os._exit(3)


def breaks(_content):
    ctypes.string_at(0)  # a segmentation fault


def eats(_content, gigabytes):
    bytes(gigabytes << 30)
    return {}, b""


def raises(_content):
    raise ValueError("PatientName is DOE^JANE")


def refuses(_content):
    raise FilmUnreadable(Reason.BLANK, "It is blank.")


def prints(_content):
    os.write(1, b"native noise")
    os.write(2, b"native noise")
    return {}, b""


def writes(_content):
    with tempfile.TemporaryFile(buffering=0) as stream:
        written = stream.write(bytes(64 << 20))
    return {"written": written}, b""


def answers_nonsense(_content, **_options):
    return {"shape": [2, 2], "chroma": 0, "facts": {"notes": []}}, b"123"
