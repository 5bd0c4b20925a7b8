"""The `screen` command: score the films of a folder, or one that the gate refused."""

import argparse
import threading
from pathlib import Path

from command_line.commands.arguments import BUNDLED, MODEL_HELP, model_path
from command_line.console import print_line, run_to_end
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.product import NOTICE


def add_screen_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `screen`."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output", type=Path, required=True, metavar="RESULTS.csv")
    parser.add_argument("--model", default=BUNDLED, help=MODEL_HELP)
    parser.add_argument("--heatmaps", type=Path, metavar="DIR", help="write a heat map of every scored film")
    parser.add_argument("--resume", action="store_true", help="keep the rows of an interrupted screening")
    parser.add_argument("--retry-failed", action="store_true", help="as --resume, and retry files that failed")
    parser.add_argument("--watch", action="store_true", help="also screen films that arrive later, until Ctrl-C")
    text = "score this film of the complete list although the gate refused it; screen nothing else"
    parser.add_argument("--score-anyway", metavar="FILE", help=text)


def run_screen(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Screen a folder once, watch it until Ctrl-C, or score a film that was refused."""
    if options.score_anyway is not None:
        return _score_anyway(options, cancel)
    from core.screening.screening import screen
    from core.screening.watch_folder import watch

    folder, output, model = options.folder, options.output, model_path(options.model)
    if options.watch:
        result = run_to_end(watch(folder, output, model, cancel))
    else:
        job = screen(folder, output, model, cancel, options.heatmaps, options.resume, options.retry_failed)
        result = run_to_end(job)
    print_line(
        f"{result.found} files: {result.scored} scored, {result.refused} refused, {result.failed} failed; "
        f"{result.output}\n{result.validation}\n{NOTICE}"
    )
    if not result.completed:
        print_line("Interrupted; finished rows are kept. Continue with --resume.")
        return INTERRUPTED
    return SOME_LEFT_OUT if result.refused + result.failed else DONE


def _score_anyway(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Score a film of a list that its gate refused, and print its new row."""
    if options.watch or options.resume or options.retry_failed or options.heatmaps:
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
