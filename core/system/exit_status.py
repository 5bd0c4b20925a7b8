"""Exit statuses of commands and window, as docs/COMMAND_LINE.md defines them; argparse itself uses 2."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
SOME_LEFT_OUT: Final = 3
INTERRUPTED: Final = 130
