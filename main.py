"""Program entry point: open the window, or run one subcommand without it."""

import argparse
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Container
from pathlib import Path

from core.system.exit_status import FAILED, INTERRUPTED
from core.system.language import set_language, system_language
from core.system.message_box import show_error
from core.system.processor import format_missing_instructions, missing_instructions
from core.system.safe_text import escape_unprintable


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status, as docs/COMMAND_LINE.md defines it."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if missing_instructions():
        return _refuse_processor(arguments)
    from command_line.console import print_as  # this and all below may load NumPy
    from command_line.options import build_parser
    from core.system.app_folders import format_lost_folders
    from core.system.error_messages import format_error
    from core.system.malloc import keep_freed_memory
    from core.system.stop_signals import handle_stop_signals

    cancel = threading.Event()
    try:
        with handle_stop_signals(cancel):
            keep_freed_memory()
            parser, commands = build_parser(_run_window)
            options = parser.parse_args(_expand_bare_path(arguments, commands))
            command: Callable[[argparse.Namespace, threading.Event], int] = options.command
            if sentence := format_lost_folders():
                print(escape_unprintable(sentence), file=sys.stderr)
            with print_as(options.verbosity):
                return command(options, cancel)
    except KeyboardInterrupt:  # a second Ctrl-C
        print("Stopped at once; finished work is kept.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # one line for users, a traceback for developers
        if os.environ.get("PNEUMOSCREEN_DEBUG"):
            raise
        internal = f"Something went wrong inside the program ({type(error).__name__}: {error})."
        print(escape_unprintable(format_error(error) or internal), file=sys.stderr)
        return FAILED


def _refuse_processor(arguments: list[str]) -> int:
    """Say what the processor lacks: on stderr, and in a message box if a window was to open."""
    for_window = _has_display() and (not arguments or Path(arguments[0]).exists())
    if for_window:
        set_language(system_language())
    sentence = escape_unprintable(format_missing_instructions())
    print(sentence, file=sys.stderr)
    if for_window:
        show_error(sentence)
    return FAILED


def _expand_bare_path(arguments: list[str], commands: Container[str]) -> list[str]:
    """Turn `PneumoScreen PATH`, as a desktop starts it, into `PneumoScreen --open PATH`."""
    is_path = len(arguments) == 1 and not arguments[0].startswith("-") and arguments[0] not in commands
    return ["--open", *arguments] if is_path and Path(arguments[0]).exists() else arguments


def _has_display() -> bool:
    """Return False on a Linux machine where no window can open."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _run_window(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Run without a command: window, screenshots or start-up times; without a display the demo."""
    from command_line.console import print_line
    from command_line.demo import run_demo

    if options.open is not None and not _has_display():
        print_line("There is no display here. Without one: PneumoScreen screen FOLDER --output RESULTS.csv")
        return FAILED
    if options.screenshots is None and not options.measure_start and not _has_display():
        print_line("There is no display here, so the demo runs on the command line, on synthetic films.")
        return run_demo(cancel)
    if (options.screenshots or options.measure_start) and sys.platform == "linux":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.screenshots is not None:
        from gui.shell.screenshots import take_screenshots

        return take_screenshots(options.screenshots)
    from gui.shell.app import measure_start, run_window

    return measure_start() if options.measure_start else run_window(options.open, options.demo, cancel)


if __name__ == "__main__":
    multiprocessing.freeze_support()  # decoder subprocesses of a frozen program start here
    sys.exit(main())
