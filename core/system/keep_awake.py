"""Keep the computer from going to sleep while a job runs; the screen may still turn off."""

from collections.abc import Iterator
from contextlib import contextmanager

from wakepy import keep

from core.system.language import tr


@contextmanager
def keep_awake() -> Iterator[str]:
    """Prevent sleep inside the block; give a sentence that says whether that worked."""
    with keep.running(on_fail="pass") as mode:
        if mode.active:
            yield tr("The computer is kept awake while this runs.")
        else:
            yield tr(
                "The computer could not be kept awake: it may go to sleep while this runs, depending on its settings."
            )
