"""Kill -9 the program at random moments and see that nothing is lost, nothing is half, and the end is the same.

    python tests/faults/kill_at_random.py train --moments 30 --seed 9
    python tests/faults/kill_at_random.py screen --moments 30 --films 2000

Prints each moment in seconds and what was found. Exit status 1 where something broke. `--program FOLDER` attacks
another checkout. Takes some minutes; `nice -n 15` leaves the machine to others.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.factories import write_phantoms
from tests.faults.program import ROOT, digests, halves, is_told, outcome, ran, started, write_films, write_recipe


def killed_at(seconds, arguments, place, program):
    """Start a command and kill -9 its processes after so long; None, or exit status and words where it ended before."""
    process = started(arguments, place, program)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    return process.returncode, out + err


def attack(commands, options, place, check, unbroken):
    """Kill at random moments until there were `moments`; a new output after each that ended. Gives what broke.

    commands(output, resume): the arguments. check(output): what is broken now. unbroken(output): the result.
    """
    moments, program, latest = options.moments, options.program, options.latest
    order, broken, kills, number, ended = random.Random(options.seed), [], 0, 0, 0
    start = time.monotonic()
    code, said = ran(commands(place / "whole", False), place, program=program)
    took = time.monotonic() - start
    assert code in {0, 3}, said
    print(f"unbroken: {took:.1f} s")
    output, resume = place / "killed-0", False
    while True:
        seconds = order.uniform(0.1, 1.05) * min(took, latest) if kills < moments else 3600
        result = killed_at(seconds, commands(output, resume), place, program)
        found = check(output)
        if result is None:
            kills += 1
            print(f"kill {kills} at {seconds:.2f} s: {'; '.join(found) or 'whole'}", flush=True)
        broken += found
        if result is not None and result[0] in {0, 3}:
            ended += 1
            if unbroken(output) != unbroken(place / "whole"):
                broken.append(f"{output.name} ended otherwise than the unbroken run")
            if kills >= moments:
                break
            number, resume = number + 1, False
            output = place / f"killed-{number}"
        elif result is not None:
            print(f"{'resumed' if resume else 'started'}: exit {result[0]}: {result[1].strip()[-300:]}")
            if not is_told(result[1]) or not resume:
                broken.append(f"dead end: {result[1].strip()[-300:]}")
                number, resume = number + 1, True
                output = place / f"killed-{number}"
            resume = not resume
        else:
            resume = True
    print(f"{kills} kills, {ended} runs ended, {len(broken)} broken")
    return broken


def attack_training(place, options):
    dataset = write_phantoms(place / "dataset")
    recipe = write_recipe(place / "recipe.json", epochs=options.epochs)
    before = digests(dataset)

    def commands(output, resume):
        return ["train", dataset, "--output", output, "--recipe", recipe, *(["--resume"] if resume else [])]

    broken = attack(commands, options, place, halves, outcome)
    return broken + ([] if digests(dataset) == before else ["the films were changed"])


def attack_screening(place, options):
    films = write_films(place / "films", options.films)
    before = digests(films)

    def commands(output, resume):
        return ["screen", films, "--output", output.with_suffix(".csv"), *(["--resume"] if resume else [])]

    def check(output):
        path = output.with_suffix(".csv")
        return halves(place / "nothing") if not path.exists() or path.read_bytes().endswith(b"\n") else ["half a CSV"]

    def result(output):
        return output.with_suffix(".csv").read_bytes()

    broken = attack(commands, options, place, check, result)
    left = [path.name for path in place.iterdir() if path.name.endswith((".partial", ".tmp", ".lock"))]
    return broken + [f"left behind: {left}"] * bool(left) + ["films changed"] * (digests(films) != before)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("job", choices=("train", "screen"))
    parser.add_argument("--moments", type=int, default=30)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--films", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--latest", type=float, default=float("inf"), help="seconds after which nothing is killed")
    parser.add_argument("--program", type=Path, default=ROOT)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        broken = {"train": attack_training, "screen": attack_screening}[options.job](Path(name), options)
    print("\n".join(broken) or "nothing broke")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
