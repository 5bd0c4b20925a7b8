"""Keep a run's files in memory while it is trained, and write again what is lost or damaged meanwhile.

Somebody may remove or move the folder of a training that takes a day. It is noticed at the end of
the epoch, and no epoch is lost as long as the folder can be made again. A file that only its owner
could read is written again for its owner alone: whoever wrote it first knows which files these are.
"""

from dataclasses import dataclass
from pathlib import Path

from core.runs.run_folder import CARD, read_card
from core.system.files import OTHERS, write_atomically


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes
    is_private: bool  # only its owner could read it


class KeptFiles:
    """The contents of files in the folder of a run, as this program wrote them."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._kept: dict[str, _Kept] = {}

    def keep(self, *names: str) -> None:
        """Remember what these files contain now, where they exist."""
        for name in names:
            if (kept := self._read(name)) is not None:
                self._kept[name] = kept

    def restore(self) -> tuple[str, ...]:
        """Write the files again that are missing or changed, and return their names.

        A name or note that a person gave the run meanwhile is no change. Raises JobFailed if a file
        cannot be written.
        """
        self._keep_renamed_card()
        lost = tuple(name for name, kept in self._kept.items() if not self._holds(name, kept.content))
        for name in lost:
            self._write(name, self._kept[name])
        return lost

    def _keep_renamed_card(self) -> None:
        if CARD in self._kept:
            try:
                read_card(self._run_dir)
            except (OSError, ValueError, TypeError, KeyError):
                return
            self.keep(CARD)

    def _holds(self, name: str, content: bytes) -> bool:
        present = self._read(name)
        return present is not None and present.content == content

    def _write(self, name: str, kept: _Kept) -> None:
        write_atomically(self._run_dir / name, lambda stream: stream.write(kept.content), kept.is_private)

    def _read(self, name: str) -> _Kept | None:
        path = self._run_dir / name
        try:
            return _Kept(path.read_bytes(), not path.stat().st_mode & OTHERS)
        except OSError:
            return None
