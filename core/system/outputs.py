"""Guard outputs: a file that exists is replaced only where it is provably an earlier output of the same kind.

Every job and command asks `check_output` before it begins, so that no work is lost at its end; long
ones ask again before they write.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.system.csv_text import parse_csv
from core.system.errors import JobFailed, Reason
from core.system.files import read_json
from core.system.language import tr

MOST_READ_BYTES: Final = 100_000_000  # of a file that may be ours; no output that is recognised is larger
MOST_HEADER_BYTES: Final = 1 << 20  # of the first line of a CSV file
TEXT_SAMPLE_BYTES: Final = 4096
NOT_IN_TEXT: Final = re.compile(rb"[\0-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class OutputKind:
    """A kind of output. is_own: True for a file of this kind that this program wrote.

    start: what every file of this format begins with; empty for text.
    """

    is_own: Callable[[Path], bool]
    start: bytes = b""

    def is_same_format(self, path: Path) -> bool:
        """Return True if a file has the format of this kind, whoever wrote it."""
        sample = read_start(path, TEXT_SAMPLE_BYTES)
        if self.start:
            return sample.startswith(self.start)
        return not NOT_IN_TEXT.search(sample) and not sample.startswith((b"{", b"%PDF-"))


def csv_kind(is_header: Callable[[list[str]], bool]) -> OutputKind:
    """Return the kind of CSV files whose first line has the cells that `is_header` knows."""

    def is_own(path: Path) -> bool:
        first = read_start(path, MOST_HEADER_BYTES).partition(b"\n")[0]
        with suppress(ValueError):
            return any(map(is_header, parse_csv(first)))
        return False

    return OutputKind(is_own)


def json_kind(*keys: str) -> OutputKind:
    """Return the kind of files that hold one JSON object with these keys."""

    def is_own(path: Path) -> bool:
        with suppress(OSError, ValueError):
            content = read_json(path) if path.stat().st_size <= MOST_READ_BYTES else None
            return isinstance(content, dict) and content.keys() >= set(keys)
        return False

    return OutputKind(is_own, b"{")


FOREIGN: Final = OutputKind(lambda _path: False)  # of files that are never replaced


def exact_kind(text: str) -> OutputKind:
    """Return the kind of files with exactly this text: writing it again loses nothing."""
    content = text.encode()
    return OutputKind(lambda path: read_start(path, len(content) + 1) == content)


def marked_kind(mark: str, start: bytes = b"") -> OutputKind:
    """Return the kind of files that contain a mark which only this program writes."""
    return OutputKind(lambda path: mark.encode() in read_start(path, MOST_READ_BYTES), start)


def check_output(
    path: Path, kind: OutputKind, overwrite: bool | None = None, inputs: Iterable[Path | None] = ()
) -> None:
    """Raise JobFailed (output_not_writable) if writing `path` would replace what is not to be replaced.

    A file may be replaced if this program wrote it as an output of the same kind. overwrite: True
    also allows a file of the same format by somebody else; False means that this was not asked for,
    None that it cannot be. inputs: files and folders that the job reads; none of these files, and
    of these folders only an own output, is ever replaced.
    """
    if not path.exists():
        return
    if not path.is_file():
        sentence = tr("{path} is a folder. Name a file.", path=path)
        if not path.is_dir():
            sentence = tr("{path} is not an ordinary file. Choose another name or folder.", path=path)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    present = [source for source in inputs if source is not None and source.exists()]
    keep_inputs([path], present)
    is_inside = any(source.is_dir() and path.resolve().is_relative_to(source.resolve()) for source in present)
    is_empty = path.stat().st_size == 0  # nothing is lost in it
    if kind.is_own(path) or (not is_inside and (is_empty or (overwrite and kind.is_same_format(path)))):
        return
    if overwrite is False:
        sentence = tr(
            "{path} exists and is not an earlier output of this kind. Choose another name or folder, or add "
            "--overwrite.",
            path=path,
        )
    else:
        sentence = tr(
            "{path} exists and is not an earlier output of this kind. Choose another name or folder.", path=path
        )
    raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)


def keep_inputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise JobFailed (output_not_writable) if one of the outputs is also one of the inputs."""
    sources = [source for source in inputs if source.exists()]
    for path in outputs:
        if path.exists() and any(path.samefile(source) for source in sources):
            sentence = tr("{path} is read here and must not be replaced. Choose another name or folder.", path=path)
            raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)


def read_start(path: Path, count: int) -> bytes:
    """Return the first bytes of a regular file, at most `count`; none if it cannot be read."""
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(count)
    return b""
