"""Trainings of the tiny network by the program's command: in this process, and in children that kill themselves."""

import os
import signal
import sys
from dataclasses import replace

import main
from command_line import console
from core.datasets import shortcut_probe
from core.runs.epoch_log import EpochEnded, read_epochs
from core.system.exit_status import DONE
from tests.factories import NO_PROBE
from tests.tiny_network import use_tiny_network


def command(dataset, run_dir, recipe, *more):
    return [str(part) for part in ("train", dataset, "--output", run_dir, "--recipe", recipe, *more)]


def train_here(*arguments):
    assert main.main(command(*arguments)) == DONE


def train_until(epoch, arguments, environment):
    """Train in this process, and die as by kill -9 when that epoch is printed. For a child process."""
    os.environ |= environment
    use_tiny_network()
    shortcut_probe.MIN_PATIENTS = NO_PROBE
    print_event = console.print_event

    def print_and_die(event, recipe):
        print_event(event, recipe)
        if isinstance(event, EpochEnded) and event.epoch == epoch:
            os.kill(os.getpid(), signal.SIGKILL)

    console.print_event = print_and_die
    main.main(arguments)


def killed_at(epoch, arguments, context, **environment):
    """A started child that trains until that epoch, with the environment of this process and more variables."""
    child = context.Process(target=train_until, args=(epoch, arguments, {**os.environ, **environment}))
    child.start()
    return child


def curve(run_dir):
    """What does not depend on the clock, epoch by epoch."""
    return [replace(epoch, seconds=0.0, films_per_second=0.0) for epoch in read_epochs(run_dir)]


if __name__ == "__main__":  # under torchrun
    use_tiny_network()
    shortcut_probe.MIN_PATIENTS = NO_PROBE
    sys.exit(main.main(sys.argv[1:]))
