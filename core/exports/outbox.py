"""Put every answer of a screening into a folder, from which a program of the place sends it to the archive (PACS).

It sends nothing itself. The row of a film is in the ledger before its objects are in the outbox, and
the log of the outbox afterwards (`outbox_log.py`), so that neither a crash nor a full disk loses a
row, and a repeat puts no second object there: its SOP instance UIDs come from film, model and answer.
"""

import os
import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.exports.dicom_export import build_dicom, write_object
from core.exports.dicom_identity import load_pseudonymizer
from core.exports.film_export import read_answer
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.screening.events import (
    FilmAnswered,
    LedgerRow,
    RowSuperseded,
    ScreeningResult,
    ScreeningStarted,
    Status,
)
from core.screening.file_state import FileState, observe
from core.screening.outbox_log import Put, append_put, describe_put, outbox_log_path, read_outbox_log
from core.screening.reader_calls import Call, calls_path, compare_call, read_calls
from core.system.errors import FilmUnreadable, JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable
from core.system.language import tr

if TYPE_CHECKING:
    from core.inference.scoring_model import ScoringModel

MOST_THREADS: Final = 4  # each holds a whole film and its capture
AHEAD: Final = 2  # films that wait for each thread


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is put where: objects on the films of `folder` into `target`, with patient and study or pseudonyms.

    output: the ledger of the screening.
    """

    folder: Path
    output: Path
    target: Path
    keeps_identity: bool


@dataclass(frozen=True, slots=True)
class OutboxResult:
    """A screening with its outbox. put: answers of this run. left: answers that are not there.

    without_study: of these, those on films that name no study beside which they could be filed.
    """

    screening: ScreeningResult
    put: int
    left: int
    without_study: int


def fill_outbox(
    job: Generator[object, None, ScreeningResult], outbox: Outbox, model: Path | None, cancel: threading.Event
) -> Generator[object, None, OutboxResult]:
    """Run a screening, and put each of its answers into the outbox once; the events are those of the screening.

    job: `screen` or `watch` of the outbox's folder. model: the same; None is the bundled one. Answers
    of an earlier run that are not there yet come too. Films that were refused or failed put nothing
    there. With identity, neither do films that name no study, since an archive has no place for them.
    Raises JobFailed where the outbox lies within the folder, is in use, or cannot be written.
    """
    from core.inference.scoring_model import open_model

    target = outbox.target
    if target.resolve().is_relative_to(outbox.folder.resolve()):
        sentence = tr("{path} is within the folder that is screened. Choose another location.", path=target)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    check_writable(target)
    with ExitStack() as stack:
        stack.enter_context(closing(job))
        stack.enter_context(lock_output(target))
        filler = stack.enter_context(closing(_Filler(outbox, open_model(model))))
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                screening: ScreeningResult = end.value
                break
            filler.follow(event)
            yield event
            if isinstance(event, Progressed) and event.stage is Stage.MOVING:  # they must be read before
                yield from filler.finish(cancel)
            else:
                yield from filler.collect()
        yield from filler.finish(cancel)
    return OutboxResult(screening, filler.put, filler.left, filler.without_study)


class _NoStudyError(Exception):
    """The film names no study beside which the archive could file its answer."""


class _Filler:
    """Puts rows into the outbox on threads; `collect` and `finish` give what there is to say of it."""

    def __init__(self, outbox: Outbox, model: "ScoringModel") -> None:
        self._outbox, self._model = outbox, model
        self._log = outbox_log_path(outbox.output)
        self._done = read_outbox_log(self._log)
        self._calls: dict[str, Call] = {}
        self._calls_read: FileState | None = None
        load_pseudonymizer()  # its key is created here on first use, not by several threads at once
        self._threads = min(os.cpu_count() or 1, MOST_THREADS)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="outbox")
        self._waiting: deque[LedgerRow] = deque()
        self._running: deque[tuple[LedgerRow, Future[tuple[str, str]]]] = deque()
        self._superseded: set[Put] = set()
        self._failed = 0
        self.put = self.without_study = 0

    @property
    def left(self) -> int:
        """How many answers are not in the outbox."""
        return self._failed + self.without_study + len(self._waiting) + len(self._running)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def follow(self, event: object) -> None:
        """Add the rows of an event of the screening, and drop one that no longer holds."""
        match event:
            case ScreeningStarted():
                for row in event.resumed:
                    self.add(row)
            case FilmAnswered(row):
                self.add(row)
            case RowSuperseded(row):
                self.drop(row)

    def add(self, row: LedgerRow) -> None:
        """Put the answer of a row there, if it has one and it was not put there before."""
        if row.status is Status.SCORED and describe_put(row, self._outbox.keeps_identity) not in self._done:
            self._waiting.append(row)
            self._submit()

    def drop(self, row: LedgerRow) -> None:
        """Put the answer of a row there no more: its film has changed, and will have another row."""
        self._superseded.add(describe_put(row, self._outbox.keeps_identity))
        self._waiting = deque(other for other in self._waiting if other.file != row.file)

    def collect(self) -> Generator[Noted, None, None]:
        """Note what has been put there since."""
        while self._running and self._running[0][1].done():
            yield from self._settle(*self._running.popleft())
        self._submit()

    def finish(self, cancel: threading.Event) -> Generator[Noted | Progressed, None, None]:
        """Wait until all are there; after `cancel` only for those that have begun."""
        while self._running:
            if cancel.is_set():
                for _, future in self._running:
                    future.cancel()
            yield from self._settle(*self._running.popleft())
            if not cancel.is_set():
                self._submit()
                yield Progressed(Stage.WRITING, self.put, self.put + self.left)

    def _submit(self) -> None:
        while self._waiting and len(self._running) < AHEAD * self._threads:
            row = self._waiting.popleft()
            self._running.append((row, self._pool.submit(self._write, row, self._find_call(row))))

    def _find_call(self, row: LedgerRow) -> Call | None:
        """Return the reader's call on a row as it is now: a watched list is read while it grows."""
        path = calls_path(self._outbox.output)
        present = observe(path)
        if present != self._calls_read:
            self._calls = {call.file: call for call in (read_calls(path) if path.exists() else ())}
            self._calls_read = present
        return self._calls.get(row.file)

    def _write(self, row: LedgerRow, call: Call | None) -> tuple[str, str]:
        """Write both objects of a row; return their SOP instance UIDs. Runs on a thread."""
        reading = read_answer(self._outbox.folder, row, self._model)
        opinion = compare_call(call, row.film, row.label)
        answer = build_dicom(reading, self._model.header, self._outbox.keeps_identity, opinion)
        if self._outbox.keeps_identity and not answer.source.is_filed:
            raise _NoStudyError
        for dataset in (answer.capture, answer.report):  # the report names the capture
            write_object(self._outbox.target / f"{dataset.SOPInstanceUID}.dcm", dataset)
        return answer.capture.SOPInstanceUID, answer.report.SOPInstanceUID

    def _settle(self, row: LedgerRow, future: Future[tuple[str, str]]) -> Generator[Noted, None, None]:
        """Log what was put there, and note the first failure."""
        if future.cancelled():
            self._waiting.append(row)
            return
        put = describe_put(row, self._outbox.keeps_identity)
        try:
            append_put(self._log, put, *future.result())
        except _NoStudyError:
            self.without_study += 1
        except (JobFailed, FilmUnreadable) as error:
            if put in self._superseded:
                return
            self._failed += 1
            if self._failed == 1:
                yield Noted(error.sentence, Severity.WARNING)
        else:
            self._done.add(put)
            self.put += 1
