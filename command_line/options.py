"""The argument parser: the table of commands, and the options of the window."""

import argparse
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

from command_line.commands import datasets, evaluation, films, models, results, screening, training
from command_line.console import Verbosity
from core.system.product import NOTICE, format_build, read_build


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, one line of help, what adds its options, and what runs it."""

    name: str
    help: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Event], int]


def _add_no_options(_parser: argparse.ArgumentParser) -> None:
    """Add nothing."""


COMMANDS: Final = (
    Command("audit", "list the faults of a dataset", datasets.add_audit_options, datasets.run_audit),
    Command(
        "check-labels", "find labels that may be wrong", datasets.add_check_labels_options, datasets.run_check_labels
    ),
    Command("train", "train a model", training.add_train_options, training.run_train),
    Command("search", "try recipes and keep the best", training.add_search_options, training.run_search),
    Command("find-rate", "suggest a learning rate", training.add_find_rate_options, training.run_find_rate),
    Command("compare", "compare finished trainings", training.add_compare_options, training.run_compare),
    Command("evaluate", "evaluate a model on labelled films", evaluation.add_evaluate_options, evaluation.run_evaluate),
    Command(
        "accept",
        "run an acceptance test on films reported at this site",
        evaluation.add_accept_options,
        evaluation.run_accept,
    ),
    Command(
        "operating-point",
        "show or choose a model's operating point on this computer",
        models.add_operating_point_options,
        models.run_operating_point,
    ),
    Command("turn", "make the other of two classes the finding of a model", models.add_turn_options, models.run_turn),
    Command("card", "print a model's card", models.add_card_options, models.run_card),
    Command("export", "write a model for other programs", models.add_export_options, models.run_export),
    Command("screen", "score every film of a folder", screening.add_screen_options, screening.run_screen),
    Command("read", "show what is read from one film, and the model's answer", films.add_read_options, films.run_read),
    Command(
        "export-results",
        "write a list of screened films for other programs",
        results.add_export_results_options,
        results.run_export_results,
    ),
    Command(
        "agreement",
        "show how the reader agrees with the model on a list",
        results.add_agreement_options,
        results.run_agreement,
    ),
    Command("self-test", "check the bundled model", _add_no_options, models.run_self_test),
)


def build_parser(window: Callable[..., int]) -> tuple[argparse.ArgumentParser, Container[str]]:
    """Return the parser and the names of its commands.

    The parsed options hold the function to run as `command`, and what ends it with its usage as
    `refuse_usage`. window: the function to run without a command.
    """
    parser = argparse.ArgumentParser(
        prog="PneumoScreen", description=f"Train on your own chest films and screen folders of films. {NOTICE}"
    )
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write one PNG of each tab, then exit")
    parser.add_argument("--open", type=Path, metavar="PATH", help="open the window and screen this folder or film")
    text = "print the times of each step of a start, then exit"
    parser.add_argument("--measure-start", action="store_true", help=text)
    parser.add_argument("--version", action="version", version=format_build(read_build()))
    parser.add_argument("--demo", action="store_true", help="try everything on synthetic films")
    parser.set_defaults(command=window, verbosity=Verbosity.NORMAL)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        added = subparsers.add_parser(command.name, help=command.help)
        command.add_options(added)
        _add_verbosity(added)
        added.set_defaults(command=command.run, refuse_usage=added.error)
    return parser, subparsers.choices


def _add_verbosity(command: argparse.ArgumentParser) -> None:
    amount = command.add_mutually_exclusive_group()
    for option, verbosity, text in (
        ("--quiet", Verbosity.QUIET, "print only results, warnings and errors"),
        ("--verbose", Verbosity.VERBOSE, "also print the log, on standard error"),
    ):
        amount.add_argument(option, action="store_const", dest="verbosity", const=verbosity, help=text)
    command.set_defaults(verbosity=Verbosity.NORMAL)
