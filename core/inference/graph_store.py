"""Keep the ONNX graphs of models: those shipped with the program, and those made on this computer.

A file holds the SHA-256 of a graph, then the graph. It is written whole or not at all, and what does
not have its SHA-256 counts as missing.
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
DIGEST_BYTES: Final = hashlib.sha256().digest_size
MOST_GRAPHS: Final = 8  # kept in the cache, those made last; 12 to 100 MB each
FORMAT: Final = 1  # of graphs: changes when they are made in another way
KEY: Final = "key"  # in a graph's metadata


def bundled_graph_path() -> Path:
    """Return the path of the bundled model's graph, which is shipped with it."""
    return resource(BUNDLED_MODEL).with_suffix(SUFFIX)


def graph_key(header: ModelHeader, form: str) -> str:
    """Return what identifies the graph of a model, hexadecimal. form: how it is computed."""
    content = header.content
    parts = [FORMAT, form, header.architecture, content["sha256"], content["preprocessing"]]
    if header.int8 is not None:
        parts.append(header.int8.to_json_object())
    return sha256_of_text(json.dumps(parts))[:32]


def cached_graph_path(key: str) -> Path:
    """Return where a graph is kept on this computer."""
    return cache_folder() / FOLDER / f"{key}{SUFFIX}"


def read_graph(path: Path) -> bytes | None:
    """Return the graph in a file, None if it is missing or damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, graph = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return graph if hashlib.sha256(graph).digest() == digest else None


def write_graph(path: Path, graph: bytes) -> None:
    """Write a graph. Raises JobFailed where it cannot be written."""
    digest = hashlib.sha256(graph).digest()
    write_atomically(path, lambda stream: (stream.write(digest), stream.write(graph)))


def cache_graph(path: Path, graph: bytes) -> None:
    """Keep a graph for the next start, if there is disk space for it, in place of the oldest."""
    with suppress(JobFailed, OSError):
        write_graph(path, graph)
        graphs = sorted(path.parent.glob(f"*{SUFFIX}"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for old in graphs[MOST_GRAPHS:]:
            old.unlink(missing_ok=True)
