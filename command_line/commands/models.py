"""Commands on a model: its operating point, its finding, its card, its export, its self-test."""

import argparse
import threading
from pathlib import Path

from command_line.commands.arguments import (
    MODEL_HELP,
    add_overwrite_option,
    model_path,
    read_model_header,
)
from command_line.console import print_line, run_to_end
from core.system.exit_status import DONE
from core.system.product import NOTICE


def add_operating_point_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `operating-point`."""
    parser.add_argument("model", help=MODEL_HELP)
    text = '"miss at most 5 of 100", "at most 10 %% false alarms", "best balance" or a threshold'
    parser.add_argument("--wish", help=text)
    parser.add_argument("--error", type=float, help="maximum error rate of likely and of unlikely, for example 0.05")
    parser.add_argument("--own", action="store_true", help="restore that of the model's file")


def run_operating_point(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Choose a model's operating point on this computer, if asked to, and print the one in use."""
    from core.models.operating_point import parse_wish
    from core.models.point_selection import restore_own_point, select_error, select_point
    from core.models.site_record import apply_site_record, format_point, format_validation

    if options.own and (options.wish is not None or options.error is not None):
        options.refuse_usage("--own does not go with --wish and --error")
    header = read_model_header(options)
    if options.own:
        restore_own_point(header)
    elif options.wish is not None:
        select_point(header, parse_wish(options.wish), options.error)
    elif options.error is not None:
        select_error(header, options.error)
    used = apply_site_record(header)
    print_line(f"{used.name}: {format_point(used)}\n{format_validation(used)[1]}\n{NOTICE}")
    return DONE


def add_turn_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `turn`."""
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the new model file")


def run_turn(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Write a model whose finding is the other class."""
    from core.models.turned_model import turn_model

    header = turn_model(model_path(options.model), options.output)
    finding = f"{options.output}: the finding is {header.classes[1]}"
    print_line(f"{finding}. It has no test figures: evaluate it before use.\n{NOTICE}")
    return DONE


def add_card_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `card`."""
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it as PDF instead")
    add_overwrite_option(parser)


def run_card(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Print a model's card, or write it as PDF."""
    from core.documents.document import render_text
    from core.documents.pdf import write_pdf
    from core.models.model_card import build_card_document

    document = build_card_document(read_model_header(options))
    if options.pdf is None:
        print_line(render_text(document))
    else:
        write_pdf(document, options.pdf, overwrite=options.overwrite, inputs=[model_path(options.model)])
    return DONE


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `export`."""
    parser.add_argument("model", help=MODEL_HELP)
    parser.add_argument("--onnx", type=Path, required=True, metavar="FILE", help="the ONNX file")
    add_overwrite_option(parser)


def run_export(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Write a model as an ONNX file."""
    from core.exports.onnx_file import export_onnx

    exported = run_to_end(export_onnx(model_path(options.model), options.onnx, cancel, options.overwrite))
    difference = f"probabilities within {exported.difference:.1e} of this program's"
    print_line(f"{exported.path}: {exported.model}; {difference}.\n{NOTICE}")
    return DONE


def run_self_test(_options: argparse.Namespace, cancel: threading.Event) -> int:
    """Check the bundled model against its known answers."""
    from core.inference.self_test import run_self_test

    result = run_to_end(run_self_test(cancel))
    answers = ", ".join(f"{answer:.4f}" for answer in result.answers)
    print_line(f"Self-test passed: {result.model} gives {answers}, as expected ({result.seconds:.1f} s).")
    print_line(result.engine)
    return DONE
