"""Measure films per second in screening full-size films, beside a plain torchvision script.

Plain is what a good tutorial shows: PIL files as RGB, Resize, ToTensor, Normalize, fp32 in batches,
with the best of five batch sizes; in one process, and with two DataLoader workers. It runs in a
process of its own, which our settings do not affect. Ours is `screen` of core.screening up to the
finished ledger. All take turns in every round, so that a change of the machine's speed affects all.
The table shows medians, and processor time, on which other programs have little effect. Also
printed: how close ours is to its limits, and how long the first row of a cold start takes.
Run from the project's root: PYTHONPATH=. python benchmarks/screening_speed.py [--rounds 3]
"""

import argparse
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import torch
from PIL import Image
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from benchmarks.run_job import run_job
from core.films.film_reader import read_square
from core.inference.scoring_model import open_model
from core.networks.architectures import models
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.system.malloc import keep_freed_memory

ROOT = Path(__file__).parents[1]
ORIGINAL = ROOT.parent / "shared/data/kermany-original"
SIDE, BATCHES, TRIAL_FILMS = 224, (1, 8, 16, 32, 64), 64
MIN_SECONDS = 5.0
PLAIN, WORKERS = "plain script", "plain script, 2 DataLoader workers"
SCREEN = "ours: screen() to the ledger"
DECODING, NETWORK = "limit: our decoding alone", "limit: our network alone"
Seconds = tuple[float, float]  # wall-clock and processor seconds


class PlainFilms(TorchDataset):
    """Films as a plain script reads them."""

    def __init__(self, paths: list[Path]) -> None:
        from torchvision import transforms

        normalise = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        self._transform = transforms.Compose([transforms.Resize((SIDE, SIDE)), transforms.ToTensor(), normalise])
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, number: int) -> torch.Tensor:
        return self._transform(Image.open(self._paths[number]).convert("RGB"))


def processor_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure_time(work: Callable[[], object]) -> Seconds:
    start, used = time.perf_counter(), processor_seconds()
    work()
    return time.perf_counter() - start, processor_seconds() - used


def serve_plain(connection: Connection) -> None:
    """Screen with the plain script for each request (paths, batch, workers); send the seconds."""
    network = models.resnet18()
    network.fc = torch.nn.Linear(512, 1)
    network.eval()
    while (request := connection.recv()) is not None:
        paths, batch, workers = request
        connection.send(measure_time(partial(screen_plain, network, paths, batch, workers)))


@torch.no_grad()
def screen_plain(network: torch.nn.Module, paths: list[Path], batch: int, workers: int) -> None:
    for films in DataLoader(PlainFilms(paths), batch, num_workers=workers):
        torch.sigmoid(network(films)).tolist()


def run_on_threads(work: Callable, items: list) -> None:
    """Call `work` with each item on one thread for each core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(work, items):
            pass


def screen_folder(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        result = run_job(screen(folder, Path(name) / "ledger.csv", None, threading.Event()))
        if result.scored + result.refused != result.found:
            sys.exit("screen() left films out")


def seconds_to_first_row(folder: Path) -> float:
    """Return the seconds from the start of a new process to the first row in its ledger."""
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "ledger.csv"
        start = time.perf_counter()
        command = [sys.executable, "main.py", "screen", str(folder), "--output", str(output)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        partial_output = partial_path(output)
        while process.poll() is None:
            if partial_output.exists() and partial_output.read_bytes().count(b"\n") > 1:
                break
            time.sleep(0.005)
        seconds = time.perf_counter() - start
        process.terminate()
        process.wait()
    return seconds


def find_best_batch(connection: Connection, paths: list[Path], workers: int) -> int:
    """Return the fastest batch size of the plain script.

    All are tried, then the best two again, in turn.
    """
    connection.send((paths[:8], 8, workers))
    connection.recv()
    seconds: dict[int, list[float]] = {batch: [] for batch in BATCHES}

    def try_batches(batches: list[int]) -> list[int]:
        """Measure batch sizes and return them, the fastest first."""
        for batch in batches:
            connection.send((paths[:TRIAL_FILMS], batch, workers))
            seconds[batch].append(connection.recv()[0])
        return sorted(batches, key=lambda batch: median(seconds[batch]))

    best_two = try_batches(list(BATCHES))[:2]
    best = try_batches([*best_two, *best_two])[0]
    speeds = ", ".join(f"{batch}: {TRIAL_FILMS / median(trials):.1f}" for batch, trials in seconds.items())
    print(f"Plain script, {workers} workers, films/s by batch: {speeds}", flush=True)
    return best


def measure_rounds(connection: Connection, paths: list[Path], folder: Path, rounds: int) -> dict[str, list[Seconds]]:
    """Return the seconds per film of each way of screening in each round."""
    model = open_model(None)
    print(f"Form used here: {model.form}. {model.why}", flush=True)
    films = [read_square(path, SIDE) for path in paths]
    best_batch = {workers: find_best_batch(connection, paths, workers) for workers in (0, 2)}

    def request_plain(workers: int) -> Seconds:
        connection.send((paths, best_batch[workers], workers))
        return connection.recv()

    ways: dict[str, Callable[[], Seconds]] = {
        PLAIN: lambda: request_plain(0),
        SCREEN: lambda: measure_time(lambda: screen_folder(folder)),
        WORKERS: lambda: request_plain(2),
        DECODING: lambda: measure_time(lambda: run_on_threads(partial(read_square, size_px=SIDE), paths)),
        NETWORK: lambda: measure_time(lambda: run_on_threads(model.compute, films)),
    }
    result: dict[str, list[Seconds]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            result[name].append(measure_per_film(way, len(paths)))
    return result


def measure_per_film(way: Callable[[], Seconds], films: int) -> Seconds:
    """Repeat a way of screening for at least MIN_SECONDS and return its mean seconds per film."""
    wall = used = 0.0
    repeats = 0
    while wall < MIN_SECONDS:
        seconds = way()
        wall, used, repeats = wall + seconds[0], used + seconds[1], repeats + 1
    return wall / (repeats * films), used / (repeats * films)


def format_table(result: dict[str, list[Seconds]]) -> str:
    wall = {name: median(seconds for seconds, _ in rounds) for name, rounds in result.items()}
    used = {name: median(seconds for _, seconds in rounds) for name, rounds in result.items()}
    lines = [
        "| | films/s (each round) | x plain | x plain, 2 workers | processor ms/film |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, rounds in result.items():
        speeds = ", ".join(f"{1 / seconds:.1f}" for seconds, _ in rounds)
        ratios = " | ".join(f"{wall[baseline] / wall[name]:.2f}" for baseline in (PLAIN, WORKERS))
        lines.append(f"| {name} | {1 / wall[name]:.1f} ({speeds}) | {ratios} | {1000 * used[name]:.1f} |")
    limit = (used[DECODING] + used[NETWORK]) / (os.cpu_count() or 1)
    title = f"Limit, {os.cpu_count()} cores always busy with nothing but decoding and network: {1 / limit:.1f} films/s"
    return "\n".join([*lines, f"\n{title}; reached: {limit / wall[SCREEN]:.0%}"])


def main() -> None:
    keep_freed_memory()
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not ORIGINAL.exists():
        sys.exit(f"{ORIGINAL} is not here")
    paths = sorted(ORIGINAL.rglob("*.jpeg"))
    for path in paths:
        path.read_bytes()  # so that the files are in the system's cache before anything is measured
    context = multiprocessing.get_context("spawn")
    connection, far = context.Pipe()
    process = context.Process(target=serve_plain, args=(far,))
    process.start()
    result = measure_rounds(connection, paths, ORIGINAL, options.rounds)
    connection.send(None)
    process.join()
    print(format_table(result), flush=True)
    first = [seconds_to_first_row(ORIGINAL) for _ in range(5)]
    print(f"Cold start to the first row: {median(first):.2f} s ({min(first):.2f}-{max(first):.2f})", flush=True)


if __name__ == "__main__":
    main()
