"""Keep the ONNX graphs of models: those shipped with the program, and those made on this computer.

A file holds the key of a graph, the SHA-256 of both, and the graph. It is written whole or not at all;
one that does not have its SHA-256, or has another key, counts as missing.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.models.model_header import BUNDLED_MODEL, ModelHeader
from core.system.app_folders import cache_folder
from core.system.errors import JobFailed
from core.system.files import sha256_of_text, write_atomically
from resources import resource

FOLDER: Final = "graphs"  # in the cache
SUFFIX: Final = ".graph"
KEY_BYTES: Final = 32
DIGEST_BYTES: Final = hashlib.sha256().digest_size
MOST_GRAPHS: Final = 8  # kept in the cache, those made last; 12 to 100 MB each
FORMAT: Final = 1  # of graphs: changes when they are made in another way


def bundled_graph_path() -> Path:
    """Return the path of the bundled model's graph, which is shipped with it."""
    return resource(BUNDLED_MODEL).with_suffix(SUFFIX)


def graph_key(header: ModelHeader, form: str) -> str:
    """Return what identifies the graph of a model, hexadecimal. form: how it is computed."""
    content = header.content
    parts = [FORMAT, form, header.architecture, content["sha256"], content["preprocessing"]]
    if header.int8 is not None:
        parts.append(header.int8.to_json_object())
    return sha256_of_text(json.dumps(parts))[:KEY_BYTES]


def cached_graph_path(key: str) -> Path:
    """Return where a graph is kept on this computer."""
    return cache_folder() / FOLDER / f"{key}{SUFFIX}"


def read_graph(path: Path, key: str) -> bytes | None:
    """Return the graph in a file, None if it is missing, damaged or of another key."""
    try:
        with path.open("rb") as stream:
            if stream.read(KEY_BYTES) != key.encode():
                return None
            digest, graph = stream.read(DIGEST_BYTES), stream.read()
    except OSError:
        return None
    return graph if _digest(key, graph) == digest else None


def write_graph(path: Path, key: str, graph: bytes) -> None:
    """Write a graph. Raises JobFailed where it cannot be written."""
    content = key.encode() + _digest(key, graph) + graph
    write_atomically(path, lambda stream: stream.write(content))


def _digest(key: str, graph: bytes) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(graph)
    return digest.digest()


def cache_graph(key: str, graph: bytes) -> None:
    """Keep a graph for the next start, if there is disk space for it, in place of the oldest."""
    path = cached_graph_path(key)
    with suppress(JobFailed, OSError):
        write_graph(path, key, graph)
        graphs = sorted(path.parent.glob(f"*{SUFFIX}"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for old in graphs[MOST_GRAPHS:]:
            old.unlink(missing_ok=True)
