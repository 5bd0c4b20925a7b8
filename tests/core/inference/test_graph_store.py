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
from core.inference.scoring_model import Form
from core.models.model_header import bundled_model_path, read_header

KEY = "0123456789abcdef" * 2


def test_a_graph_is_read_as_it_was_written(tmp_path):
    write_graph(tmp_path / "a.graph", KEY, b"graph")
    assert read_graph(tmp_path / "a.graph", KEY) == b"graph"
    assert read_graph(tmp_path / "a.graph", KEY[::-1]) is None


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\0" * 32, b"\0" * 32 + b"graph", KEY.encode(), KEY.encode() + b"\0" * 32 + b"graph"]
)
def test_a_missing_torn_or_changed_one_is_none(tmp_path, content):
    path = tmp_path / "a.graph"
    assert read_graph(path, KEY) is None
    path.write_bytes(content)
    assert read_graph(path, KEY) is None
    write_graph(path, KEY, b"graph")
    path.write_bytes(path.read_bytes()[:-1] + b"q")
    assert read_graph(path, KEY) is None


def test_the_oldest_are_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(graph_store, "cache_folder", lambda: tmp_path)
    names = [f"{number:032}" for number in range(MOST_GRAPHS + 3)]
    for number, name in enumerate(names):
        cache_graph(name, b"graph")
        os.utime(cached_graph_path(name), (number, number))
    assert {path.stem for path in (tmp_path / "graphs").iterdir()} == set(names[3:])


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(graph_store, "cache_folder", lambda: tmp_path / "file")
    cache_graph(KEY, b"graph")
    assert read_graph(cached_graph_path(KEY), KEY) is None


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
    header = read_header(bundled_model_path())
    assert read_graph(bundled_graph_path(), graph_key(header, Form.INT8))
