"""Commands on a list of screened films: exports, and the reader's agreement with the model."""

import argparse
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from command_line.commands.arguments import BUNDLED, MODEL_HELP, add_overwrite_option, model_path
from command_line.console import print_line, run_to_end
from core.system.errors import JobFailed, Reason
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.product import NOTICE

if TYPE_CHECKING:
    from core.exports.export_jobs import Export
    from core.screening.worklist_file import Worklist

READ_FILMS: Final = ("pdf", "dicom", "labels")  # outputs that need the films


def add_export_results_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `export-results`."""
    parser.add_argument("results", type=Path, metavar="RESULTS.csv", help="the list; the reader's calls are beside it")
    output = parser.add_mutually_exclusive_group(required=True)
    output.add_argument("--excel", type=Path, metavar="FILE", help="the list as a workbook")
    output.add_argument("--csv", type=Path, metavar="FILE", help="the list as CSV")
    output.add_argument("--pdf", type=Path, metavar="FILE", help="a summary with the likeliest findings")
    output.add_argument("--dicom", type=Path, metavar="DIR", help="heat map and report of every scored film")
    output.add_argument("--calls", type=Path, metavar="FILE", help="the reader's calls as CSV")
    output.add_argument("--labels", type=Path, metavar="FILE", help="films with a call as a label list, a dataset")
    parser.add_argument("--folder", type=Path, help="the folder that was screened, for --pdf, --dicom and --labels")
    parser.add_argument("--model", default=BUNDLED, help=f"{MODEL_HELP}: the one that screened")
    parser.add_argument("--films", nargs="+", default=[], metavar="FILE", help="only these films, for --dicom")
    parser.add_argument("--identified", action="store_true", help="keep patient and study, for --dicom")
    text = "only films on which the reader disagrees, for --labels"
    parser.add_argument("--only-disagreements", action="store_true", help=text)
    add_overwrite_option(parser)


def run_export_results(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Write a list, with the reader's calls, for other programs."""
    from core.exports.export_jobs import ExportOrder, export_results, write_called_films
    from core.screening.worklist_file import open_worklist

    _check_usage(options)
    model = model_path(options.model)
    worklist = open_worklist(options.results, options.folder, [model])
    if not worklist.result.completed:
        print_line(f"{worklist.result.output} is not complete yet.")
    if options.dicom is not None:
        return _export_films(options, worklist, cancel)
    if options.labels is not None:
        rows, only = worklist.result.rows, options.only_disagreements
        write_called_films(options.labels, options.folder, worklist.calls, rows, only)
        written: Path | None = options.labels
    else:
        result, calls, classes = worklist.result, worklist.calls, worklist.classes
        order = ExportOrder(*_find_output(options), result, options.folder, calls, classes, options.overwrite)
        written = run_to_end(export_results(order, model, cancel))
    if written is None:
        return INTERRUPTED
    print_line(f"{written}\n{NOTICE}")
    return DONE


def _find_output(options: argparse.Namespace) -> "tuple[Export, Path]":
    """Return the form of the list that is asked for, and its file."""
    from core.exports.export_jobs import Export

    outputs = (
        (Export.CSV, options.csv),
        (Export.EXCEL, options.excel),
        (Export.SUMMARY, options.pdf),
        (Export.CALLS, options.calls),
    )
    return next((kind, path) for kind, path in outputs if path is not None)


def _check_usage(options: argparse.Namespace) -> None:
    """End with the usage of the command where an option does not go with the output that is asked for."""
    needs_films = [name for name in READ_FILMS if getattr(options, name) is not None]
    if needs_films and options.folder is None:
        options.refuse_usage(f"--{needs_films[0]} needs --folder, the folder that was screened")
    if (options.films or options.identified) and options.dicom is None:
        options.refuse_usage("--films and --identified go with --dicom")
    if options.only_disagreements and options.labels is None:
        options.refuse_usage("--only-disagreements goes with --labels")
    if options.overwrite and (options.dicom is not None or options.labels is not None):
        options.refuse_usage("--overwrite does not go with --dicom and --labels")


def _export_films(options: argparse.Namespace, worklist: "Worklist", cancel: threading.Event) -> int:
    from core.exports.film_export import export_films, select_films

    films, model = select_films(worklist, options.films), model_path(options.model)
    job = export_films(options.folder, films, worklist.calls, model, options.dicom, cancel, options.identified)
    result = run_to_end(job)
    print_line(f"{result.written} of {len(films)} films exported to {options.dicom}\n{NOTICE}")
    if not result.completed:
        return INTERRUPTED
    return SOME_LEFT_OUT if result.left_out else DONE


def add_agreement_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `agreement`."""
    parser.add_argument("results", type=Path, metavar="RESULTS.csv", help="the list; the reader's calls are beside it")
    parser.add_argument("--model", default=BUNDLED, help=f"{MODEL_HELP}: the one that screened")


def run_agreement(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Print how reader and model agree on the films of a list."""
    from core.screening.reader_agreement import (
        format_agreement,
        format_progress,
        list_opinions,
        measure_reader_agreement,
    )
    from core.screening.worklist_file import open_worklist

    worklist = open_worklist(options.results, None, [model_path(options.model)])
    rows, classes = worklist.result.rows, worklist.classes
    opinions = list_opinions(rows, worklist.calls)
    if opinions and not classes:
        sentence = (
            f"Which class is the finding of {options.results} is not known. Name the model that screened: --model."
        )
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    sentence = format_agreement(rows, opinions, classes)
    if not measure_reader_agreement(rows, opinions, classes).films:
        raise JobFailed(Reason.DATASET_INVALID, sentence.replace("\n", " "))
    print_line(f"{format_progress(rows, opinions)}\n{sentence}\n{NOTICE}")
    return DONE
