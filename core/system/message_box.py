"""Show a message where the program's own window cannot open: by the system, without Qt."""

import ctypes
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from typing import Final

from core.system.product import PROGRAM

ERROR_ICON: Final = 0x10  # MB_ICONERROR of MessageBoxW
# programs of Linux desktops, with their arguments before the message
LINUX: Final = (("zenity", "--error", "--no-markup", "--text"), ("kdialog", "--error"), ("xmessage", "-center"))


def show_error(message: str) -> None:
    """Show a message and return when it is closed, or at once where nothing can show it."""
    if sys.platform == "win32":
        ctypes.windll.user32.MessageBoxW(None, message, PROGRAM, ERROR_ICON)
        return
    # a packaged program sets LD_LIBRARY_PATH to its own libraries, with which others may not start
    environment = {**os.environ, "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH_ORIG", "")}
    command = next((command for command in LINUX if shutil.which(command[0])), None)
    if command:
        with suppress(OSError):
            subprocess.run([*command, message], env=environment, stderr=subprocess.DEVNULL, check=False)
