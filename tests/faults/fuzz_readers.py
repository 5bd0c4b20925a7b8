"""Fuzz everything that reads what others wrote: pictures, DICOM, label lists, models, result lists.

    python -m tests.faults.fuzz_readers --seed 1 --seconds 600 --keep found
    python -m tests.faults.fuzz_readers --seed 1 --only pictures:123    # one case again

A case is made of the seed and its number alone. Each input must end in one outcome of the documented
ones: read, or refused with a known reason in a sentence for a person. It must be the same when it is
read again, and no file may change. Cases are read in a child process with limited memory; one that
ends the child, or takes longer than SECONDS_A_CASE, is a finding like one whose outcome is wrong.
Each reader has the same share of the time.
"""

import argparse
import hashlib
import json
import os
import random
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from itertools import count
from pathlib import Path

from tests.factories import ROOT
from tests.faults.program import digests
from tests.tiny_network import use_tiny_network

READERS = ("pictures", "dicom", "lists", "models", "ledgers")
SECONDS_A_CASE = 20  # of the processor: a busy computer finds no more than an idle one
SECONDS_OF_SILENCE = 600  # until a case that waits for ever is given up
TOLD_OF_A_KIND = 3  # findings that differ only in numbers and paths; all are counted
GIGABYTES = 8  # of addresses, of which torch and its libraries alone take several


def make_case(reader, seed, number):
    from tests.faults.fuzz_cases import READERS as known

    return known[reader][0](random.Random(f"{reader} {seed} {number}"))


def read_case(reader, case, folder):
    """Write a case, read it twice, and give its outcome. Raises AssertionError, or whatever a reader let through."""
    from tests.faults.fuzz_cases import READERS as known

    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    before = digests(folder)
    outcomes = [known[reader][1](folder, case.expected) for _ in range(2)]
    assert repr(outcomes[0]) == repr(outcomes[1]), f"other outcome when it is read again: {outcomes}"
    assert digests(folder) == before, "files were changed"
    return outcomes[0][0]


def code_of(case):
    """A short code of the bytes of a case, to see that the same were made again."""
    digest = hashlib.sha256()
    for name, content in sorted(case.files.items()):
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:12]


def try_case(reader, seed, number):
    """Outcome and finding of one case as a dictionary of words; finding is "" if all is well."""
    told = {"number": number, "outcome": "finding", "finding": ""}
    case = make_case(reader, seed, number)
    with tempfile.TemporaryDirectory() as name:
        try:
            told["outcome"] = read_case(reader, case, Path(name))
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            told["finding"] = (
                f"{type(error).__name__} {str(error)[:300]!r} at {Path(where.filename).name}:{where.lineno}"
            )
    return told


def read_without_end(reader, seed, first):
    """In a child process: try case after case, and say so in a line before and after each."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES * 10**9, GIGABYTES * 10**9))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in count(first):
        print(json.dumps({"begun": number}), flush=True)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, SECONDS_A_CASE)  # SIGPROF ends the process, in a decoder too
        print(json.dumps(try_case(reader, seed, number)), flush=True)


class Child:
    """A process that tries the cases of a reader from a number on."""

    def __init__(self, reader, seed, first):
        self.number = first
        command = [
            sys.executable,
            "-m",
            "tests.faults.fuzz_readers",
            "--child",
            f"{reader}:{first}",
            "--seed",
            str(seed),
        ]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if Path("/dev/shm").is_dir():
            environment["TMPDIR"] = "/dev/shm"  # flushing to a disk takes most of the time otherwise
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
        )
        self._ready = selectors.DefaultSelector()
        self._ready.register(self.process.stdout, selectors.EVENT_READ)

    def next_case(self):
        """What the next case came to; its finding is that the child hung or died, if it did."""
        why = f"silent for {SECONDS_OF_SILENCE} seconds"
        while self._ready.select(SECONDS_OF_SILENCE):
            if not (line := self.process.stdout.readline()):
                status = self.process.wait()
                is_slow = status == -getattr(signal, "SIGPROF", 0)
                why = f"more than {SECONDS_A_CASE} seconds of the processor" if is_slow else f"it ended with {status}"
                break
            told = json.loads(line)
            if "begun" not in told:
                return told
            self.number = told["begun"]
        self.end()
        return {"number": self.number, "outcome": "finding", "finding": why}

    def is_over(self):
        return self.process.poll() is not None

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def fuzz(reader, seed, seconds, keep):
    """Try cases for so many seconds; gives counts of outcomes, and of kinds of findings, which are told at once."""
    outcomes, kinds, end = Counter(), Counter(), time.monotonic() + seconds
    child = Child(reader, seed, 0)
    try:
        while time.monotonic() < end:
            told = child.next_case()
            outcomes[told["outcome"]] += 1
            if told["finding"]:
                kind = re.sub(r"/tmp\w+|\d+", "", told["finding"])
                kinds[kind] += 1
                if kinds[kind] <= TOLD_OF_A_KIND:
                    tell(reader, seed, told, keep)
            if child.is_over():
                child = Child(reader, seed, told["number"] + 1)
    finally:
        child.end()
    return outcomes, kinds


def tell(reader, seed, told, keep):
    """Print a finding as one line, with what makes its bytes again; keep its files."""
    case = make_case(reader, seed, told["number"])
    print(f"FOUND --seed {seed} --only {reader}:{told['number']} ({code_of(case)}): {told['finding']}", flush=True)
    if keep is not None:
        write_case(keep / f"{reader}-{seed}-{told['number']}", case)


def write_case(folder, case):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in case.files.items():
        (folder / name).write_bytes(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60, help="for all readers together")
    parser.add_argument("--readers", default=",".join(READERS), help="some of %(default)s")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where to write the files of each finding")
    parser.add_argument("--only", metavar="READER:NUMBER", help="try this case alone")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if "models" in (given.child or given.only or given.readers):
        use_tiny_network()
    if given.child:
        reader, first = given.child.split(":")
        read_without_end(reader, given.seed, int(first))
    if given.only:
        reader, number = given.only.split(":")
        case, told = make_case(reader, given.seed, int(number)), try_case(reader, given.seed, int(number))
        print(code_of(case), told["outcome"], told["finding"])
        if given.keep:
            write_case(given.keep / f"{reader}-{given.seed}-{number}", case)
        return int(bool(told["finding"]))
    return int(not fuzz_all(given.readers.split(","), given.seed, given.seconds, given.keep))


def fuzz_all(readers, seed, seconds, keep):
    """Whether nothing was found. Each reader has the same share of the time."""
    is_well = True
    for reader in readers:
        outcomes, kinds = fuzz(reader, seed, seconds / len(readers), keep)
        listed = ", ".join(f"{name} {number}" for name, number in outcomes.most_common())
        print(f"{reader}: {outcomes.total()} cases, {len(kinds)} kinds of findings; {listed}", flush=True)
        is_well = is_well and not kinds
    return is_well


if __name__ == "__main__":
    sys.exit(main())
