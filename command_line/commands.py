"""The commands: each runs a job of core, prints its result and returns an exit status."""

import argparse
import json
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from command_line.console import Verbosity, print_as, print_line, run_to_end
from command_line.usage import check_different
from core.datasets.preparation import (
    AS_IT_IS,
    PREPARATION_FILE,
    Preparation,
    load_preparation,
    make_finding_step,
    save_preparation,
)
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.files import check_writable, write_text_atomically
from core.system.outputs import check_output
from core.system.product import NOTICE
from core.training.events import TrainingResult

if TYPE_CHECKING:
    from core.models.model_header import ModelHeader
    from core.recipes.recipe import Recipe

REFERENCE = (
    "The original student project, with the same protocol from ImageNet weights (--start imagenet): "
    "accuracy 58.0 %, F1 70.4 % (100 test films)."
)


def _load_preparation(options: argparse.Namespace) -> Preparation:
    """Return the preparation of `--preparation`, or none, with the finding of `--finding`."""
    preparation = load_preparation(options.preparation) if options.preparation else AS_IT_IS
    finding = getattr(options, "finding", None)
    return preparation.with_step(make_finding_step(finding)) if finding else preparation


def _load_recipe(options: argparse.Namespace) -> "Recipe":
    """Return the recipe of `--recipe`, with the network of `--arch` and the starting weights of `--start`."""
    from core.recipes.recipe import change_start, choose_start
    from core.recipes.recipe_json import load_recipe

    recipe = load_recipe(options.recipe)
    architecture = getattr(options, "arch", None) or recipe.architecture
    start = options.start or choose_start(architecture, recipe.architecture, recipe.start)
    if options.start or start != recipe.start:
        recipe = change_start(recipe, start)
    return replace(recipe, architecture=architecture)


def _read_header(options: argparse.Namespace) -> "ModelHeader":
    """Read the header of the model that is named."""
    from core.models.model_header import bundled_model_path, read_header

    return read_header(model_path(options.model) or bundled_model_path())


def run_audit(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Audit a dataset and print its findings."""
    from core.datasets.audit import audit, check_finding, find_blocking, format_report, resolve_blocking, to_json_object
    from core.models.model_gate import read_bundled_gate

    preparation = _load_preparation(options)
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


def run_train(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Train a model and print its test figures."""
    recipe = _load_recipe(options)
    overrides = {"epochs": options.epochs, "seed": options.seed}
    recipe = replace(recipe, **{key: value for key, value in overrides.items() if value is not None})
    from core.training.training import train

    preparation = replace(_load_preparation(options), accepts_leaks=options.accept_leaks)
    with _process_output(options.output, options.resume) as output:
        status, _ = _run_training(train(options.dataset, recipe, output, cancel, options.resume, preparation))
        if recipe.name == "seed":
            print_line(REFERENCE)
    return status


def run_search(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Search for the best recipe, which is written to recipe.json."""
    from core.runs.search_file import BEST
    from core.training.search import search

    recipe = _load_recipe(options)
    preparation = _load_preparation(options)
    job = search(options.dataset, recipe, options.output, cancel, 3600 * options.hours, options.trials, preparation)
    result = run_to_end(job)
    if result.recipe is None:
        print_line("No trial finished, so there is no recipe.")
    else:
        path = options.output / BEST
        trials = f"{result.finished} trials finished, {result.pruned} stopped early"
        print_line(f"{trials}; best validation AUC {result.auc:.3f}. Train with --recipe {path}\n{NOTICE}")
    return INTERRUPTED if cancel.is_set() else DONE


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


def _run_training(job: Generator[object, None, TrainingResult]) -> tuple[int, TrainingResult]:
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


def run_evaluate(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Evaluate a model on labelled films and write the reports."""
    from core.evaluation.evaluate import evaluate
    from core.metrics.figure_labels import format_summary

    model, preparation = model_path(options.model), _load_preparation(options)
    job = evaluate(
        model,
        options.dataset,
        options.output,
        cancel,
        preparation,
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


def model_path(name: str | None) -> Path | None:
    """Return the path of the model that an argument names, None for the bundled one."""
    return None if name is None or name == "bundled" else Path(name)


def run_accept(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Run an acceptance test and write its form."""
    from core.evaluation.acceptance_test import run_acceptance_test
    from core.evaluation.evaluation import Target

    target = Target(options.sensitivity, options.specificity)
    model, preparation = model_path(options.model), _load_preparation(options)
    job = run_acceptance_test(
        model, options.dataset, options.output, cancel, target, options.signed_by, preparation, options.overwrite
    )
    result = run_to_end(job)
    if result is None:
        return INTERRUPTED
    print_line(f"{result.acceptance.sentence}\nForm: {options.output / 'acceptance.pdf'}\n{NOTICE}")
    return SOME_LEFT_OUT if result.evaluation.left_out else DONE


def run_operating_point(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Choose a model's operating point on this computer, if asked to, and print the one in use."""
    from core.models.operating_point import parse_wish
    from core.models.point_selection import restore_own_point, select_point
    from core.models.site_record import apply_site_record, format_point, format_validation

    header = _read_header(options)
    if options.own:
        restore_own_point(header)
    elif options.wish or options.error is not None:
        select_point(header, parse_wish(options.wish or "best balance"), options.error)
    used = apply_site_record(header)
    print_line(f"{used.name}: {format_point(used)}\n{format_validation(used)[1]}\n{NOTICE}")
    return DONE


def run_turn(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Write a model whose finding is the other class."""
    from core.models.turned_model import turn_model

    header = turn_model(model_path(options.model), options.output)
    finding = f"{options.output}: the finding is {header.classes[1]}"
    print_line(f"{finding}. It has no test figures: evaluate it before use.\n{NOTICE}")
    return DONE


def run_card(options: argparse.Namespace, _cancel: threading.Event) -> int:
    """Print a model's card, or write it as PDF."""
    from core.documents.document import render_text
    from core.documents.pdf import write_pdf
    from core.models.model_card import build_card_document

    document = build_card_document(_read_header(options))
    if options.pdf is None:
        print_line(render_text(document))
    else:
        write_pdf(document, options.pdf, overwrite=options.overwrite, inputs=[model_path(options.model)])
    return DONE


def run_export(options: argparse.Namespace, cancel: threading.Event) -> int:
    """Write a model as an ONNX file."""
    from core.exports.onnx_file import export_onnx

    check_different(options, [options.onnx])
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


def run_demo(cancel: threading.Event) -> int:
    """Make phantoms, train briefly from random weights and screen, all in a temporary folder."""
    from core.datasets.demo import DEMO_RECIPE, make_demo
    from core.screening.screening import screen
    from core.training.training import train

    with tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-") as name:
        folder = Path(name)
        dataset = run_to_end(make_demo(folder, cancel))
        if cancel.is_set():
            return INTERRUPTED
        status, result = _run_training(train(dataset, DEMO_RECIPE, folder / "run", cancel))
        if status != DONE or cancel.is_set():
            return INTERRUPTED
        ledger = run_to_end(screen(folder / "worklist", folder / "worklist.csv", result.model, cancel))
        if not ledger.completed:
            return INTERRUPTED
        print_line(f"\n{'file':22} {'label':10} {'probability':>11}  decision")
        for row in ledger.rows:
            print_line(f"{row.file:22} {row.label or '':10} {row.probability or 0:11.3f}  {row.decision or ''}")
        print_line(f"\nThese films are synthetic. {NOTICE}")
    return DONE
