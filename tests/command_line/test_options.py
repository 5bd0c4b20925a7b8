"""The parser: commands, their options and defaults."""

import argparse
from pathlib import Path

import pytest

from command_line.commands import datasets, evaluation, films, models, results, screening, training
from command_line.console import Verbosity
from command_line.options import build_parser
from core.system.product import VERSION

LEAST = {  # the fewest arguments that each command accepts, and the function that runs it
    "audit": (["films"], datasets.run_audit),
    "train": (["films", "--output", "run"], training.run_train),
    "search": (["films", "--output", "s"], training.run_search),
    "evaluate": (["bundled", "films", "--output", "e"], evaluation.run_evaluate),
    "accept": (["bundled", "films", "--output", "a"], evaluation.run_accept),
    "operating-point": (["bundled"], models.run_operating_point),
    "card": (["bundled"], models.run_card),
    "export": (["bundled", "--onnx", "m.onnx"], models.run_export),
    "screen": (["films", "--output", "r.csv"], screening.run_screen),
    "turn": (["bundled", "--output", "turned.safetensors"], models.run_turn),
    "read": (["film.dcm"], films.run_read),
    "check-labels": (["films"], datasets.run_check_labels),
    "find-rate": (["films"], training.run_find_rate),
    "compare": (["one", "other"], training.run_compare),
    "export-results": (["r.csv", "--excel", "r.xlsx"], results.run_export_results),
    "agreement": (["r.csv"], results.run_agreement),
    "self-test": ([], models.run_self_test),
}


def open_window(_options: argparse.Namespace, _cancel: object) -> int:
    return 0


def parse(*arguments):
    return build_parser(open_window)[0].parse_args(arguments)


def refuse(capsys, *arguments):
    """What the parser prints about arguments that it refuses."""
    with pytest.raises(SystemExit) as refused:
        parse(*arguments)
    assert refused.value.code == 2
    return capsys.readouterr().err


def test_every_command_is_listed():
    assert set(build_parser(open_window)[1]) == set(LEAST)


@pytest.mark.parametrize("name", LEAST)
def test_each_command_runs_its_function_and_needs_all_its_arguments(name, capsys):
    arguments, function = LEAST[name]
    assert parse(name, *arguments).command is function
    if arguments:
        assert "required" in refuse(
            capsys, name, *(arguments[:-2] if arguments[-2:-1] in (["--output"], ["--onnx"], ["--excel"]) else [])
        )


@pytest.mark.parametrize("name", LEAST)
def test_each_command_can_be_quiet_or_verbose(name, capsys):
    arguments = LEAST[name][0]
    assert parse(name, *arguments).verbosity is Verbosity.NORMAL
    assert parse(name, *arguments, "--quiet").verbosity is Verbosity.QUIET
    assert parse(name, *arguments, "--verbose").verbosity is Verbosity.VERBOSE
    assert "not allowed with" in refuse(capsys, name, *arguments, "--quiet", "--verbose")


@pytest.mark.parametrize("name", LEAST)
def test_help_can_be_printed(name, capsys):
    """A lone percent sign in a help text raises only here."""
    with pytest.raises(SystemExit) as ended:
        parse(name, "--help")
    assert ended.value.code == 0
    assert f"PneumoScreen {name}" in capsys.readouterr().out


def test_without_a_command_the_window_opens():
    options = parse()
    assert options.command is open_window
    assert (options.open, options.screenshots, options.measure_start, options.demo) == (None, None, False, False)
    assert parse("--open", "film.png").open == Path("film.png")


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as ended:
        parse("--version")
    assert ended.value.code == 0
    assert f"PneumoScreen {VERSION}" in capsys.readouterr().out


def test_defaults_are_those_that_the_help_states():
    train, search = parse("train", "d", "--output", "r"), parse("search", "d", "--output", "s")
    assert (train.recipe, train.arch, train.epochs, train.seed, train.start) == ("fast", None, None, None, None)
    assert (train.resume, train.accept_leaks, train.preparation) == (False, False, None)
    assert (search.recipe, search.hours, search.trials) == ("best", 2.0, None)
    assert parse("evaluate", "m", "d", "--output", "e").prevalence == 0.1
    accept = parse("accept", "m", "d", "--output", "a")
    assert (accept.sensitivity, accept.specificity, accept.signed_by) == (0.85, 0.75, "")
    point = parse("operating-point", "m")
    assert (point.wish, point.error, point.own) == (None, None, False)
    screen = parse("screen", "d", "--output", "r.csv")
    assert (screen.model, screen.heatmaps, screen.resume, screen.retry_failed, screen.watch) == (
        "bundled", None, False, False, False,
    )  # fmt: skip


def test_values_are_paths_and_numbers():
    options = parse("train", "d", "--output", "r", "--epochs", "7", "--seed", "3", "--preparation", "p.json")
    assert (options.dataset, options.output, options.preparation) == (Path("d"), Path("r"), Path("p.json"))
    assert (options.epochs, options.seed) == (7, 3)
    assert parse("search", "d", "--output", "s", "--hours", "0.5", "--trials", "4").hours == 0.5
    assert parse("operating-point", "m", "--error", "0.01").error == 0.01


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "d", "--output", "r", "--epochs", "many"),
        ("search", "d", "--output", "s", "--hours", "soon"),
        ("evaluate", "m", "d", "--output", "e", "--prevalence", "rare"),
        ("train", "d", "--output", "r", "--no-such-option"),
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_what_cannot_be_understood_is_a_usage_error(arguments, capsys):
    assert f"{arguments[-1]}" in refuse(capsys, *arguments)
