"""What was measured on this computer, kept from start to start under all that it depends on. Measures nothing."""

import json
import platform
from pathlib import Path
from typing import Any

from core.system.app_folders import cache_folder
from core.system.errors import JobFailed
from core.system.files import read_json, sha256_of_text, write_text_atomically


def processor_name() -> str:
    """The processor's name as the system has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def measurement_path(topic: str, key: list[str]) -> Path:
    """Where a measurement of `topic` is kept. key: all that its outcome depends on."""
    return cache_folder() / topic / f"{sha256_of_text(json.dumps(key))[:16]}.json"


def recall(path: Path, key: list[str]) -> dict[str, Any] | None:
    """What is kept in `path`; None where there is nothing, or what is damaged or was measured under another key."""
    try:
        content = read_json(path)
        return content if content["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(path: Path, key: list[str], content: dict[str, Any]) -> None:
    """Keep an outcome for the next start; without room for it, it is measured again then."""
    try:
        write_text_atomically(path, json.dumps({"key": key, **content}))
    except JobFailed:
        return
