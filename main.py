"""The front door: no arguments opens the window; a subcommand runs the same engine without one."""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Container, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from core.events import TrainingResult
from core.files import check_writable, readable_name, write_text_atomically
from core.notice import NOTICE
from core.preparation import Preparation
from core.version import this_build
from core.visible import visible

Result = TypeVar("Result")
DONE, FAILED, WRONG_USAGE, SOME_LEFT_OUT, INTERRUPTED = 0, 1, 2, 3, 130
ORIGIN = "The origin's figures with this protocol: accuracy 58.0 %, F1 70.4 % (100 test films)."


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status of the contract in the README."""
    from core.allocator import keep_freed_memory
    from core.mishaps import sentence_of
    from core.stopping import asked_to_stop

    cancel = threading.Event()
    try:
        with asked_to_stop(cancel):
            keep_freed_memory()
            parser, commands = _parser()
            options = parser.parse_args(_opened(sys.argv[1:] if arguments is None else arguments, commands))
            command: Callable[[argparse.Namespace, threading.Event], int] = options.command
            return command(options, cancel)
    except KeyboardInterrupt:  # asked a second time
        print("Stopped at once; what was finished is kept.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # a person gets one line whatever happens; developers set the variable
        if os.environ.get("PNEUMOSCREEN_DEBUG"):
            raise
        inside = f"Something went wrong inside the program ({type(error).__name__}: {error})."
        print(visible(sentence_of(error) or inside), file=sys.stderr)
        return FAILED


def _opened(arguments: list[str], commands: Container[str]) -> list[str]:
    """`PneumoScreen FOLDER`, as a desktop starts it, is `PneumoScreen --open FOLDER`."""
    is_path = len(arguments) == 1 and not arguments[0].startswith("-") and arguments[0] not in commands
    return ["--open", *arguments] if is_path and Path(arguments[0]).exists() else arguments


def _parser() -> tuple[argparse.ArgumentParser, Container[str]]:
    """The parser and the names of its commands."""
    parser = argparse.ArgumentParser(
        prog="PneumoScreen", description=f"Train on your own chest films and screen folders of films. {NOTICE}"
    )
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write one PNG of each tab, then exit")
    parser.add_argument("--open", type=Path, metavar="PATH", help="open the window and screen this folder or film")
    parser.add_argument("--measure-start", action="store_true", help="print when a start had reached what, then exit")
    parser.add_argument("--version", action="version", version=this_build().in_words())
    parser.add_argument("--demo", action="store_true", help="try everything on synthetic films")
    parser.set_defaults(command=_window)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    prepared = argparse.ArgumentParser(add_help=False)
    prepared.add_argument("--preparation", type=Path, metavar="FILE", help="columns, patients, corrections as JSON")
    audit = commands.add_parser("audit", help="say what is wrong with a dataset", parents=[prepared])
    audit.add_argument("dataset", type=Path)
    audit.add_argument("--json", type=Path, metavar="FILE")
    audit.add_argument("--resolve", type=Path, metavar="FILE", help="write a preparation that resolves what blocks")
    audit.set_defaults(command=_audit)
    train = commands.add_parser("train", help="train a model", parents=[prepared])
    train.add_argument("dataset", type=Path)
    train.add_argument("--output", type=Path, required=True, metavar="RUN_DIR")
    train.add_argument("--recipe", default="fast", help="seed, fast, best or a JSON file")
    train.add_argument("--arch", metavar="NAME", help="resnet18, resnet34, resnet50, densenet121, efficientnet_b0")
    train.add_argument("--epochs", type=int)
    train.add_argument("--seed", type=int)
    train.add_argument("--start", help="bundled, imagenet, random or a model file")
    train.add_argument("--resume", action="store_true", help="go on with an interrupted training")
    train.add_argument(
        "--accept-leaks", action="store_true", help="train although the audit forbids it; stands in model and reports"
    )
    train.set_defaults(command=_train)
    search = commands.add_parser("search", help="try recipes and keep the best", parents=[prepared])
    search.add_argument("dataset", type=Path)
    search.add_argument("--output", type=Path, required=True, metavar="DIR", help="runs, journal and recipe.json")
    search.add_argument("--recipe", default="best", help="seed, fast, best or a JSON file: what is varied")
    search.add_argument("--start", help="bundled, imagenet, random or a model file")
    search.add_argument("--hours", type=float, default=2.0, help="time to use (2)")
    search.add_argument("--trials", type=int, help="at most so many")
    search.set_defaults(command=_search)
    evaluate = commands.add_parser("evaluate", help="figures of a model on labelled films", parents=[prepared])
    evaluate.add_argument("model", help="a model file, or bundled")
    evaluate.add_argument("dataset", type=Path)
    evaluate.add_argument("--output", type=Path, required=True, metavar="DIR")
    evaluate.add_argument("--prevalence", type=float, default=0.1, help="of the finding, for predictive values (0.1)")
    evaluate.add_argument(
        "--unseen", action="store_true", help="leave out films that the model was trained or validated with"
    )
    evaluate.set_defaults(command=_evaluate)
    accept = commands.add_parser(
        "accept", help="acceptance test with films that were reported here", parents=[prepared]
    )
    accept.add_argument("model", help="a model file, or bundled")
    accept.add_argument("dataset", type=Path)
    accept.add_argument("--output", type=Path, required=True, metavar="DIR", help="acceptance.json, acceptance.pdf")
    accept.add_argument("--sensitivity", type=float, default=0.85, help="to be shown at least (0.85)")
    accept.add_argument("--specificity", type=float, default=0.75, help="to be shown at least (0.75)")
    accept.add_argument("--signed-by", default="", metavar="NAME", help="printed name on the form")
    accept.set_defaults(command=_accept)
    point = commands.add_parser("operating-point", help="show or choose a model's operating point on this computer")
    point.add_argument("model", help="a model file, or bundled")
    point.add_argument(
        "--wish", help='"miss at most 5 of 100", "at most 10 %% false alarms", "best balance" or a threshold'
    )
    point.add_argument("--error", type=float, help="error rate of likely and unlikely, for example 0.05")
    point.add_argument("--own", action="store_true", help="that of the model's file again")
    point.set_defaults(command=_operating_point)
    card = commands.add_parser("card", help="print a model's card")
    card.add_argument("model", help="a model file, or bundled")
    card.add_argument("--pdf", type=Path, metavar="FILE", help="write it as PDF instead")
    card.set_defaults(command=_card)
    screen = commands.add_parser("screen", help="score every film of a folder")
    screen.add_argument("folder", type=Path)
    screen.add_argument("--output", type=Path, required=True, metavar="RESULTS.csv")
    screen.add_argument("--model", type=Path)
    screen.add_argument("--heatmaps", type=Path, metavar="DIR")
    screen.add_argument("--resume", action="store_true", help="keep the rows of an interrupted screening")
    screen.add_argument("--retry-failed", action="store_true", help="the same, but read files that failed again")
    screen.add_argument("--watch", action="store_true", help="go on with films that come, until Ctrl-C")
    screen.set_defaults(command=_screen)
    self_test = commands.add_parser("self-test", help="check the bundled model")
    self_test.set_defaults(command=_self_test)
    return parser, commands.choices


def _finished(job: Generator[object, None, Result]) -> Result:
    """Run a job to its end, printing its events."""
    with closing(job):
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            _print_event(event)


def _print_event(event: object) -> None:
    """One line for what matters; on a terminal also a line of progress that overwrites itself."""
    from core.events import (
        BatchEnded,
        EpochEnded,
        FilmAnswered,
        FilmLeftOut,
        Noted,
        Progressed,
        TrainingStarted,
        TrialEnded,
    )
    from core.forecast import in_words, time_left

    progress = None
    match event:
        case Progressed(stage, done, total):
            progress = f"{stage} {done}/{total}" if total else f"{stage} ..."
        case BatchEnded():
            left = f", {time_left(event)}" if event.seconds_left is not None else ""
            progress = (
                f"Epoch {event.epoch}/{event.epochs}, batch {event.batch}/{event.batches}, loss {event.loss:.3f}, "
                f"{event.films_per_second:.0f} films/s{left}"
            )
        case FilmAnswered():
            progress = f"Screening {event.done}/{event.total}, {in_words(event.seconds_left or 0)} left"
        case EpochEnded():
            sides = ""
            if event.validation_sensitivity is not None:
                sides = f", sens. {event.validation_sensitivity:.3f}, spec. {event.validation_specificity:.3f}"
            _print_line(
                f"Epoch {event.epoch}/{event.epochs}: loss {event.training_loss:.3f}, accuracy "
                f"{event.training_accuracy:.3f}; validation loss {event.validation_loss:.3f}, accuracy "
                f"{event.validation_accuracy:.3f}, AUC {event.validation_auc:.3f}{sides}; {event.seconds:.0f} s"
                f"{'; best so far' if event.is_best else ''}"
            )
        case TrainingStarted():
            _print_line(
                f"{event.training_films} films for training, {event.validation_films} for validation, "
                f"{event.test_films} for the test; {event.device}"
            )
        case TrialEnded():
            end = "given up early" if event.pruned else "finished"
            _print_line(f"Trial {event.number} {end}: validation AUC {event.auc:.3f} ({event.run_dir})")
        case Noted(sentence):
            _print_line(sentence)
        case FilmLeftOut(path, reason, sentence):
            _print_line(f"Left out: {readable_name(str(path))} ({reason}). {sentence}")
    if progress and sys.stderr.isatty():
        print(f"\r\x1b[K{progress}", end="", file=sys.stderr, flush=True)


def _print_line(text: str) -> None:
    """Say something; a log on a full disk, or a closed pipe, must not end the work."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    try:
        print(visible(text), flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _preparation(options: argparse.Namespace) -> Preparation:
    from core.preparation import AS_IT_IS, load_preparation

    return load_preparation(options.preparation) if options.preparation else AS_IT_IS


def _audit(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.audit import audit, blocking, report_lines, resolved, to_json_object
    from core.preparation import save_preparation

    preparation = _preparation(options)
    for path in filter(None, (options.json, options.resolve)):
        check_writable(path.parent)
    result = _finished(audit(options.dataset, cancel, preparation))
    if not result.completed:
        return INTERRUPTED
    for line in report_lines(result):
        _print_line(line)
    if options.json:
        write_text_atomically(options.json, json.dumps(to_json_object(result), indent=2) + "\n")
    if options.resolve:
        save_preparation(resolved(result, preparation), options.resolve)
        _print_line(f"Use it with audit or train --preparation {options.resolve}")
    return SOME_LEFT_OUT if blocking(result) or result.left_out else DONE


def _train(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.recipe import with_start
    from core.recipe_file import load_recipe

    recipe = load_recipe(options.recipe)
    if options.start:
        recipe = with_start(recipe, options.start)
    given = {"architecture": options.arch, "epochs": options.epochs, "seed": options.seed}
    recipe = replace(recipe, **{key: value for key, value in given.items() if value is not None})
    from core.training import train

    preparation = replace(_preparation(options), accepts_leaks=options.accept_leaks)
    with _process_output(options.output, options.resume) as output:
        status, _ = _trained(train(options.dataset, recipe, output, cancel, options.resume, preparation))
    if recipe.name == "seed":
        _print_line(ORIGIN)
    return status


def _search(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.recipe import with_start
    from core.recipe_file import load_recipe, to_json_object
    from core.search import search

    recipe = load_recipe(options.recipe)
    if options.start:
        recipe = with_start(recipe, options.start)
    preparation = _preparation(options)
    job = search(options.dataset, recipe, options.output, cancel, 3600 * options.hours, options.trials, preparation)
    result = _finished(job)
    if result.recipe is None:
        _print_line("No trial was finished, so there is no recipe.")
    else:
        path = options.output / "recipe.json"
        write_text_atomically(path, json.dumps(to_json_object(result.recipe), indent=2) + "\n")
        tried = f"{result.finished} trials finished, {result.pruned} given up early"
        _print_line(f"{tried}; best validation AUC {result.auc:.3f}. Train with --recipe {path}\n{NOTICE}")
    return INTERRUPTED if cancel.is_set() else DONE


@contextmanager
def _process_output(run_dir: Path, resume: bool) -> Iterator[Path]:
    """The run folder of this process: under torchrun only the first writes and prints, the others work in copies."""
    from core.distributed import hand_out, joined, processes

    with joined() as number, ExitStack() as opened:
        copy = run_dir
        if number > 0:
            copy = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="pneumoscreen-"))) / "run"
        if resume and processes() > 1:
            hand_out(run_dir, copy)
        if number > 0:
            opened.enter_context(redirect_stdout(opened.enter_context(Path(os.devnull).open("w", encoding="utf-8"))))
            run_dir = copy
        yield run_dir


def _trained(job: Generator[object, None, TrainingResult]) -> tuple[int, TrainingResult]:
    """Run a training and print how it ended."""
    from core.metrics import summary_lines

    result = _finished(job)
    if not result.completed:
        kept = f"the best model so far is {result.model}" if result.model else "no epoch was finished"
        _print_line(f"Interrupted after {result.epochs_done} epochs; {kept}. Go on with --resume.")
        return INTERRUPTED, result
    for line in summary_lines(result.figures) if result.figures else []:
        _print_line(line)
    _print_line(f"Model of epoch {result.best_epoch}: {result.model}\n{NOTICE}")
    return DONE, result


def _evaluate(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.evaluation import evaluate
    from core.metrics import summary_lines

    job = evaluate(
        _model(options.model), options.dataset, options.output, cancel, _preparation(options), options.prevalence,
        options.unseen,
    )  # fmt: skip
    result = _finished(job)
    if result is None:
        return INTERRUPTED
    for line in (result.point, *summary_lines(result.figures), result.frequencies, result.seen):
        if line:
            _print_line(line)
    _print_line(f"Report: {options.output / 'report.html'} and report.pdf\n{NOTICE}")
    return SOME_LEFT_OUT if result.left_out else DONE


def _model(name: str) -> Path | None:
    """The model that an argument names; None is the bundled one."""
    return None if name == "bundled" else Path(name)


def _accept(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.acceptance import accept
    from core.evaluated import Target

    target = Target(options.sensitivity, options.specificity)
    job = accept(
        _model(options.model), options.dataset, options.output, cancel, target, options.signed_by, _preparation(options)
    )
    result = _finished(job)
    if result is None:
        return INTERRUPTED
    _print_line(f"{result.acceptance.sentence}\nForm: {options.output / 'acceptance.pdf'}\n{NOTICE}")
    return SOME_LEFT_OUT if result.evaluation.left_out else DONE


def _operating_point(options: argparse.Namespace, _cancel: threading.Event) -> int:
    from core.choosing import chosen_point, own_point
    from core.model_header import bundled_model, read_header
    from core.operating import wish_of

    header = read_header(_model(options.model) or bundled_model())
    if options.own:
        own_point(header)
    elif options.wish or options.error is not None:
        chosen_point(header, wish_of(options.wish or "best balance"), options.error)
    from core.site import in_use, point_in_words, validation_here

    used = in_use(header)
    _print_line(f"{used.name}: {point_in_words(used)}\n{validation_here(used)[1]}\n{NOTICE}")
    return DONE


def _card(options: argparse.Namespace, _cancel: threading.Event) -> int:
    from core.document import text_of
    from core.files import write_atomically
    from core.model_card import card_document
    from core.model_header import bundled_model, read_header
    from core.pdf import pdf_of

    document = card_document(read_header(_model(options.model) or bundled_model()))
    if options.pdf is None:
        _print_line(text_of(document))
    else:
        content = pdf_of(document)
        write_atomically(options.pdf, lambda stream: stream.write(content))
    return DONE


def _screen(options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.screening import screen
    from core.watching import watch

    folder, output, model = options.folder, options.output, options.model
    if options.watch:
        result = _finished(watch(folder, output, model, cancel))
    else:
        job = screen(folder, output, model, cancel, options.heatmaps, options.resume, options.retry_failed)
        result = _finished(job)
    _print_line(
        f"{result.found} files: {result.scored} scored, {result.refused} refused, {result.failed} failed; "
        f"{result.output}\n{result.validation}\n{NOTICE}"
    )
    if not result.completed:
        _print_line("Interrupted; finished rows are kept. Go on with --resume.")
        return INTERRUPTED
    return SOME_LEFT_OUT if result.refused + result.failed else DONE


def _self_test(_options: argparse.Namespace, cancel: threading.Event) -> int:
    from core.evaluation import self_test

    result = _finished(self_test(cancel))
    answers = ", ".join(f"{answer:.4f}" for answer in result.answers)
    _print_line(f"Self-test passed: {result.model} answers {answers} as it should ({result.seconds:.1f} s).")
    return DONE


def _has_display() -> bool:
    """False on a Linux machine where no window can open."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _window(options: argparse.Namespace, cancel: threading.Event) -> int:
    if options.open is not None and not _has_display():
        _print_line("There is no display here. Without one: PneumoScreen screen FOLDER --output RESULTS.csv")
        return FAILED
    if options.screenshots is None and not options.measure_start and not _has_display():
        _print_line("There is no display here, so the demo runs on the command line, on synthetic films.")
        return _demo(cancel)
    if (options.screenshots or options.measure_start) and sys.platform == "linux":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.screenshots is not None:
        from gui.screenshots import take_screenshots

        return take_screenshots(options.screenshots)
    from gui.app import measure_start, run_window

    return measure_start() if options.measure_start else run_window(options.open, options.demo, cancel)


def _demo(cancel: threading.Event) -> int:
    """Phantoms, a short training from random weights, and a screening, all in a temporary folder."""
    from core.demo import DEMO_RECIPE, make_demo
    from core.screening import screen
    from core.training import train

    with tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-") as name:
        folder = Path(name)
        dataset = _finished(make_demo(folder, cancel))
        if cancel.is_set():
            return INTERRUPTED
        status, result = _trained(train(dataset, DEMO_RECIPE, folder / "run", cancel))
        if status != DONE or cancel.is_set():
            return INTERRUPTED
        ledger = _finished(screen(folder / "worklist", folder / "worklist.csv", result.model, cancel))
        if not ledger.completed:
            return INTERRUPTED
        _print_line(f"\n{'file':22} {'label':10} {'probability':>11}  decision")
        for row in ledger.rows:
            _print_line(f"{row.file:22} {row.label or '':10} {row.probability or 0:11.3f}  {row.decision or ''}")
        _print_line(f"\nThese films are synthetic. {NOTICE}")
    return DONE


if __name__ == "__main__":
    multiprocessing.freeze_support()  # decoders run in children, which start here where the program is frozen
    sys.exit(main())
