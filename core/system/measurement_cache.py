"""Cache of measurements on this computer, such as the precision in which training is fastest."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from core.system.app_folders import cache_folder
from core.system.errors import JobFailed
from core.system.files import read_json, sha256_of_text, write_text_atomically

CHECKSUM: Final = "checksum"  # SHA-256 of everything else in the file


def measurement_path(topic: str, key: list[str]) -> Path:
    """Return the file of a measurement of `topic`. key: everything that its outcome depends on."""
    return cache_folder() / topic / f"{sha256_of_text(json.dumps(key))[:16]}.json"


def read_measurement(path: Path, key: list[str]) -> dict[str, Any] | None:
    """Return the measurement in `path`; None if missing, damaged or stored under another key."""
    try:
        content = read_json(path)
        checksum = content.pop(CHECKSUM)
        return content if content["key"] == key and checksum == _checksum(content) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_measurement(path: Path, key: list[str], content: dict[str, Any]) -> None:
    """Store a measurement for the next start. If writing fails, it is measured again then."""
    content = {"key": key, **content}
    with suppress(JobFailed):
        write_text_atomically(path, json.dumps({**content, CHECKSUM: _checksum(content)}))


def _checksum(content: dict[str, Any]) -> str:
    return sha256_of_text(json.dumps(content, sort_keys=True))
