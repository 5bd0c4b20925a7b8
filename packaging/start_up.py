"""How long the packaged program takes to start, and what it holds then: medians of several starts.

    python packaging/start_up.py dist/PneumoScreen [--starts 5] [--cold]

--cold drops the system's file cache before each start (Linux, as root), as after the computer was switched on.
"""

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path


def started(executable: Path, cold: bool) -> dict[str, float]:
    """One start: seconds until the window was painted, answered, had its model ready; MB held then."""
    if cold:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
    begun = time.monotonic()
    done = subprocess.run([str(executable), "--measure-start"], capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(done.stdout.splitlines()[-1])
    return {
        key: value if key.endswith("_mb") else value - begun for key, value in told.items() if isinstance(value, float)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the packaged program's starts.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--cold", action="store_true")
    arguments = parser.parse_args()
    starts = [started(arguments.bundle / "PneumoScreen", arguments.cold) for _ in range(arguments.starts)]
    for key in starts[0]:
        values = [start[key] for start in starts]
        unit = "MB" if key.endswith("_mb") else "s"
        print(f"{key:14} median {statistics.median(values):7.2f} {unit}   from {min(values):.2f} to {max(values):.2f}")


if __name__ == "__main__":
    main()
