"""The commands, each a few lines over core: its options in, its lines and its exit status out."""

import argparse
import json
import os
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from command_line.console import run_to_end, say
from core.datasets.preparation import AS_IT_IS, Preparation, load_preparation, save_preparation
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.system.files import check_writable, write_atomically, write_text_atomically
from core.system.product import NOTICE
from core.training.events import TrainingResult

if TYPE_CHECKING:
    from core.models.model_header import ModelHeader
    from core.recipes.recipe import Recipe

ORIGIN = "The origin's figures with this protocol: accuracy 58.0 %, F1 70.4 % (100 test films)."


def _preparation(options: argparse.Namespace) -> Preparation:
    return load_preparation(options.preparation) if options.preparation else AS_IT_IS


def _recipe(options: argparse.Namespace) -> "Recipe":
    """The recipe that is named, with the start that is."""
    from core.recipes.recipe import change_start
    from core.recipes.recipe_json import load_recipe

    recipe = load_recipe(options.recipe)
    return change_start(recipe, options.start) if options.start else recipe


def _header(options: argparse.Namespace) -> "ModelHeader":
    """The description of the model that is named."""
    from core.models.model_header import bundled_model_path, read_header

    return read_header(_model(options.model) or bundled_model_path())


def run_audit(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.datasets.audit import audit, find_blocking, format_report, resolve_blocking, to_json_object

    preparation = _preparation(options)
    for path in filter(None, (options.json, options.resolve)):
        check_writable(path.parent)
    result = run_to_end(audit(options.dataset, cancel, preparation))
    if not result.completed:
        return INTERRUPTED
    for line in format_report(result):
        say(line)
    if options.json:
        write_text_atomically(options.json, json.dumps(to_json_object(result), indent=2) + "\n")
    if options.resolve:
        save_preparation(resolve_blocking(result, preparation), options.resolve)
        say(f"Use it with audit or train --preparation {options.resolve}")
    return SOME_LEFT_OUT if find_blocking(result) or result.left_out else DONE


def run_train(options: argparse.Namespace, cancel: threading.Event) -> int:
    recipe = _recipe(options)
    given = {"architecture": options.arch, "epochs": options.epochs, "seed": options.seed}
    recipe = replace(recipe, **{key: value for key, value in given.items() if value is not None})
    from core.training.training import train

    preparation = replace(_preparation(options), accepts_leaks=options.accept_leaks)
    with _process_output(options.output, options.resume) as output:
        status, _ = _trained(train(options.dataset, recipe, output, cancel, options.resume, preparation))
    if recipe.name == "seed":
        say(ORIGIN)
    return status


def run_search(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.recipes.recipe_json import to_json_object
    from core.training.search import search

    recipe = _recipe(options)
    preparation = _preparation(options)
    job = search(options.dataset, recipe, options.output, cancel, 3600 * options.hours, options.trials, preparation)
    result = run_to_end(job)
    if result.recipe is None:
        say("No trial was finished, so there is no recipe.")
    else:
        path = options.output / "recipe.json"
        write_text_atomically(path, json.dumps(to_json_object(result.recipe), indent=2) + "\n")
        tried = f"{result.finished} trials finished, {result.pruned} given up early"
        say(f"{tried}; best validation AUC {result.auc:.3f}. Train with --recipe {path}\n{NOTICE}")
    return INTERRUPTED if cancel.is_set() else DONE


@contextmanager
def _process_output(run_dir: Path, resume: bool) -> Iterator[Path]:
    """The run folder of this process: under torchrun only the first writes and prints, the others work in copies."""
    from core.training.distributed import copy_to_processes, join_processes, process_count

    with join_processes() as number, ExitStack() as opened:
        copy = run_dir
        if number > 0:
            copy = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="pneumoscreen-"))) / "run"
        if resume and process_count() > 1:
            copy_to_processes(run_dir, copy)
        if number > 0:
            opened.enter_context(redirect_stdout(opened.enter_context(Path(os.devnull).open("w", encoding="utf-8"))))
            run_dir = copy
        yield run_dir


def _trained(job: Generator[object, None, TrainingResult]) -> tuple[int, TrainingResult]:
    """Run a training and print how it ended."""
    from core.metrics.figures import format_summary

    result = run_to_end(job)
    if not result.completed:
        kept = f"the best model so far is {result.model}" if result.model else "no epoch was finished"
        say(f"Interrupted after {result.epochs_done} epochs; {kept}. Go on with --resume.")
        return INTERRUPTED, result
    for line in format_summary(result.figures) if result.figures else []:
        say(line)
    say(f"Model of epoch {result.best_epoch}: {result.model}\n{NOTICE}")
    return DONE, result


def run_evaluate(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.evaluation.evaluate import evaluate
    from core.metrics.figures import format_summary

    job = evaluate(
        _model(options.model), options.dataset, options.output, cancel, _preparation(options), options.prevalence,
        options.unseen,
    )  # fmt: skip
    result = run_to_end(job)
    if result is None:
        return INTERRUPTED
    for line in (result.point, *format_summary(result.figures), result.frequencies, result.seen):
        if line:
            say(line)
    say(f"Report: {options.output / 'report.html'} and report.pdf\n{NOTICE}")
    return SOME_LEFT_OUT if result.left_out else DONE


def _model(name: str) -> Path | None:
    """The model that an argument names; None is the bundled one."""
    return None if name == "bundled" else Path(name)


def run_accept(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.evaluation.acceptance_test import accept
    from core.evaluation.evaluation import Target

    target = Target(options.sensitivity, options.specificity)
    job = accept(
        _model(options.model), options.dataset, options.output, cancel, target, options.signed_by, _preparation(options)
    )
    result = run_to_end(job)
    if result is None:
        return INTERRUPTED
    say(f"{result.acceptance.sentence}\nForm: {options.output / 'acceptance.pdf'}\n{NOTICE}")
    return SOME_LEFT_OUT if result.evaluation.left_out else DONE


def run_operating_point(options: argparse.Namespace, _cancel: threading.Event) -> int:
    from core.models.operating_point import parse_wish
    from core.models.point_selection import restore_own_point, select_point
    from core.models.site_record import apply_site_record, format_point, format_validation

    header = _header(options)
    if options.own:
        restore_own_point(header)
    elif options.wish or options.error is not None:
        select_point(header, parse_wish(options.wish or "best balance"), options.error)
    used = apply_site_record(header)
    say(f"{used.name}: {format_point(used)}\n{format_validation(used)[1]}\n{NOTICE}")
    return DONE


def run_card(options: argparse.Namespace, _cancel: threading.Event) -> int:
    from core.documents.document import render_text
    from core.documents.pdf import render_pdf
    from core.models.model_card import build_card_document

    document = build_card_document(_header(options))
    if options.pdf is None:
        say(render_text(document))
    else:
        content = render_pdf(document)
        write_atomically(options.pdf, lambda stream: stream.write(content))
    return DONE


def run_screen(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.screening.screening import screen
    from core.screening.watch_folder import watch

    folder, output, model = options.folder, options.output, options.model
    if options.watch:
        result = run_to_end(watch(folder, output, model, cancel))
    else:
        job = screen(folder, output, model, cancel, options.heatmaps, options.resume, options.retry_failed)
        result = run_to_end(job)
    say(
        f"{result.found} files: {result.scored} scored, {result.refused} refused, {result.failed} failed; "
        f"{result.output}\n{result.validation}\n{NOTICE}"
    )
    if not result.completed:
        say("Interrupted; finished rows are kept. Go on with --resume.")
        return INTERRUPTED
    return SOME_LEFT_OUT if result.refused + result.failed else DONE


def run_self_test(_options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.models.self_test import run_self_test

    result = run_to_end(run_self_test(cancel))
    answers = ", ".join(f"{answer:.4f}" for answer in result.answers)
    say(f"Self-test passed: {result.model} answers {answers} as it should ({result.seconds:.1f} s).")
    return DONE


def run_demo(cancel: threading.Event) -> int:
    """Phantoms, a short training from random weights, and a screening, all in a temporary folder."""
    from core.datasets.demo import DEMO_RECIPE, make_demo
    from core.screening.screening import screen
    from core.training.training import train

    with tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-") as name:
        folder = Path(name)
        dataset = run_to_end(make_demo(folder, cancel))
        if cancel.is_set():
            return INTERRUPTED
        status, result = _trained(train(dataset, DEMO_RECIPE, folder / "run", cancel))
        if status != DONE or cancel.is_set():
            return INTERRUPTED
        ledger = run_to_end(screen(folder / "worklist", folder / "worklist.csv", result.model, cancel))
        if not ledger.completed:
            return INTERRUPTED
        say(f"\n{'file':22} {'label':10} {'probability':>11}  decision")
        for row in ledger.rows:
            say(f"{row.file:22} {row.label or '':10} {row.probability or 0:11.3f}  {row.decision or ''}")
        say(f"\nThese films are synthetic. {NOTICE}")
    return DONE
