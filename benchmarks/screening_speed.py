"""Measure films per second in screening full-size films, beside a plain torchvision script.

Plain is what a good tutorial shows: PIL files as RGB, Resize, ToTensor, Normalize, fp32 in batches,
with the best of five batch sizes; in one process, and with two DataLoader workers. It runs in a
process of its own, which our settings do not affect. Ours is `screen` of core.screening up to the
finished ledger, and `score_films` of core.inference.pipeline below it. All take turns in every
round, so that a change of the machine's speed affects all. The table shows medians, and processor
time, on which other programs have little effect. Also printed: how close ours is to its limits, how
long the first row of a cold start takes, and what the fast numeric forms change in the scores of
real test films.
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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from benchmarks.recipe_tasks import REAL, read_bundled_splits
from benchmarks.run_job import run_job
from core.datasets.entries import Split
from core.films.film_reader import read_square
from core.inference.form_choice import Form
from core.inference.pipeline import score_films, single_torch_thread
from core.inference.scorer import FastNetwork, Scorer, has_fast_bfloat16
from core.metrics.roc import roc_auc
from core.models.model_file import load_model
from core.networks.architectures import models
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.system.malloc import keep_freed_memory

ROOT = Path(__file__).parents[1]
ORIGINAL = ROOT.parent / "shared/data/kermany-original"
SIDE, BATCHES, TRIAL_FILMS = 224, (1, 8, 16, 32, 64), 64
MIN_SECONDS = 5.0
PLAIN, WORKERS = "plain script", "plain script, 2 DataLoader workers"
SCREEN, PIPELINE = "ours: screen() to the ledger", "ours: score_films()"
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
    """Call `work` with each item on threads with one torch thread each, as `score_films` does."""
    with (
        single_torch_thread(),
        ThreadPoolExecutor(os.cpu_count(), initializer=torch.set_num_threads, initargs=(1,)) as pool,
    ):
        for _ in pool.map(work, items):
            pass


def screen_folder(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        result = run_job(screen(folder, Path(name) / "ledger.csv", None, threading.Event()))
        if result.scored + result.refused != result.found:
            sys.exit("screen() left films out")


def score_paths(paths: list[Path], scorer: Scorer) -> None:
    for answer in score_films(paths, partial(read_square, size_px=SIDE), scorer, threading.Event()):
        if answer.logits is None:
            sys.exit(f"{answer.item} was not read")


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
    scorer = Scorer(load_model(None))
    score_paths(paths, scorer)  # chooses the numeric form, as the first screening on a computer does
    print(f"Form chosen here: {scorer.form}", flush=True)
    films = [read_square(path, SIDE) for path in paths]
    batches = [np.stack(films[start : start + scorer.batch]) for start in range(0, len(films), scorer.batch)]
    best_batch = {workers: find_best_batch(connection, paths, workers) for workers in (0, 2)}

    def request_plain(workers: int) -> Seconds:
        connection.send((paths, best_batch[workers], workers))
        return connection.recv()

    ways: dict[str, Callable[[], Seconds]] = {
        PLAIN: lambda: request_plain(0),
        SCREEN: lambda: measure_time(lambda: screen_folder(folder)),
        PIPELINE: lambda: measure_time(lambda: score_paths(paths, scorer)),
        WORKERS: lambda: request_plain(2),
        DECODING: lambda: measure_time(lambda: run_on_threads(partial(read_square, size_px=SIDE), paths)),
        NETWORK: lambda: measure_time(lambda: run_on_threads(scorer.logits, batches)),
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
    reached = ", ".join(f"{name} {limit / wall[name]:.0%}" for name in (SCREEN, PIPELINE))
    title = f"Limit, {os.cpu_count()} cores always busy with nothing but decoding and network: {1 / limit:.1f} films/s"
    return "\n".join([*lines, f"\n{title}; reached: {reached}"])


def compare_forms() -> Iterator[str]:
    """Describe what each numeric form changes in the scores of the bundled model's test films."""
    model = load_model(None)
    test = read_bundled_splits().of_split(Split.TEST)
    labels = np.array([film.label for film in test])
    films = np.stack([read_square(film.path, SIDE) for film in test])
    exact, threshold = model.probabilities(films), model.calibration.threshold
    auc = roc_auc(labels, exact)
    for form in Form:
        if form is Form.HALF and not has_fast_bfloat16():
            continue
        network = FastNetwork(model.network, model.preprocessing, form)
        parts = [network.features_and_logits(films[start : start + 8])[1] for start in range(0, len(films), 8)]
        fast = model.calibration.probabilities(np.concatenate(parts))
        changed = int(((fast >= threshold) != (exact >= threshold)).sum())
        yield (
            f"{form}: greatest difference of a probability {np.abs(fast - exact).max():.2g}, AUC "
            f"{roc_auc(labels, fast) - auc:+.6f} from {auc:.4f}, {changed} labels changed, n = {len(test)}"
        )


def main() -> None:
    keep_freed_memory()
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not ORIGINAL.exists() or not REAL.exists():
        sys.exit(f"{ORIGINAL} or {REAL} is not here")
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
    for line in compare_forms():
        print(line, flush=True)


if __name__ == "__main__":
    main()
