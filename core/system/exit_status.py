"""What a command's or the window's end tells the system: the contract in the README. argparse's own is 2."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
SOME_LEFT_OUT: Final = 3
INTERRUPTED: Final = 130
