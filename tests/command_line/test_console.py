"""Lines and progress that a command prints."""

import logging
import os
import struct
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from command_line.console import Verbosity, print_as, print_event, print_line, run_to_end
from core.datasets.entries import FilmLeftOut
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.recipes.recipe import FAST, Recipe
from core.runs.epoch_log import EpochEnded
from core.screening.events import FilmAnswered, LedgerRow, RowSuperseded, Status
from core.system.errors import Reason
from core.training.events import BatchEnded, TrainingStarted, TrialEnded

EPOCH = EpochEnded(
    epoch=2, epochs=3, training_loss=0.5, training_accuracy=0.75, validation_loss=0.25, validation_accuracy=0.875,
    validation_auc=0.9, validation_sensitivity=0.8, validation_specificity=0.7, learning_rate=1e-3,
    films_per_second=10, seconds=12.4, is_best=True,
)  # fmt: skip
ONE_EPOCH = replace(FAST, epochs=1)
FIGURES = "Epoch 2/3: loss 0.500, accuracy 0.750; validation loss 0.250, accuracy 0.875, AUC 0.900"
LINES = [
    (EPOCH, f"{FIGURES}, sens. 0.800, spec. 0.700; 12 s; best so far"),
    (
        TrainingStarted(Path("run"), ("A", "B"), 40, 8, 9, 21, "CPU", ONE_EPOCH),
        "40 films for training, 8 for validation, 9 for the test; CPU\n"
        "20 epochs of the last layer, then 1 of the whole network",
    ),
    (TrialEnded(4, Recipe(), 0.91, True, Path("s/4")), "Trial 4 stopped early: validation AUC 0.910 (s/4)"),
    (TrialEnded(5, Recipe(), 0.92, False, Path("s/5")), "Trial 5 finished: validation AUC 0.920 (s/5)"),
    (Noted("A sentence."), "A sentence."),
    (
        RowSuperseded(LedgerRow("a.png", Status.SCORED, "", "NORMAL", 0.1, None, "m 12345678")),
        "Changed since it was screened, so it is read again: a.png",
    ),
    (FilmLeftOut(Path("a\udcff.png"), Reason.DAMAGED, "Cut off."), r"Left out: a\xff.png (damaged). Cut off."),
]
PROGRESS = [
    (Progressed(Stage.DECODING, 3, 10, 40), ("Decoding films |", "| 3/10, 40 s left")),
    (Progressed(Stage.LOADING_NETWORK, 0, None), ("Loading the network ...", "")),
    (BatchEnded(1, 2, 3, 4, 0.5, 61.6, None, False), ("Epoch 1/2, batch |", "| 3/4, loss 0.500, 62 films/s")),
    (FilmAnswered(None, 3, 9, None), ("Screening |", "| 3/9")),
]


@pytest.mark.parametrize(("event", "line"), LINES, ids=lambda value: type(value).__name__)
def test_results_are_a_line_each(event, line, capsys):
    print_event(event)
    assert capsys.readouterr() == (f"{line}\n", "")


def test_epochs_are_also_counted_in_their_part_of_the_training(capsys):
    def job():
        yield TrainingStarted(Path("run"), ("A", "B"), 40, 8, 9, 21, "CPU", ONE_EPOCH)
        yield replace(EPOCH, epoch=2, epochs=21)
        yield replace(EPOCH, epoch=21, epochs=21)

    run_to_end(job())
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("Epoch 2/21 (last layer 2 of 20): ")
    assert lines[-1].startswith("Epoch 21/21 (whole network 1 of 1): ")


def test_an_epoch_of_several_classes_has_no_sensitivity(capsys):
    rates = {"validation_sensitivity": None, "validation_specificity": None, "is_best": False}
    print_event(replace(EPOCH, **rates))
    assert capsys.readouterr().out == f"{FIGURES}; 12 s\n"


def events_of(*events):
    yield from events


@contextmanager
def terminal():
    """A pseudo-terminal as standard output and error; gives a function that returns what was written to it."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))

    def read():
        """Everything before an end that is written now: a terminal passes on what it gets a little later."""
        end, written = "<end>", ""
        print(end, end="", file=stream, flush=True)
        while not written.endswith(end):
            written += os.read(ours, 100_000).decode("utf-8", "ignore")
        return written.removesuffix(end).replace("\r\n", "\n")

    with os.fdopen(theirs, "w", encoding="utf-8") as stream, redirect_stdout(stream), redirect_stderr(stream):
        yield read
    os.close(ours)


def show(written):
    """The lines that a terminal shows after it was written to; each is without what was overwritten."""
    lines = []
    for line in written.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


@pytest.mark.parametrize(("event", "ends"), PROGRESS, ids=lambda value: type(value).__name__)
def test_progress_is_shown_on_a_terminal_until_the_job_is_over(event, ends):
    seen = []

    def job():
        yield event
        seen.append(read())
        yield Noted("A sentence.")
        seen.append(read())

    with terminal() as read:
        run_to_end(job())
        print_line("The result.")
        seen.append(read())
    line = show(seen[0])[-1]
    assert (line.startswith(ends[0]), line.endswith(ends[1])) == (True, True), line
    assert show(line + seen[1]) == ["A sentence.", line], "the line makes room and is then shown again"
    assert show(line + seen[2]) == ["The result.", ""]


def test_a_part_that_begins_again_or_another_one_has_a_line_of_its_own():
    def job():
        for stage, done in ((Stage.DECODING, 9), (Stage.DECODING, 1), (Stage.TESTING, 2)):
            yield Progressed(stage, done, 10)
            shown.append(show(read())[-1])

    shown = []
    with terminal() as read:
        run_to_end(job())
    assert [line.split("|")[0] + line.split("|")[2] for line in shown] == [
        "Decoding films  9/10",
        "Decoding films  1/10",
        "Testing  2/10",
    ]


def test_progress_is_not_shown_elsewhere(capsys):
    run_to_end(events_of(*(event for event, _ in PROGRESS)))
    assert capsys.readouterr() == ("", "")


NOTES = [LINES[0][0], Progressed(Stage.DECODING, 3, 10), Noted("A note.")]
WARNINGS = [Noted("A warning.", Severity.WARNING), FilmLeftOut(Path("a.png"), Reason.DAMAGED, "Cut off.")]


def test_a_quiet_command_prints_results_and_warnings_only(capsys):
    with terminal() as read:
        with print_as(Verbosity.QUIET):
            run_to_end(events_of(*NOTES, *WARNINGS))
            print_line("The result.")
        written = read()
    assert written == "A warning.\nLeft out: a.png (damaged). Cut off.\nThe result.\n"
    run_to_end(events_of(*NOTES))
    assert "A note.\n" in capsys.readouterr().out, "only until the context ends"


def test_a_verbose_command_prints_its_log_on_standard_error(capsys):
    def job():
        yield Progressed(Stage.DECODING, 3, 10)
        logging.getLogger("core.test").info("film\x1b[2J")
        yield Progressed(Stage.DECODING, 4, 10)

    run_to_end(job())
    assert capsys.readouterr() == ("", "")
    with print_as(Verbosity.VERBOSE):
        run_to_end(job())
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" ", 2)[2] for line in err.splitlines()] == [
        "INFO command_line.console: Decoding films",
        "INFO core.test: film\\u001B[2J",
    ]
    logging.getLogger("core.test").info("afterwards")
    assert capsys.readouterr() == ("", "")


def test_a_silent_process_prints_nothing_even_on_a_terminal(capsys):
    with print_as(Verbosity.VERBOSE):
        with terminal() as read:
            with print_as(Verbosity.SILENT):
                run_to_end(events_of(*NOTES, *WARNINGS))
                print_line("The result.")
            written = read()
        logging.getLogger("core.test").info("afterwards")
    assert written == ""
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[0].split(" ", 2)[2]) == ("", "INFO core.test: afterwards")


def test_what_would_rule_a_terminal_is_escaped(capsys):
    print_line("film\x1b[2J\u202e.png\nnext")
    assert capsys.readouterr().out == "film\\u001B[2J\\u202E.png\nnext\n"


def test_a_job_is_run_to_its_end_and_closed(capsys):
    ended = []

    def job():
        try:
            yield Noted("first")
            yield Noted("second")
            return 7
        finally:
            ended.append("closed")

    assert run_to_end(job()) == 7
    assert capsys.readouterr().out == "first\nsecond\n"
    assert ended == ["closed"]


def test_a_job_is_closed_when_printing_is_interrupted(monkeypatch):
    ended = []

    def job():
        try:
            yield Noted("first")
        finally:
            ended.append("closed")

    def interrupt(_text, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", interrupt)
    running = job()  # a name, so that only `run_to_end` can close it
    with pytest.raises(KeyboardInterrupt):
        run_to_end(running)
    assert ended == ["closed"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_ends_no_job(monkeypatch):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        print_line("lost")
        print_line("the rest goes to the null device")
        assert os.path.samestat(os.fstat(full.fileno()), Path(os.devnull).stat())
