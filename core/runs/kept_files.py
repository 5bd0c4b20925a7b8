"""Keep a run's files in memory while it is trained, and write again what is lost or damaged meanwhile.

Somebody may remove or move the folder of a training that takes a day. It is noticed at the end of
the epoch, and no epoch is lost as long as the folder can be made again.
"""

from pathlib import Path

from core.runs.run_folder import CARD, PREPARATION, SPLITS, read_card
from core.system.files import write_atomically


class KeptFiles:
    """The contents of files in the folder of a run, as this program wrote them."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._contents: dict[str, bytes] = {}

    def keep(self, *names: str) -> None:
        """Remember what these files contain now, where they exist."""
        for name in names:
            if (content := self._read(name)) is not None:
                self._contents[name] = content

    def restore(self) -> tuple[str, ...]:
        """Write the files again that are missing or changed, and return their names.

        A name or note that a person gave the run meanwhile is no change. Raises JobFailed if a file
        cannot be written.
        """
        self._keep_renamed_card()
        lost = tuple(name for name in self._contents if self._read(name) != self._contents[name])
        for name in lost:
            self._write(name)
        return lost

    def _keep_renamed_card(self) -> None:
        if CARD in self._contents:
            try:
                read_card(self._run_dir)
            except (OSError, ValueError, TypeError, KeyError):
                return
            self.keep(CARD)

    def _write(self, name: str) -> None:
        content = self._contents[name]
        is_private = name in {CARD, PREPARATION, SPLITS}
        write_atomically(self._run_dir / name, lambda stream: stream.write(content), is_private)

    def _read(self, name: str) -> bytes | None:
        try:
            return (self._run_dir / name).read_bytes()
        except OSError:
            return None
