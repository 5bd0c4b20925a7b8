"""What the line of progress says. tests/command_line/test_console.py shows it on a terminal."""

import io
import os
from dataclasses import replace

import pytest

from command_line.progress_line import Progress, ProgressLine, describe_progress
from core.jobs.events import Noted, Progressed, Stage
from core.recipes.recipe import FAST
from core.training.events import BatchEnded

BATCH = BatchEnded(21, 21, 3, 4, 0.5, 61.6, 150, False)


def test_batches_are_counted_in_the_epoch_of_their_part_of_the_training():
    part = "Epoch 21/21 (whole network 1 of 1), batch"
    expected = Progress(part, 3, 4, "loss 0.500, 62 films/s, about 2 min left")
    assert describe_progress(BATCH, replace(FAST, epochs=1)) == expected
    assert describe_progress(BATCH, None) == replace(expected, part="Epoch 21/21, batch")
    assert describe_progress(Noted("A sentence."), None) is None


def test_a_closed_line_leaves_nothing_and_can_be_shown_again():
    stream = io.StringIO()
    line = ProgressLine(stream)
    for _ in range(2):
        line.show(Progressed(Stage.TESTING, 1, 2))
        assert stream.getvalue().endswith("| 1/2")
        line.close()
        assert stream.getvalue().endswith("\r")
    line.close()


def test_a_terminal_without_columns_shows_the_line():
    ours, theirs = pytest.importorskip("pty").openpty()
    assert os.get_terminal_size(theirs).columns == 0  # nobody has set its size
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        ProgressLine(stream).show(Progressed(Stage.TESTING, 1, 2))
        assert b"| 1/2" in os.read(ours, 100_000)
    os.close(ours)


def test_a_line_without_a_terminal_shows_nothing(capsys):
    line = ProgressLine(None)
    line.show(Progressed(Stage.TESTING, 1, 2))
    line.close()
    assert capsys.readouterr() == ("", "")
