"""Graphs are kept whole or not at all, and not without end."""

import os
from dataclasses import replace

import pytest

from core.inference import graph_store
from core.inference.graph_store import (
    MOST_GRAPHS,
    bundled_graph_path,
    cache_graph,
    cached_graph_path,
    graph_key,
    read_graph,
    write_graph,
)
from core.models.model_header import bundled_model_path, read_header


def test_a_graph_is_read_as_it_was_written(tmp_path):
    write_graph(tmp_path / "a.graph", b"graph")
    assert read_graph(tmp_path / "a.graph") == b"graph"


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 32, b"\0" * 32 + b"graph"])
def test_a_missing_torn_or_changed_one_is_none(tmp_path, content):
    path = tmp_path / "a.graph"
    assert read_graph(path) is None
    path.write_bytes(content)
    assert read_graph(path) is None
    write_graph(path, b"graph")
    path.write_bytes(path.read_bytes()[:-1] + b"q")
    assert read_graph(path) is None


def test_the_oldest_are_dropped(tmp_path):
    for number in range(MOST_GRAPHS + 3):
        cache_graph(tmp_path / f"{number}.graph", b"graph")
        os.utime(tmp_path / f"{number}.graph", (number, number))
    assert {path.name for path in tmp_path.iterdir()} == {f"{number}.graph" for number in range(3, MOST_GRAPHS + 3)}


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "file").write_text("")
    cache_graph(tmp_path / "file" / "a.graph", b"graph")
    assert read_graph(tmp_path / "file" / "a.graph") is None


def test_what_changes_the_answers_changes_the_key(monkeypatch):
    header = read_header(bundled_model_path())
    other = replace(header, content={**header.content, "sha256": "0" * 64})
    plain = replace(header, int8=replace(header.int8, shift=(0.5,)))
    keys = [graph_key(header, "a"), graph_key(header, "b"), graph_key(other, "a"), graph_key(plain, "a")]
    monkeypatch.setattr(graph_store, "FORMAT", 2)
    assert len({*keys, graph_key(header, "a")}) == 5
    # name and operating point do not matter: the network is the same
    monkeypatch.undo()
    assert graph_key(replace(header, name="other 12345678"), "a") == keys[0]
    assert cached_graph_path(keys[0]).name.startswith(keys[0])


def test_the_bundled_graph_is_whole():
    assert read_graph(bundled_graph_path())
