"""Turn Ctrl-C and termination signals into the cancellation of a job."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def handle_stop_signals(cancel: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C, SIGTERM or SIGHUP set `cancel`; a second one raises KeyboardInterrupt.

    Works in the main thread only, as Python's signal handlers do.
    """

    def stop(_signal: int, _frame: object) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()
        sys.stderr.write("\nstopping after this batch\n")

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    earlier = {number: signal.signal(number, stop) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
