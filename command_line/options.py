"""The argument parser: commands and their options."""

import argparse
from collections.abc import Callable, Container
from pathlib import Path
from typing import TypeAlias

from command_line import commands
from command_line.console import Verbosity
from command_line.read_command import BUNDLED, run_read
from command_line.screen_command import run_screen
from core.recipes.recipe import ARCHITECTURES, FAST
from core.system.product import NOTICE, format_build, read_build

OVERWRITE_HELP = "also replace files of the same format that are no earlier output of this command"
FINDING_HELP = "the class that is the finding, where the names of two classes do not tell it"
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def build_parser(window: Callable[..., int]) -> tuple[argparse.ArgumentParser, Container[str]]:
    """Return the parser and the names of its commands.

    The parsed options hold the function to run as `command`. window: the one to run without a
    command.
    """
    parser = argparse.ArgumentParser(
        prog="PneumoScreen", description=f"Train on your own chest films and screen folders of films. {NOTICE}"
    )
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write one PNG of each tab, then exit")
    parser.add_argument("--open", type=Path, metavar="PATH", help="open the window and screen this folder or film")
    parser.add_argument(
        "--measure-start", action="store_true", help="print the times of each step of a start, then exit"
    )
    parser.add_argument("--version", action="version", version=format_build(read_build()))
    parser.add_argument("--demo", action="store_true", help="try everything on synthetic films")
    parser.set_defaults(command=window, verbosity=Verbosity.NORMAL)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--preparation", type=Path, metavar="FILE", help="columns, patients, corrections as JSON")
    _add_audit(subparsers, common)
    _add_train(subparsers, common)
    _add_search(subparsers, common)
    _add_evaluate(subparsers, common)
    _add_accept(subparsers, common)
    _add_operating_point(subparsers)
    _add_turn(subparsers)
    _add_card(subparsers)
    _add_export(subparsers)
    _add_screen(subparsers)
    _add_read(subparsers)
    subparsers.add_parser("self-test", help="check the bundled model").set_defaults(command=commands.run_self_test)
    for command in subparsers.choices.values():
        _add_verbosity(command)
    return parser, subparsers.choices


def _add_verbosity(command: argparse.ArgumentParser) -> None:
    amount = command.add_mutually_exclusive_group()
    for option, verbosity, text in (
        ("--quiet", Verbosity.QUIET, "print only results, warnings and errors"),
        ("--verbose", Verbosity.VERBOSE, "also print the log, on standard error"),
    ):
        amount.add_argument(option, action="store_const", dest="verbosity", const=verbosity, help=text)
    command.set_defaults(verbosity=Verbosity.NORMAL)


def _add_audit(subparsers: Commands, common: argparse.ArgumentParser) -> None:
    audit = subparsers.add_parser("audit", help="list the faults of a dataset", parents=[common])
    audit.add_argument("dataset", type=Path)
    audit.add_argument("--json", type=Path, metavar="FILE")
    audit.add_argument(
        "--resolve", type=Path, metavar="FILE", help="write a preparation that resolves blocking findings"
    )
    audit.add_argument("--finding", metavar="NAME", help=FINDING_HELP)
    audit.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    audit.set_defaults(command=commands.run_audit, refuse_usage=audit.error)


def _add_train(subparsers: Commands, common: argparse.ArgumentParser) -> None:
    train = subparsers.add_parser("train", help="train a model", parents=[common])
    train.add_argument("dataset", type=Path)
    train.add_argument("--output", type=Path, required=True, metavar="RUN_DIR")
    train.add_argument("--recipe", default="fast", help="seed, fast, best or a JSON file")
    train.add_argument("--arch", metavar="NAME", help=", ".join(ARCHITECTURES))
    train.add_argument(
        "--epochs",
        type=int,
        help=f"epochs of the network, after the recipe's epochs of the last layer alone (fast: {FAST.frozen_epochs})",
    )
    train.add_argument("--seed", type=int)
    train.add_argument("--finding", metavar="NAME", help=FINDING_HELP)
    train.add_argument("--start", help="bundled, imagenet, random or a model file")
    train.add_argument("--resume", action="store_true", help="continue an interrupted training")
    train.add_argument(
        "--accept-leaks", action="store_true", help="train although the audit forbids it; recorded in model and reports"
    )
    train.set_defaults(command=commands.run_train)


def _add_search(subparsers: Commands, common: argparse.ArgumentParser) -> None:
    search = subparsers.add_parser("search", help="try recipes and keep the best", parents=[common])
    search.add_argument("dataset", type=Path)
    search.add_argument("--output", type=Path, required=True, metavar="DIR", help="runs, journal and recipe.json")
    search.add_argument("--recipe", default="best", help="the recipe to vary: seed, fast, best or a JSON file")
    search.add_argument("--start", help="bundled, imagenet, random or a model file")
    search.add_argument("--hours", type=float, default=2.0, help="time limit in hours (2)")
    search.add_argument("--trials", type=int, help="maximum number of trials")
    search.add_argument("--finding", metavar="NAME", help=FINDING_HELP)
    search.set_defaults(command=commands.run_search)


def _add_evaluate(subparsers: Commands, common: argparse.ArgumentParser) -> None:
    evaluate = subparsers.add_parser("evaluate", help="evaluate a model on labelled films", parents=[common])
    evaluate.add_argument("model", help="a model file, or bundled")
    evaluate.add_argument("dataset", type=Path)
    evaluate.add_argument("--output", type=Path, required=True, metavar="DIR")
    evaluate.add_argument(
        "--prevalence", type=float, default=0.1, help="prevalence of the finding, for predictive values (0.1)"
    )
    evaluate.add_argument(
        "--unseen", action="store_true", help="leave out films that the model was trained or validated with"
    )
    evaluate.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    evaluate.set_defaults(command=commands.run_evaluate)


def _add_accept(subparsers: Commands, common: argparse.ArgumentParser) -> None:
    accept = subparsers.add_parser(
        "accept", help="run an acceptance test on films reported at this site", parents=[common]
    )
    accept.add_argument("model", help="a model file, or bundled")
    accept.add_argument("dataset", type=Path)
    accept.add_argument("--output", type=Path, required=True, metavar="DIR", help="acceptance.json, acceptance.pdf")
    accept.add_argument("--sensitivity", type=float, default=0.85, help="minimum to demonstrate (0.85)")
    accept.add_argument("--specificity", type=float, default=0.75, help="minimum to demonstrate (0.75)")
    accept.add_argument("--signed-by", default="", metavar="NAME", help="printed name on the form")
    accept.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    accept.set_defaults(command=commands.run_accept)


def _add_operating_point(subparsers: Commands) -> None:
    point = subparsers.add_parser("operating-point", help="show or choose a model's operating point on this computer")
    point.add_argument("model", help="a model file, or bundled")
    point.add_argument(
        "--wish", help='"miss at most 5 of 100", "at most 10 %% false alarms", "best balance" or a threshold'
    )
    point.add_argument("--error", type=float, help="maximum error rate of likely and of unlikely, for example 0.05")
    point.add_argument("--own", action="store_true", help="restore that of the model's file")
    point.set_defaults(command=commands.run_operating_point)


def _add_turn(subparsers: Commands) -> None:
    turn = subparsers.add_parser("turn", help="make the other of two classes the finding of a model")
    turn.add_argument("model", help="a model file, or bundled")
    turn.add_argument("--output", type=Path, required=True, metavar="FILE", help="the new model file")
    turn.set_defaults(command=commands.run_turn)


def _add_card(subparsers: Commands) -> None:
    card = subparsers.add_parser("card", help="print a model's card")
    card.add_argument("model", help="a model file, or bundled")
    card.add_argument("--pdf", type=Path, metavar="FILE", help="write it as PDF instead")
    card.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    card.set_defaults(command=commands.run_card)


def _add_export(subparsers: Commands) -> None:
    export = subparsers.add_parser("export", help="write a model for other programs")
    export.add_argument("model", help="a model file, or bundled")
    export.add_argument("--onnx", type=Path, required=True, metavar="FILE", help="the ONNX file")
    export.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)
    export.set_defaults(command=commands.run_export)


def _add_screen(subparsers: Commands) -> None:
    screen = subparsers.add_parser("screen", help="score every film of a folder")
    screen.add_argument("folder", type=Path)
    screen.add_argument("--output", type=Path, required=True, metavar="RESULTS.csv")
    screen.add_argument("--model", default=BUNDLED, help="a model file, or bundled")
    screen.add_argument("--heatmaps", type=Path, metavar="DIR")
    screen.add_argument("--resume", action="store_true", help="keep the rows of an interrupted screening")
    screen.add_argument("--retry-failed", action="store_true", help="as --resume, and retry files that failed")
    where = screen.add_mutually_exclusive_group()
    where.add_argument("--watch", action="store_true", help="also screen films that arrive later, until Ctrl-C")
    where.add_argument(
        "--ray", metavar="ADDRESS", help="score on the computers of this Ray cluster; local: on processes of this one"
    )
    screen.add_argument("--move-answered", type=Path, metavar="DIR", help="move scored and refused films into DIR")
    screen.add_argument("--outbox", type=Path, metavar="DIR", help="write each answer as DICOM, to be sent to a PACS")
    screen.add_argument("--identified", action="store_true", help="with --outbox: keep patient and study")
    screen.set_defaults(command=run_screen, refuse_usage=screen.error)


def _add_read(subparsers: Commands) -> None:
    read = subparsers.add_parser("read", help="show what is read from one film, and the model's answer")
    read.add_argument("film", type=Path)
    read.add_argument("--model", default=BUNDLED, help="a model file, bundled, or none to read the film only")
    read.add_argument("--png", type=Path, metavar="FILE", help="write the grey picture that the network starts from")
    read.add_argument("--heat", type=Path, metavar="FILE", help="write the heat map for the finding, in grey")
    read.add_argument("--json", type=Path, metavar="FILE", help="write the result there instead of printing it")
    read.set_defaults(command=run_read, refuse_usage=read.error)
