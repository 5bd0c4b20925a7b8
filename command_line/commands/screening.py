"""The `screen` command: score the films of a folder, or one that the gate refused; answers into an outbox."""

import argparse
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from command_line.commands.arguments import BUNDLED, MODEL_HELP, model_path
from command_line.console import print_line, run_to_end
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.product import NOTICE

if TYPE_CHECKING:
    from core.screening.events import ScreeningResult
    from core.screening.screening import ScoreChunks


def add_screen_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `screen`."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output", type=Path, required=True, metavar="RESULTS.csv")
    parser.add_argument("--model", default=BUNDLED, help=MODEL_HELP)
    parser.add_argument("--heatmaps", type=Path, metavar="DIR", help="write a heat map of every scored film")
    parser.add_argument("--resume", action="store_true", help="keep the rows of an interrupted screening")
    parser.add_argument("--retry-failed", action="store_true", help="as --resume, and retry files that failed")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--watch", action="store_true", help="also screen films that arrive later, until Ctrl-C")
    text = "score on the computers of this Ray cluster; local: on processes of this one"
    where.add_argument("--ray", metavar="ADDRESS", help=text)
    parser.add_argument("--move-answered", type=Path, metavar="DIR", help="move scored and refused films into DIR")
    parser.add_argument("--outbox", type=Path, metavar="DIR", help="write each answer as DICOM, to be sent to a PACS")
    parser.add_argument("--identified", action="store_true", help="with --outbox: keep patient and study")
    text = "score this film of the complete list although the gate refused it; screen nothing else"
    parser.add_argument("--score-anyway", metavar="FILE", help=text)


def run_screen(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Screen a folder once, watch it until Ctrl-C, or score a film that was refused."""
    if options.score_anyway is not None:
        return _score_anyway(options, cancel)
    from core.screening.screening import screen
    from core.screening.watch_folder import watch

    _check_options(options)
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


def _check_options(options: argparse.Namespace) -> None:
    """End with the usage of the command where options exclude one another."""
    if options.identified and not options.outbox:
        options.refuse_usage("--identified needs --outbox")
    if options.watch and options.heatmaps:
        options.refuse_usage("--watch makes no heat maps")
    if options.outbox and options.move_answered:
        outbox, archive = options.outbox.resolve(), options.move_answered.resolve()
        if outbox.is_relative_to(archive) or archive.is_relative_to(outbox):
            options.refuse_usage("--outbox and --move-answered need folders apart from each other")


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


def _score_anyway(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Score a film of a list that its gate refused, and print its new row."""
    others = (options.watch, options.ray, options.resume, options.retry_failed, options.heatmaps)
    if any((*others, options.move_answered, options.outbox, options.identified)):
        options.refuse_usage("--score-anyway screens nothing: only --output and --model go with it")
    from core.screening.single_film import score_anyway
    from core.screening.worklist_file import find_row, open_worklist

    model = model_path(options.model)
    worklist = open_worklist(options.output, options.folder, [model])
    refused = find_row(worklist, options.score_anyway)
    row, reading, result = run_to_end(score_anyway(worklist.result, options.folder, refused, model, cancel))
    print_line(
        f"{row.file}: {row.label}, probability {row.probability:.3f}, {row.decision}, although it was refused "
        f"({row.reason}); {result.output}\n{reading.validation}\n{NOTICE}"
    )
    return DONE
