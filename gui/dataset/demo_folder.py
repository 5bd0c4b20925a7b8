"""The temporary folder with the demo's synthetic films."""

import tempfile
from pathlib import Path


class DemoFolder:
    """A new one for each demo; the last one is removed when the window closes.

    path: None before the first demo. The films to train on are in its folder phantoms, unlabelled
    ones in worklist.
    """

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def path(self) -> Path | None:
        return Path(self._folder.name) if self._folder else None

    @property
    def worklist(self) -> Path | None:
        """The folder of unlabelled films."""
        return self.path / "worklist" if self.path else None

    def make(self) -> Path:
        """Make an empty folder in place of an earlier one."""
        self.remove()
        self._folder = tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    def holds(self, path: Path) -> bool:
        """Return True if a path lies in the folder."""
        return self.path is not None and path.is_relative_to(self.path)

    def remove(self) -> None:
        """Remove the folder with its films."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
