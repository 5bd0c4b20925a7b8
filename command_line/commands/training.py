"""Commands on trainings: train, search for a recipe or a learning rate, compare finished ones."""

import argparse
import json
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from command_line.commands.arguments import (
    add_dataset_options,
    add_overwrite_option,
    check_different,
    read_preparation,
    read_recipe,
)
from command_line.console import Verbosity, print_as, print_line, print_table, run_to_end
from core.recipes.recipe import ARCHITECTURES, FAST
from core.system.exit_status import DONE, INTERRUPTED
from core.system.files import check_writable, write_text_atomically
from core.system.outputs import check_output, json_kind
from core.system.product import NOTICE
from core.training.events import RateCurve, TrainingResult

START_HELP: Final = "bundled, imagenet, random or a model file"
ACCEPT_HELP: Final = "train although the audit forbids it"
RATE_FILE: Final = json_kind("recipe", "rates", "losses", "suggestion", "notice")  # what find-rate writes
REFERENCE: Final = (
    "The original student project, with the same protocol from ImageNet weights (--start imagenet): "
    "accuracy 58.0 %, F1 70.4 % (100 test films)."
)


def add_train_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `train`."""
    add_dataset_options(parser, has_finding=True)
    parser.add_argument("--output", type=Path, required=True, metavar="RUN_DIR")
    _add_recipe_options(parser)
    text = f"epochs of the network, after the recipe's epochs of the last layer alone (fast: {FAST.frozen_epochs})"
    parser.add_argument("--epochs", type=int, help=text)
    parser.add_argument("--resume", action="store_true", help="continue an interrupted training")
    parser.add_argument("--accept-leaks", action="store_true", help=f"{ACCEPT_HELP}; recorded in model and reports")


def _add_recipe_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recipe", default="fast", help="seed, fast, best or a JSON file")
    parser.add_argument("--arch", metavar="NAME", help=", ".join(ARCHITECTURES))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--start", help=START_HELP)


def run_train(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Train a model and print its test figures."""
    recipe = read_recipe(options)
    overrides = {"epochs": options.epochs, "seed": options.seed}
    recipe = replace(recipe, **{key: value for key, value in overrides.items() if value is not None})
    from core.training.training import train

    preparation = replace(read_preparation(options), accepts_leaks=options.accept_leaks)
    with _process_output(options.output, options.resume) as output:
        status, _ = run_training(train(options.dataset, recipe, output, cancel, options.resume, preparation))
        if recipe.name == "seed":
            print_line(REFERENCE)
    return status


@contextmanager
def _process_output(run_dir: Path, resume: bool) -> Iterator[Path]:
    """Give the run folder of this process.

    Under torchrun only the first process writes to `run_dir` and prints. The others write to a
    temporary copy, and print only the error that ends them: it may be one of their computer alone.
    """
    from core.training.distributed import copy_to_processes, join_processes, process_count

    with join_processes() as rank, ExitStack() as stack:
        copy = run_dir
        if rank > 0:
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pneumoscreen-"))) / "run"
        if resume and process_count() > 1:
            copy_to_processes(run_dir, copy)
        if rank > 0:
            stack.enter_context(print_as(Verbosity.SILENT))
        yield copy


def run_training(job: Generator[object, None, TrainingResult]) -> tuple[int, TrainingResult]:
    """Run a training job, print its outcome, and return exit status and result."""
    from core.metrics.figure_labels import format_summary

    result = run_to_end(job)
    if not result.completed:
        kept = f"the best model so far is {result.model}" if result.model else "no epoch finished"
        print_line(f"Interrupted after {result.epochs_done} epochs; {kept}. Continue with --resume.")
        return INTERRUPTED, result
    for line in format_summary(result.figures) if result.figures else []:
        print_line(line)
    print_line(f"Model of epoch {result.best_epoch}: {result.model}\n{NOTICE}")
    return DONE, result


def add_search_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `search`."""
    add_dataset_options(parser, has_finding=True)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="runs, journal and recipe.json")
    parser.add_argument("--recipe", default="best", help="the recipe to vary: seed, fast, best or a JSON file")
    parser.add_argument("--start", help=START_HELP)
    parser.add_argument("--hours", type=float, default=2.0, help="time limit in hours (2)")
    parser.add_argument("--trials", type=int, help="maximum number of trials")


def run_search(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Search for the best recipe, which is written to recipe.json."""
    if not options.hours > 0:
        options.refuse_usage("--hours must be more than 0")
    if options.trials is not None and options.trials < 1:
        options.refuse_usage("--trials must be at least 1")
    from core.runs.search_file import BEST
    from core.training.search import search

    recipe = read_recipe(options)
    preparation = read_preparation(options)
    job = search(options.dataset, recipe, options.output, cancel, 3600 * options.hours, options.trials, preparation)
    result = run_to_end(job)
    if result.recipe is None:
        print_line("No trial finished, so there is no recipe.")
    else:
        path = options.output / BEST
        finished = "1 trial" if result.finished == 1 else f"{result.finished} trials"
        trials = f"{finished} finished, {result.pruned} stopped early"
        print_line(f"{trials}; best validation AUC {result.auc:.3f}. Train with --recipe {path}\n{NOTICE}")
    return INTERRUPTED if cancel.is_set() else DONE


def add_find_rate_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `find-rate`."""
    add_dataset_options(parser, has_finding=True)
    _add_recipe_options(parser)
    parser.add_argument("--accept-leaks", action="store_true", help=ACCEPT_HELP)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the curve as JSON")
    add_overwrite_option(parser)


def run_find_rate(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Print the loss over rising learning rates, and the rate to start with."""
    recipe = read_recipe(options)
    recipe = recipe if options.seed is None else replace(recipe, seed=options.seed)
    preparation = replace(read_preparation(options), accepts_leaks=options.accept_leaks)
    if options.json:
        check_output(options.json, RATE_FILE, options.overwrite, (options.dataset, options.preparation))
        check_writable(options.json.parent)
    from core.training.rate_finder import find_rate

    curve = run_to_end(find_rate(options.dataset, recipe, cancel, preparation))
    if curve is None:
        return INTERRUPTED
    points = zip(curve.rates, curve.losses, strict=True)
    print_table([("rate", "loss"), *((f"{rate:.2e}", f"{loss:.4f}") for rate, loss in points)])
    print_line(f"{curve.sentence}\n{NOTICE}")
    if options.json:
        check_output(options.json, RATE_FILE, options.overwrite, (options.dataset, options.preparation))
        write_text_atomically(options.json, _format_curve(curve, recipe.name))
    return DONE


def _format_curve(curve: RateCurve, recipe: str) -> str:
    """Return a curve as JSON."""
    content = {
        "recipe": recipe,
        "rates": curve.rates,
        "losses": curve.losses,
        "suggestion": curve.suggestion,
        "notice": NOTICE,
    }
    return json.dumps(content, indent=2) + "\n"


def add_compare_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `compare`."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run folder of a finished training")
    parser.add_argument("others", type=Path, nargs="+", metavar="RUN", help="one or more to compare it with")


def run_compare(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Print figures and settings of finished trainings side by side, and which differences are real."""
    from core.runs.run_comparison import compare_runs
    from core.runs.run_list import read_run

    folders = [options.run, *options.others]
    check_different(options, folders, "a training cannot be compared with itself")
    comparison = compare_runs(*map(read_run, folders))
    print_table([("", *(run.card.name for run in comparison.runs)), *comparison.table])
    print_line("\n".join([*(pair.sentence for pair in comparison.pairs), NOTICE]))
    return DONE
