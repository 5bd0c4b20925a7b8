"""Films a second in screening beside a plain torchvision script with the same network, on full-size films.

Plain is what a good tutorial shows: PIL files as RGB, Resize, ToTensor, Normalize, fp32 in batches,
of which the best of five sizes is taken; in one process, and with two DataLoader workers. It runs
in a process of its own, where our settings do not reach. Ours is `screen` of core.screening to the
finished ledger, and `core.inference.pipeline` below it. All take their turn in every round, so that
a machine whose speed wavers wavers for all; the table has medians, and processor time, which other
programs hardly change. Says how far the limits are, how long the first row of a cold start takes,
and what the quick forms change in the answers on real test films. Run from the project's root:
PYTHONPATH=. python benchmarks/screening_speed.py [--rounds 3]
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

from benchmarks.recipes import REAL, splits_of_the_bundled_model
from benchmarks.run_job import result_of
from core.datasets.dataset import Split
from core.films.images import read_square
from core.inference.form_choice import Form
from core.inference.pipeline import one_thread_of_torch, score_films
from core.inference.scorer import FastNetwork, Scorer, has_fast_bfloat16
from core.metrics.roc import roc_auc
from core.models.model_file import load_model
from core.networks.architectures import models
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.system.malloc import keep_freed_memory

ROOT = Path(__file__).parents[1]
ORIGINAL = ROOT.parent / "shared/data/kermany-original"
SIDE, BATCHES, TRIED = 224, (1, 8, 16, 32, 64), 64
LEAST_SECONDS = 5.0
PLAIN, WORKERS = "plain script", "plain script, 2 DataLoader workers"
SCREEN, PIPELINED = "ours: screen() to the ledger", "ours: pipelined()"
DECODING, NETWORK = "limit: our decoding alone", "limit: our network alone"


class PlainFilms(TorchDataset):
    """Films as a plain script reads them."""

    def __init__(self, paths: list[Path]) -> None:
        from torchvision import transforms

        normal = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        self._change = transforms.Compose([transforms.Resize((SIDE, SIDE)), transforms.ToTensor(), normal])
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, number: int) -> torch.Tensor:
        return self._change(Image.open(self._paths[number]).convert("RGB"))


def processor_seconds() -> float:
    """Of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def serve_plain(connection: Connection) -> None:
    """Screen films the plain way, whenever the other side sends (paths, batch, workers); answers its seconds."""
    network = models.resnet18()
    network.fc = torch.nn.Linear(512, 1)
    network.eval()
    while (order := connection.recv()) is not None:
        paths, batch, workers = order
        connection.send(timed(partial(plain, network, paths, batch, workers)))


@torch.no_grad()
def plain(network: torch.nn.Module, paths: list[Path], batch: int, workers: int) -> None:
    for films in DataLoader(PlainFilms(paths), batch, num_workers=workers):
        torch.sigmoid(network(films)).tolist()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of the processor."""
    start, used = time.perf_counter(), processor_seconds()
    work()
    return time.perf_counter() - start, processor_seconds() - used


def on_threads(work: Callable, items: list) -> None:
    """As `score_films` does it, one thread of torch each."""
    with (
        one_thread_of_torch(),
        ThreadPoolExecutor(os.cpu_count(), initializer=torch.set_num_threads, initargs=(1,)) as pool,
    ):
        for _ in pool.map(work, items):
            pass


def screened(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        result = result_of(screen(folder, Path(name) / "ledger.csv", None, threading.Event()))
        if result.scored + result.refused != result.found:
            sys.exit("screen() left films out")


def piped(paths: list[Path], scorer: Scorer) -> None:
    for answer in score_films(paths, partial(read_square, size_px=SIDE), scorer, threading.Event()):
        if answer.logits is None:
            sys.exit(f"{answer.item} was not read")


def seconds_to_first_row(folder: Path) -> float:
    """From the start of a new process to a row on the disk."""
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "ledger.csv"
        start = time.perf_counter()
        command = [sys.executable, "main.py", "screen", str(folder), "--output", str(output)]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
        while process.poll() is None:
            written = partial_path(output)
            if written.exists() and written.read_bytes().count(b"\n") > 1:
                break
            time.sleep(0.005)
        taken = time.perf_counter() - start
        process.terminate()
        process.wait()
    return taken


def best_batch(near: Connection, paths: list[Path], workers: int) -> int:
    """The batch with which the plain script is quickest: all are tried, then the best two again, in turn."""
    near.send((paths[:8], 8, workers))
    near.recv()
    taken: dict[int, list[float]] = {batch: [] for batch in BATCHES}

    def tried(batches: list[int]) -> list[int]:
        for batch in batches:
            near.send((paths[:TRIED], batch, workers))
            taken[batch].append(near.recv()[0])
        return sorted(batches, key=lambda batch: median(taken[batch]))

    best = tried([*tried(list(BATCHES))[:2]] * 2)[0]
    words = ", ".join(f"{batch}: {TRIED / median(seconds):.1f}" for batch, seconds in taken.items())
    print(f"Plain script, {workers} workers, films/s by batch: {words}", flush=True)
    return best


def rounds_of(near: Connection, paths: list[Path], folder: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds a film, on the wall and of the processor, of each way in each round."""
    scorer = Scorer(load_model(None))
    piped(paths, scorer)  # measures the form once, as the first screening on a computer does
    print(f"Form chosen here: {scorer.form}", flush=True)
    films = [read_square(path, SIDE) for path in paths]
    batches = [np.stack(films[start : start + scorer.batch]) for start in range(0, len(films), scorer.batch)]
    sizes = {workers: best_batch(near, paths, workers) for workers in (0, 2)}

    def asked(workers: int) -> tuple[float, float]:
        near.send((paths, sizes[workers], workers))
        return near.recv()

    ways: dict[str, Callable[[], tuple[float, float]]] = {
        PLAIN: lambda: asked(0),
        SCREEN: lambda: timed(lambda: screened(folder)),
        PIPELINED: lambda: timed(lambda: piped(paths, scorer)),
        WORKERS: lambda: asked(2),
        DECODING: lambda: timed(lambda: on_threads(partial(read_square, size_px=SIDE), paths)),
        NETWORK: lambda: timed(lambda: on_threads(scorer.logits, batches)),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            parts = list(until_long_enough(way))
            films_done = len(parts) * len(paths)
            taken[name].append((sum(wall for wall, _ in parts) / films_done, sum(cpu for _, cpu in parts) / films_done))
    return taken


def until_long_enough(way: Callable[[], tuple[float, float]]) -> Iterator[tuple[float, float]]:
    total = 0.0
    while total < LEAST_SECONDS:
        part = way()
        total += part[0]
        yield part


def table(taken: dict[str, list[tuple[float, float]]]) -> str:
    wall = {name: median(part for part, _ in rows) for name, rows in taken.items()}
    used = {name: median(part for _, part in rows) for name, rows in taken.items()}
    lines = [
        "| | films/s (each round) | x plain | x plain, 2 workers | processor ms/film |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, rows in taken.items():
        each = ", ".join(f"{1 / part:.1f}" for part, _ in rows)
        against = " | ".join(f"{wall[other] / wall[name]:.2f}" for other in (PLAIN, WORKERS))
        lines.append(f"| {name} | {1 / wall[name]:.1f} ({each}) | {against} | {1000 * used[name]:.1f} |")
    limit = (used[DECODING] + used[NETWORK]) / (os.cpu_count() or 1)
    reached = ", ".join(f"{name} {limit / wall[name]:.0%}" for name in (SCREEN, PIPELINED))
    words = f"Limit, {os.cpu_count()} cores always busy with nothing but decoding and network: {1 / limit:.1f} films/s"
    return "\n".join([*lines, f"\n{words}; reached: {reached}"])


def parity() -> Iterator[str]:
    """What each form changes on the test films of the bundled model."""
    model = load_model(None)
    test = splits_of_the_bundled_model().of_split(Split.TEST)
    labels = np.array([film.label for film in test])
    films = np.stack([read_square(film.path, SIDE) for film in test])
    exact = model.probabilities(films)
    area = roc_auc(labels, exact)
    for form in Form:
        if form is Form.HALF and not has_fast_bfloat16():
            continue
        network = FastNetwork(model.network, model.preprocessing, form)
        parts = [network.features_and_logits(films[start : start + 8])[1] for start in range(0, len(films), 8)]
        quick = model.calibration.probabilities(np.concatenate(parts))
        flipped = int(((quick >= model.calibration.threshold) != (exact >= model.calibration.threshold)).sum())
        yield (
            f"{form}: greatest difference of a probability {np.abs(quick - exact).max():.2g}, AUC "
            f"{roc_auc(labels, quick) - area:+.6f} from {area:.4f}, {flipped} labels changed, n = {len(test)}"
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
        path.read_bytes()  # the files are in memory before anything is measured
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    process = context.Process(target=serve_plain, args=(far,))
    process.start()
    taken = rounds_of(near, paths, ORIGINAL, options.rounds)
    near.send(None)
    process.join()
    print(table(taken), flush=True)
    first = [seconds_to_first_row(ORIGINAL) for _ in range(5)]
    print(f"Cold start to the first row: {median(first):.2f} s ({min(first):.2f}-{max(first):.2f})", flush=True)
    for line in parity():
        print(line, flush=True)


if __name__ == "__main__":
    main()
