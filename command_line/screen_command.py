"""The `screen` command: a folder into a list of results, and each answer into an outbox where one is wanted."""

import argparse
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from command_line.commands import model_path
from command_line.console import print_line, run_to_end
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.product import NOTICE

if TYPE_CHECKING:
    from core.screening.events import ScreeningResult
    from core.screening.screening import ScoreChunks


def run_screen(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Screen a folder once, or watch it until Ctrl-C."""
    from core.screening.screening import screen
    from core.screening.watch_folder import watch

    if options.identified and not options.outbox:
        options.refuse_usage("--identified needs --outbox")
    folder, output, model = options.folder, options.output, model_path(options.model)
    with _choose_workers(options) as score_chunks:
        if options.watch:
            job: Generator[object, None, ScreeningResult] = watch(folder, output, model, cancel, options.move_answered)
        else:
            continues = options.resume, options.retry_failed
            archive = options.move_answered
            job = screen(folder, output, model, cancel, options.heatmaps, *continues, score_chunks, archive)
        if options.outbox:
            result, left = _fill_outbox(job, options, cancel)
        else:
            result, left = run_to_end(job), 0
    print_line(
        f"{result.found} files: {result.scored} scored, {result.refused} refused, {result.failed} failed; "
        f"{result.output}\n{result.validation}\n{NOTICE}"
    )
    if not result.completed:
        print_line("Interrupted; finished rows are kept. Continue with --resume.")
        return INTERRUPTED
    return SOME_LEFT_OUT if result.refused + result.failed + left else DONE


@contextmanager
def _choose_workers(options: argparse.Namespace) -> "Iterator[ScoreChunks]":
    """Yield what scores the films: this computer, or the cluster of --ray."""
    from core.screening.chunk_scoring import score_here

    if options.ray is None:
        yield score_here
        return
    from core.screening.cluster import join_cluster

    with join_cluster(options.ray, options.folder) as cluster:
        yield cluster.score


def _fill_outbox(
    job: Generator[object, None, "ScreeningResult"], options: argparse.Namespace, cancel: threading.Event
) -> tuple["ScreeningResult", int]:
    """Run a screening with its outbox; return its result and how many answers are not there."""
    from core.exports.outbox import Outbox, fill_outbox

    outbox = Outbox(options.folder, options.output, options.outbox, options.identified)
    result = run_to_end(fill_outbox(job, outbox, model_path(options.model), cancel))
    print_line(f"{result.put} answers were put into {outbox.target}.")
    if result.without_study:
        print_line(f"{result.without_study} films name no study, so their answers were not put there.")
    if result.left > result.without_study:
        waiting = result.left - result.without_study
        print_line(f"{waiting} answers are not there yet; the next run with --resume or --watch puts them there.")
    return result.screening, result.left
