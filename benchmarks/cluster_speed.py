"""Measure screening on a Ray cluster of this computer's cores beside screening without one.

The same full-size films in every turn, up to the finished ledger; the turns alternate, so that a
change of the machine's speed affects all. Ledgers must be equal. Also printed: the time until the
cluster is there, and the driver's own processor time for each film, which limits how many workers
one driver can feed.
Run from the project's root: PYTHONPATH=. python benchmarks/cluster_speed.py [--rounds 3]
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from benchmarks.run_job import run_job
from core.screening.chunk_scoring import score_here
from core.screening.cluster import LOCAL, join_cluster
from core.screening.screening import ScoreChunks, screen

ORIGINAL = Path(__file__).parents[2] / "shared/data/kermany-original"
COPIES = 6  # of each film, by links: a run takes long enough to be timed


def link_films(folder: Path) -> int:
    """Link the films COPIES times into `folder`; return how many there are."""
    films = sorted(path for path in ORIGINAL.rglob("*") if path.is_file())
    for copy in range(COPIES):
        (folder / str(copy)).mkdir(parents=True)
        for number, film in enumerate(films):
            (folder / str(copy) / f"{number:04}{film.suffix}").symlink_to(film)
    return COPIES * len(films)


def time_screening(folder: Path, output: Path, score_chunks: ScoreChunks) -> tuple[float, float]:
    """Screen a folder; return wall-clock seconds and this process's processor seconds."""
    wall, processor = time.monotonic(), time.process_time()
    run_job(screen(folder, output, None, threading.Event(), score_chunks=score_chunks))
    return time.monotonic() - wall, time.process_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    if not ORIGINAL.exists():
        sys.exit(f"{ORIGINAL} is not here")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "films"
        count = link_films(folder)
        start = time.monotonic()
        with join_cluster(LOCAL, folder) as cluster:
            print(f"cluster there after {time.monotonic() - start:.1f} s")
            ways: dict[str, ScoreChunks] = {"screen": score_here, "screen --ray local": cluster.score}
            times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
            for turn in range(-1, rounds):  # the first is not counted: workers start and open the model
                for way, score_chunks in ways.items():
                    seconds = time_screening(folder, Path(name) / f"{way}-{turn}.csv", score_chunks)
                    if turn >= 0:
                        times[way].append(seconds)
                written = {(Path(name) / f"{way}-{turn}.csv").read_bytes() for way in ways}
                assert len(written) == 1, "the ledgers differ"
    for way, measured in times.items():
        wall, processor = (median(column) for column in zip(*measured, strict=True))
        print(
            f"{way:20} {count / wall:6.1f} films/s, {1000 * processor / count:5.2f} ms of the driver's processor a film"
        )


if __name__ == "__main__":
    main()
