"""Commands on a labelled dataset: its audit, and labels that may be wrong."""

import argparse
import json
import threading
from pathlib import Path

from command_line.commands.arguments import (
    BUNDLED,
    MODEL_HELP,
    add_dataset_options,
    add_overwrite_option,
    check_different,
    model_path,
    read_preparation,
)
from command_line.console import print_line, run_and_count, run_to_end
from core.datasets.preparation import PREPARATION_FILE, save_preparation
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.files import check_writable, escape_undecodable, write_text_atomically
from core.system.outputs import check_output
from core.system.product import NOTICE


def add_audit_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `audit`."""
    add_dataset_options(parser, has_finding=True)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report with all files as JSON")
    text = "write a preparation that resolves blocking findings"
    parser.add_argument("--resolve", type=Path, metavar="FILE", help=text)
    add_overwrite_option(parser)


def run_audit(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Audit a dataset and print its findings."""
    from core.datasets.audit import audit, check_finding, find_blocking, format_report, resolve_blocking, to_json_object
    from core.models.model_gate import read_bundled_gate

    preparation = read_preparation(options)
    _check_audit_outputs(options)
    result = run_to_end(audit(options.dataset, cancel, preparation, read_bundled_gate()))
    if not result.completed:
        return INTERRUPTED
    if options.finding:
        check_finding(result.dataset, options.finding)
    for line in format_report(result):
        print_line(line)
    _check_audit_outputs(options)
    if options.json:
        write_text_atomically(options.json, json.dumps(to_json_object(result), indent=2) + "\n")
    if options.resolve:
        save_preparation(resolve_blocking(result, preparation), options.resolve)
        print_line(f"Use it with audit or train --preparation {options.resolve}")
    return SOME_LEFT_OUT if find_blocking(result) or result.left_out else DONE


def _check_audit_outputs(options: argparse.Namespace) -> None:
    """Check that the files of an audit may and can be written. Raises JobFailed."""
    from core.datasets.audit import AUDIT_FILE

    outputs = [(path, kind) for path, kind in ((options.json, AUDIT_FILE), (options.resolve, PREPARATION_FILE)) if path]
    check_different(options, [path for path, _ in outputs])
    for path, kind in outputs:
        check_output(path, kind, options.overwrite, (options.dataset, options.preparation))
        check_writable(path.parent)


def add_check_labels_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `check-labels`."""
    add_dataset_options(parser)
    parser.add_argument("--model", default=BUNDLED, help=f"{MODEL_HELP}: its features are used")


def run_check_labels(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Print the films whose label a classifier contradicts, the most contradicted first."""
    from core.evaluation.label_errors import find_label_errors

    job = find_label_errors(options.dataset, model_path(options.model), cancel, read_preparation(options))
    finding, left_out = run_and_count(job)
    if finding is None:
        return INTERRUPTED
    for path in finding.files:
        print_line(escape_undecodable(str(path)))
    print_line(f"{finding.sentence} {finding.advice}" if finding.files else finding.sentence)
    print_line(NOTICE)
    return SOME_LEFT_OUT if left_out else DONE
