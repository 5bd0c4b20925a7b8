"""Ctrl-C and termination: the first stops the job, the second the program."""

import os
import signal

import pytest

from core.system.stop_signals import handle_stop_signals

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP] if os.name == "posix" else []


@pytest.fixture(autouse=True)
def usual_handlers():
    """A shell that starts something in the background lets it ignore Ctrl-C."""
    before = [signal.signal(number, signal.SIG_DFL) for number in NUMBERS]
    yield
    for number, handler in zip(NUMBERS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_first_cancels_and_the_second_interrupts(number, cancel, capsys):
    with handle_stop_signals(cancel):
        os.kill(os.getpid(), number)
        assert cancel.is_set()
        assert "stopping after this batch" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)


def fail_noting(handlers):
    handlers.append(signal.getsignal(signal.SIGINT))
    raise ZeroDivisionError


def test_the_earlier_handlers_are_back_afterwards_also_after_an_error(cancel):
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    handlers = []
    with pytest.raises(ZeroDivisionError), handle_stop_signals(cancel):
        fail_noting(handlers)
    assert len(handlers) == 1
    assert signal.SIG_DFL not in handlers
    assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


def test_an_ignored_signal_stays_ignored(cancel):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    with handle_stop_signals(cancel):
        os.kill(os.getpid(), signal.SIGHUP)
    assert not cancel.is_set()
