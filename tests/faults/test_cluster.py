"""Screening on a Ray cluster: the ledger is that of one computer, also when a node is killed in the middle."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from core.screening.results_csv import partial_path
from tests.faults.program import ROOT, ran, started, write_films

pytest.importorskip("ray", reason="Ray is not installed: it is in the extra `cluster`")


@contextmanager
def two_nodes():
    """Yield the address of a cluster of two nodes, and a function that kills one of them."""
    command = [sys.executable, str(ROOT / "tests/faults/cluster_nodes.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as nodes:

        def say(line):
            nodes.stdin.write(line)
            nodes.stdin.flush()
            return nodes.stdout.readline()

        try:
            yield nodes.stdout.readline().strip(), lambda: say("kill\n")
        finally:
            nodes.stdin.close()


def wait_for_rows(ledger, count, process):
    """Wait until an unfinished ledger has so many rows; another process writes it."""
    while process.poll() is None and not (ledger.exists() and ledger.read_text().count("\n") > count):
        time.sleep(0.02)


def test_a_cluster_whose_nodes_are_killed_one_after_the_other_writes_the_ledger_of_one_computer(tmp_path):
    films = write_films(tmp_path / "films", 240)
    (films / "letter.txt").write_text("no film")
    alone, together = tmp_path / "alone.csv", tmp_path / "together.csv"
    assert ran(["screen", films, "--output", alone])[0] == 3
    with two_nodes() as (address, kill_node):
        with started(["screen", films, "--output", together, "--ray", address]) as screening:
            for rows in (10, 100):  # the other node goes on, then the driver itself
                wait_for_rows(partial_path(together), rows, screening)
                assert kill_node() == "killed\n"
            assert partial_path(together).exists()  # not over yet
            screening.communicate(timeout=100)
        assert screening.returncode == 3
    assert together.read_bytes() == alone.read_bytes()
    assert len(alone.read_text().splitlines()) == 1 + 241


def test_the_cores_of_this_computer_are_a_cluster_too(tmp_path):
    films = write_films(tmp_path / "films", 6)
    alone, together = tmp_path / "alone.csv", tmp_path / "together.csv"
    heat = [tmp_path / name for name in ("alone", "together")]
    assert ran(["screen", films, "--output", alone, "--heatmaps", heat[0]])[0] == 0
    films = os.path.relpath(films, ROOT)  # workers run in folders of their own
    environment = {"RAY_ADDRESS": "192.0.2.1:1"}  # somebody's cluster elsewhere is not taken for this computer
    status, said = ran(
        ["screen", films, "--output", together, "--heatmaps", heat[1], "--ray", "local"], env=environment
    )
    assert status == 0, said
    assert together.read_bytes() == alone.read_bytes()
    pictures = [{path.name: path.read_bytes() for path in folder.rglob("*.png")} for folder in heat]
    assert pictures[0] == pictures[1] != {}


def test_a_cluster_that_does_not_answer_is_said(tmp_path):
    films = write_films(tmp_path / "films", 1)
    status, said = ran(["screen", films, "--output", tmp_path / "a.csv", "--ray", "127.0.0.1:1"])
    assert (status, "The cluster at 127.0.0.1:1 does not answer" in said) == (1, True), said
    assert not list(tmp_path.glob("a.csv*"))
