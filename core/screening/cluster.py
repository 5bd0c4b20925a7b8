"""Score films on the workers of a Ray cluster; the one ledger stays with the driver.

A worker returns what `ChunkScorer` returns on this computer, so the guarantees of a screening are
those of one computer: the driver alone writes, and only what has arrived. What a killed worker had
in hand is scored again by another one. Every computer needs this program, of the same version, and
the films under the same path. The model is sent to each computer once.

Ray connects computers without encryption unless it is configured to, and anyone who reaches its ports
can run programs there: it belongs into a closed network. Its usage reports are switched off.
"""

import hashlib
import logging
import os
import socket
import tempfile
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from core.inference.pipeline import split_into_chunks
from core.inference.scoring_model import ScoringModel, open_model
from core.input_checks.gate import Gate
from core.models.model_gate import read_gate
from core.screening.chunk_scoring import ChunkScorer, ScoredChunk
from core.screening.folder_listing import ListedFile
from core.system.errors import JobFailed, Reason
from core.system.files import OWN_TEMPORARY
from core.system.language import tr
from core.system.product import VERSION

if TYPE_CHECKING:
    import ray

LOCAL: Final = "local"  # the address of a cluster of this computer's own cores
AHEAD: Final = 3  # chunks in hand for each core, so that none waits for the driver
RETRIES: Final = 3  # of a chunk whose worker died; then the driver scores it
ANSWER_SECONDS: Final = 10.0  # until a cluster that does not answer is given up
WAIT_SECONDS: Final = 0.2  # between looks at `cancel`

_scorers: dict[str, ChunkScorer] = {}  # of a worker's process, by the SHA-256 of the model's file


@dataclass(frozen=True, slots=True)
class _Shared:
    """What each worker needs beside the files.

    content: reference to the bytes of the model file, in a tuple so that Ray fetches them only when
    they are asked for. sha256: of these bytes. folder: of the films, which each computer must see.
    version: of the driver's program.
    """

    content: "tuple[ray.ObjectRef[Any]]"
    sha256: str
    suffix: str
    folder: Path
    version: str


class Cluster:
    """The workers that `join_cluster` joined."""

    def __init__(self, folder: Path) -> None:
        """folder: of the films."""
        self._folder = folder

    def score(
        self, model: ScoringModel, gate: Gate | None, files: Sequence[ListedFile], cancel: threading.Event
    ) -> Generator[ScoredChunk | None, None, None]:
        """Yield the files, scored, in order; stop early when `cancel` is set.

        A chunk whose workers died RETRIES times, or that no worker is left for, is scored here.
        Raises JobFailed where a worker cannot score these films.
        """
        import ray

        score_remotely = ray.remote(num_cpus=1, max_retries=RETRIES)(_score_chunk)
        shared = ray.put(_share(model, self._folder))
        here = ChunkScorer(model, gate, cancel)
        # workers run in folders of their own
        files = [replace(file, path=file.path.absolute()) for file in files]
        remaining = split_into_chunks(files, max(1, _count_cores()))
        pending: deque[tuple[Sequence[ListedFile], Any]] = deque()
        try:
            while True:
                most = AHEAD * max(1, _count_cores())
                while len(pending) < most and (chunk := next(remaining, None)) is not None:
                    pending.append((chunk, score_remotely.remote(shared, chunk)))
                if not pending:
                    return
                chunk, scored = pending.popleft()
                try:
                    answer = _wait(scored, cancel)
                except ray.exceptions.RayTaskError as error:
                    raise error.as_instanceof_cause() from None
                except (ray.exceptions.RayError, _NoWorkerLeft):
                    answer = here.score(chunk)
                if cancel.is_set():
                    return
                yield answer
        finally:
            for _, scored in pending:
                ray.cancel(scored)


@contextmanager
def join_cluster(address: str, folder: Path) -> Iterator[Cluster]:
    """Join the Ray cluster at an address such as 10.0.0.5:6379, or start one of this computer's cores for LOCAL.

    folder: of the films. Raises JobFailed if Ray is not installed, or nothing answers.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError:
        sentence = tr("Ray is not installed. Type: pip install -c packaging/constraints.txt 'ray'")
        raise JobFailed(Reason.CLUSTER_UNAVAILABLE, sentence) from None
    _check_answers(address)
    own = {"address": "local", "_node_ip_address": "127.0.0.1", "include_dashboard": False}
    where: dict[str, Any] = own if address == LOCAL else {"address": address}
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise _unavailable(address, error) from error
    try:
        yield Cluster(folder.absolute())
    finally:
        ray.shutdown()


def _check_answers(address: str) -> None:
    """Raise JobFailed if nothing listens at an address; Ray itself would wait for minutes."""
    if address == LOCAL:
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise _unavailable(address, error) from error


def _unavailable(address: str, why: Exception) -> JobFailed:
    sentence = tr("The cluster at {address} does not answer ({why}).", address=address, why=why)
    return JobFailed(Reason.CLUSTER_UNAVAILABLE, sentence)


class _NoWorkerLeft(Exception):
    """The cluster has no core left."""


def _count_cores() -> int:
    """Return the cores that the cluster has now; computers come and go."""
    import ray

    return int(ray.cluster_resources().get("CPU", 0))


def _wait(scored: Any, cancel: threading.Event) -> ScoredChunk | None:
    """Return what a worker returns; None once `cancel` is set. Raises RayError, and _NoWorkerLeft."""
    import ray

    while not cancel.is_set():
        ready, _ = ray.wait([scored], timeout=WAIT_SECONDS)
        if ready:
            chunk: ScoredChunk | None = ray.get(scored)
            return chunk
        if not _count_cores():
            raise _NoWorkerLeft
    return None


def _share(model: ScoringModel, folder: Path) -> _Shared:
    import ray

    content = model.path.read_bytes()
    reference = ray.put(np.frombuffer(content, np.uint8))
    return _Shared((reference,), hashlib.sha256(content).hexdigest(), model.path.suffix, folder, VERSION)


def _score_chunk(shared: _Shared, files: Sequence[ListedFile]) -> ScoredChunk | None:
    """Score files; runs in a worker's process. Raises JobFailed where this computer cannot."""
    node = socket.gethostname()
    if shared.version != VERSION:
        sentence = tr(
            "{node} has version {version} of the program, not {wanted}. Install the same one on every computer.",
            node=node,
            version=VERSION,
            wanted=shared.version,
        )
        raise JobFailed(Reason.CLUSTER_UNAVAILABLE, sentence)
    if not shared.folder.is_dir():  # else its films would count as gone
        sentence = tr(
            "{node} does not see {folder}. Mount it there under the same path.", node=node, folder=shared.folder
        )
        raise JobFailed(Reason.CLUSTER_UNAVAILABLE, sentence)
    if shared.sha256 not in _scorers:
        _scorers.clear()
        _scorers[shared.sha256] = _open_scorer(shared)
    return _scorers[shared.sha256].score(files)


def _open_scorer(shared: _Shared) -> ChunkScorer:
    """Open the model that was sent."""
    import ray

    with tempfile.TemporaryDirectory(prefix=OWN_TEMPORARY) as name:
        path = Path(name) / f"model{shared.suffix}"
        path.write_bytes(ray.get(shared.content[0]).tobytes())
        model = open_model(path)
        return ChunkScorer(model, read_gate(model.header, path), threading.Event())
