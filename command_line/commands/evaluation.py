"""Commands that measure a model on labelled films."""

import argparse
import threading
from pathlib import Path

from command_line.commands.arguments import (
    MODEL_HELP,
    add_dataset_options,
    add_overwrite_option,
    model_path,
    read_preparation,
)
from command_line.console import print_line, run_to_end
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.product import NOTICE


def add_evaluate_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evaluate`."""
    parser.add_argument("model", help=MODEL_HELP)
    add_dataset_options(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    text = "prevalence of the finding, for predictive values (0.1)"
    parser.add_argument("--prevalence", type=float, default=0.1, help=text)
    text = "leave out films that the model was trained or validated with"
    parser.add_argument("--unseen", action="store_true", help=text)
    add_overwrite_option(parser)


def run_evaluate(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Evaluate a model on labelled films and write the reports."""
    from core.evaluation.evaluate import evaluate
    from core.metrics.figure_labels import format_summary

    job = evaluate(
        model_path(options.model),
        options.dataset,
        options.output,
        cancel,
        read_preparation(options),
        options.prevalence,
        options.unseen,
        options.overwrite,
    )
    result = run_to_end(job)
    if result is None:
        return INTERRUPTED
    for line in (result.point, *format_summary(result.figures), result.frequencies, result.use_sentence):
        if line:
            print_line(line)
    print_line(f"Report: {options.output / 'report.html'} and report.pdf\n{NOTICE}")
    return SOME_LEFT_OUT if result.left_out else DONE


def add_accept_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `accept`."""
    parser.add_argument("model", help=MODEL_HELP)
    add_dataset_options(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="acceptance.json, acceptance.pdf")
    parser.add_argument("--sensitivity", type=float, default=0.85, help="minimum to demonstrate (0.85)")
    parser.add_argument("--specificity", type=float, default=0.75, help="minimum to demonstrate (0.75)")
    parser.add_argument("--signed-by", default="", metavar="NAME", help="printed name on the form")
    add_overwrite_option(parser)


def run_accept(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Run an acceptance test and write its form."""
    from core.evaluation.acceptance_test import run_acceptance_test
    from core.evaluation.evaluation import Target

    target = Target(options.sensitivity, options.specificity)
    model, preparation = model_path(options.model), read_preparation(options)
    job = run_acceptance_test(
        model, options.dataset, options.output, cancel, target, options.signed_by, preparation, options.overwrite
    )
    result = run_to_end(job)
    if result is None:
        return INTERRUPTED
    print_line(f"{result.acceptance.sentence}\nForm: {options.output / 'acceptance.pdf'}\n{NOTICE}")
    return SOME_LEFT_OUT if result.evaluation.left_out else DONE
