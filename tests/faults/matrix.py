"""The fault matrix: every door of the program under every fault, each attempt in a process of its own.

    python -m tests.faults.matrix                        all of it, in 20 to 40 minutes; prints the table
    python -m tests.faults.matrix --doors screen train --faults kill --moments 9

A write is an open for writing, a rename, a new folder or an fsync below the folder of the attempt; at
the n-th one the process is killed, or the system refuses. What is right in each column says RIGHT. Exit status 1 where
a cell is not.
"""

import argparse
import errno
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.networks import device
from core.system.files import OWN_TEMPORARY
from tests.factories import draw_film
from tests.faults.doors import DOORS, LEDGER, MODEL, RUN, Door, prepare
from tests.faults.program import digests, halves, is_told
from tests.tiny_network import use_tiny_network

RIGHT = {
    "exists": "a film under the name of an output stays as it is; refused, and the sentence names it or its folder",
    "earlier": "an earlier output of the same door is replaced, continued or refused, as its row says",
    "input": "an output that is an input of the same door: no input changes",
    "read-only": "refused in a sentence that names the folder or file; nothing is left there",
    "full": "the disk is full at the n-th write: one sentence, nothing half; begun again, it ends as if unbroken",
    "kill": "killed at the n-th write: nothing half; begun again, or resumed, it ends as if unbroken",
    "changes": "a film disappears while it works: whole outputs or one sentence, no other input changes",
    "no home": "kept state has nowhere to go: the outputs are the same, or one sentence says what cannot be kept",
    "umask": "umask 000: what names films or folders is readable by its owner only",
    "clock": "the clock was set back by two days: the outputs are the same",
    "two": "a second one while the first writes: refused, or both end whole; the first ends as if alone",
}
IN_USE = "Another PneumoScreen is writing"
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
SHARED = (  # made to be handed on, or naming no film
    ".pdf", ".svg", ".html", ".xlsx", ".dcm", ".png", ".safetensors", "recipe.json", "out/a.json", "metrics.json",
    "acceptance.json", "search.journal", "looks.json", "out/list.csv", "out/calls.csv", "out/corrections.csv",
    ".conf",  # of the window: theme and language
)  # fmt: skip
TWO_DAYS = 2 * 24 * 3600
LONGEST_S = 120  # of one attempt
HUNG = 98  # status of an attempt that took longer


@dataclass
class Attempt:
    """What came of a process: exit status, or minus a signal; what it said; how many writes it began."""

    status: int
    said: str
    writes: int


@dataclass
class Cell:
    """Attempts of a door under a fault, and what was wrong in them."""

    attempts: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, *wrong: str | bool) -> None:
        self.attempts += 1
        self.wrong += [words for words in wrong if isinstance(words, str)]


class Injector:
    """Counts the writes of this process below `place`, and calls `on_write(n, path)` before each of them."""

    def __init__(self, place: Path, on_write: Callable[[int, str], None], on_read: Callable[[str], None]) -> None:
        self.writes = 0
        self._place, self._on_write, self._on_read = f"{place}/", on_write, on_read
        fsync = os.fsync

        def counted(descriptor: int) -> None:
            self._count(self._place + "fsync")
            fsync(descriptor)

        os.fsync = counted
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in {"open", "os.rename", "os.mkdir"} or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.fsdecode(arguments[1] if event == "os.rename" else arguments[0])
        if event == "open" and not arguments[2] & WRITES:
            self._on_read(path)
        elif path.startswith(self._place):
            self._count(path)

    def _count(self, path: str) -> None:
        self.writes += 1
        self._on_write(self.writes, path)


def attempt(
    run: Callable[[Path, Path], int],
    place: Path,
    output: Path,
    on_write: Callable[[int, str], None] = lambda *_: None,
    on_read: Callable[[str], None] = lambda _: None,
    before: Callable[[], object] = lambda: None,
    during: Callable[[], object] | None = None,
) -> Attempt:
    """Run a door in a child process. before: called in it first. during: called here while it runs."""
    said = place.parent / f"said-{time.monotonic_ns()}"
    child = os.fork()
    if child == 0:
        _run_child(run, place, output, said, on_write, on_read, before)
    if during is not None:
        during()
    deadline, is_hanging = time.monotonic() + LONGEST_S, False
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        if is_hanging := time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    words = said.read_text("utf-8", "replace")
    said.unlink()
    counted = place.parent / "writes"
    writes = int(counted.read_text()) if counted.exists() else 0
    counted.unlink(missing_ok=True)
    return Attempt(HUNG if is_hanging else os.waitstatus_to_exitcode(ended[1]), words, writes)


def _run_child(run, place, output, said, on_write, on_read, before):  # the child of `attempt`, which never returns
    status = 99
    try:
        os.setsid()
        words = os.open(said, os.O_WRONLY | os.O_CREAT)
        os.dup2(words, 1)
        os.dup2(words, 2)
        for kind in ("DATA", "CACHE", "CONFIG"):
            os.environ[f"XDG_{kind}_HOME"] = str(place / "app" / kind.lower())
        before()
        injector = Injector(place, on_write, on_read)
        status = run(place, output)
        (place.parent / "writes").write_text(str(injector.writes))
    except BaseException as error:
        print(f"Traceback: {error!r}", flush=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def kill(*_) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Row:
    """A door with a fresh place for each attempt, always under the same name, so that outputs are equal."""

    def __init__(self, door: Door, root: Path, moments: int) -> None:
        self.door, self.root, self.moments = door, root, moments
        self.place = root / "place"
        self.begin()
        self.unbroken = self.run()
        self.whole, self.known = self.outputs(), self.changed()
        assert self.unbroken.status in {0, 3}, (door.name, self.unbroken)

    def begin(self) -> None:
        """Make the place anew."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.root / "template", self.place)
        self.before = self.digests()

    def digests(self) -> dict[str, tuple[str, int]]:
        """Return what `digests` gives, without the program's own folders, temporary files and locks."""
        own = ("app/", "app")
        return {
            name: digest
            for name, digest in digests(self.place).items()
            if not name.startswith(own) and OWN_TEMPORARY not in name
        }

    def run(self, run: Callable[[Path, Path], int] | None = None, **more: object) -> Attempt:
        return attempt(run or self.door.run, self.place, self.place / self.door.output, **more)

    def changed(self) -> list[str]:
        """Files that are new or changed."""
        now = self.digests()
        return [name for name in now if now[name] != self.before.get(name)]

    def outputs(self) -> dict[str, bytes]:
        """What the door wrote, but for files that hold times."""
        return {
            name: (self.place / name).read_bytes() for name in self.changed() if not name.endswith(self.door.varies)
        }

    def lost(self, but: tuple[str, ...] = ()) -> str | bool:
        """Which of the files that were there before are no longer as they were, but for own outputs."""
        now = self.digests()
        lost = [name for name in self.before if name not in {*but, *self.known} and now.get(name) != self.before[name]]
        return bool(lost) and f"changed: {lost}"

    def half(self) -> str | bool:
        found = halves(self.place, set(self.before).difference(self.changed()))
        return bool(found) and f"half: {found}"

    def untold(self, end: Attempt, statuses: frozenset[int] = frozenset({1})) -> str | bool:
        if end.status not in statuses:
            return f"status {end.status}: {end.said[-300:]}"
        return end.status == 1 and not is_told(end.said) and f"said: {end.said[-300:]}"

    def differs(self) -> str | bool:
        now = self.outputs()
        names = [name for name in {*now, *self.whole} if now.get(name) != self.whole.get(name)]
        return bool(names) and f"not as unbroken: {sorted(names)}"

    def go_on(self) -> str | bool:
        """Resume, or begin again, without a fault; say how the end differs from the unbroken one."""
        end = self.run(self.door.resume)
        if end.status == 1 and self.door.resume is not None:  # there was nothing to resume yet
            end = self.run()
        is_whole = self.door.earlier == "refused" and end.status == 1 and self.outputs().keys() == self.whole.keys()
        statuses = frozenset({0, 1, 3} if is_whole else {0, 3})
        return self.untold(end, statuses) or self.half() or (not self.door.counts and self.differs())

    def few(self, count: int) -> Iterator[int]:
        """At most `moments` of the numbers 1 to count, spread evenly, with both ends."""
        steps = min(self.moments, count)
        yield from sorted({round(1 + step * (count - 1) / max(1, steps - 1)) for step in range(steps)})


def try_exists(row: Row, cell: Cell) -> None:
    for name in list(row.known)[: None if row.moments > 3 else 3]:
        row.begin()
        path = row.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_film(3, 1, 64).save(path, "PNG")
        row.before = row.digests()
        row.known = [other for other in row.known if other != name]
        end = row.run()
        cell.check(
            row.untold(end),
            str(path) not in end.said and f"{path.parent} " not in end.said and f"does not name {name}: {end.said}",
            row.lost(),
        )
        row.known = [*row.known, name]


def try_earlier(row: Row, cell: Cell) -> None:
    if not row.door.output:
        return
    row.begin()
    row.run()
    first = row.digests()
    end = row.run()
    if row.door.earlier == "refused":
        cell.check(row.untold(end), row.digests() != first and "the earlier output changed")
    else:
        cell.check(
            row.untold(end, frozenset({0, 3})),
            row.door.earlier == "replaced" and not row.door.counts and row.differs(),
            row.half(),
        )


def try_input(row: Row, cell: Cell) -> None:
    if not row.door.output:
        return
    for name in ("films/NORMAL/N0000.png", "worklist/a.png", MODEL, "recipe.json", LEDGER, "films", "worklist", RUN):
        row.begin()
        row.known, known = [], row.known
        end = attempt(row.door.run, row.place, row.place / name)
        changed = name not in row.door.own and row.lost()
        cell.check(row.untold(end, frozenset({0, 1, 3})), changed and f"{name}: {changed}")
        row.known = known


def try_read_only(row: Row, cell: Cell) -> None:
    def refuse(_: int, path: str) -> None:
        if not path.startswith(f"{row.place}/app"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    if row.known:
        row.begin()
        end = row.run(on_write=refuse)
        cell.check(row.untold(end), str(row.place) not in end.said and f"names nothing: {end.said}", row.lost(),
                   bool(row.changed()) and f"left: {row.changed()}")  # fmt: skip


def try_full(row: Row, cell: Cell) -> None:
    for number in row.few(row.unbroken.writes):

        def refuse(count: int, path: str, number: int = number) -> None:
            if count >= number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

        row.begin()
        end = row.run(on_write=refuse)
        wrong = row.untold(end, frozenset({0, 1, 3})) or row.lost() or row.half() or row.go_on()
        cell.check(wrong and f"write {number}: {wrong}")


def try_kill(row: Row, cell: Cell) -> None:
    for number in row.few(row.unbroken.writes):
        row.begin()
        end = row.run(on_write=lambda count, _, number=number: kill() if count == number else None)
        wrong = row.untold(end, frozenset({-signal.SIGKILL})) or row.lost() or row.half() or row.go_on()
        cell.check(wrong and f"write {number}: {wrong}")


def try_changes(row: Row, cell: Cell) -> None:
    for name in ("films/PNEUMONIA/P0013.png", "worklist/d.png"):
        row.begin()
        end = row.run(
            on_read=lambda path, name=name: path.endswith(".png") and (row.place / name).unlink(missing_ok=True)
        )
        cell.check(row.untold(end, frozenset({0, 1, 3})), row.lost((name,)), row.half())


def try_no_home(row: Row, cell: Cell) -> None:
    def lose() -> None:
        shutil.rmtree(row.place / "app", ignore_errors=True)
        (row.place / "app").write_text("no folder")

    row.begin()
    end = row.run(before=lose)
    cell.check(
        row.untold(end, frozenset({0, 1, 3})),
        end.status != 1 and not row.door.keyed and row.differs(),
        row.lost(),
        row.half(),
    )


def try_umask(row: Row, cell: Cell) -> None:
    row.begin()
    end = row.run(before=lambda: os.umask(0))
    files = [path for path in row.place.rglob("*") if path.is_file() and not path.as_posix().endswith(SHARED)]
    new = [path for path in files if path.relative_to(row.place).as_posix() not in row.before]
    open_ = [path.name for path in new if path.stat().st_mode & 0o077]
    cell.check(row.untold(end, frozenset({0, 3})), bool(open_) and f"readable by all: {open_}", row.differs())


def try_clock(row: Row, cell: Cell) -> None:
    row.begin()
    for path in row.place.rglob("*"):
        os.utime(path, (time.time() + TWO_DAYS,) * 2)
    row.before = row.digests()
    end = row.run()
    cell.check(row.untold(end, frozenset({0, 3})), row.differs(), row.lost())


def try_two(row: Row, cell: Cell) -> None:
    if not row.known:
        return
    row.begin()
    resumed, told = os.pipe(), os.pipe()
    middle = max(2, row.unbroken.writes // 2)

    def wait(count: int, _: str) -> None:
        if count == middle:
            os.write(told[1], b"1")
            os.read(resumed[0], 1)

    def second() -> None:
        os.close(told[1])  # so that reading ends with the first one, should it end early
        if not os.read(told[0], 1):
            return
        end = row.run()
        if row.door.excludes:
            cell.check(row.untold(end), IN_USE not in end.said and f"not refused: {end.said}")
        else:
            cell.check(row.untold(end, frozenset({0, 1, 3})))
        os.write(resumed[1], b"1")

    first = row.run(on_write=wait, during=second)
    for descriptor in (told[0], *resumed):
        os.close(descriptor)
    cell.check(row.untold(first, frozenset({0, 1, 3} if row.door.earlier == "refused" else {0, 3})), row.half(),
               row.door.excludes and row.differs())  # fmt: skip


FAULTS: dict[str, Callable[[Row, Cell], None]] = {
    "exists": try_exists, "earlier": try_earlier, "input": try_input, "read-only": try_read_only, "full": try_full,
    "kill": try_kill, "changes": try_changes, "no home": try_no_home, "umask": try_umask, "clock": try_clock,
    "two": try_two,
}  # fmt: skip


def measure_nothing() -> None:
    """Compute in one form everywhere: which is quickest depends on the load, and their answers differ a little."""
    device._measure_bfloat16_speedup = lambda: 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--doors", nargs="*", default=[door.name for door in DOORS])
    parser.add_argument("--faults", nargs="*", default=list(FAULTS))
    parser.add_argument("--moments", type=int, default=12, help="of a kill and of a full disk, for each door")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    use_tiny_network()
    measure_nothing()
    attempts, wrong = 0, []
    with tempfile.TemporaryDirectory(prefix="matrix-") as name:
        root = Path(name)
        doors = [door for door in DOORS if door.name in options.doors]
        with_run = any(door.reads_run for door in doors)
        made = attempt(lambda place, _: prepare(place, with_run) or 0, root / "template", root)
        assert made.status == 0, made.said
        print(f"| {'door':28} | " + " | ".join(options.faults) + " |\n|" + " --- |" * (1 + len(options.faults)))
        for door in doors:
            row, cells = Row(door, root, options.moments), []
            for fault in options.faults:
                cell = Cell()
                FAULTS[fault](row, cell)
                attempts += cell.attempts
                wrong += [f"{door.name}, {fault}: {words}" for words in cell.wrong]
                cells.append(
                    "-" if not cell.attempts else f"{cell.attempts}" if not cell.wrong else f"WRONG {len(cell.wrong)}"
                )
            print(f"| {door.name:28} | " + " | ".join(cells) + " |", flush=True)
    for fault in options.faults:
        print(f"{fault}: {RIGHT[fault]}")
    print(f"{attempts} attempts, {len(wrong)} wrong", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
