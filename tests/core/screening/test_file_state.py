"""What a file was, and whether it still is."""

import os
from hashlib import sha256

import pytest

from core.screening.file_state import NEVER_READ, add_content, has_content_of, observe

CONTENT = sha256(b"content").hexdigest()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "film.png"
    path.write_bytes(b"content")
    os.utime(path, ns=(0, 10**18))
    return path


def test_a_file_looks_like_itself(file):
    before = observe(file)
    assert add_content(before, file, CONTENT).looks_like(observe(file))
    assert (before.size, before.modified_ns) == (7, 10**18)


@pytest.mark.parametrize("change", [
    lambda path: path.write_bytes(b"more content"),
    lambda path: os.utime(path, ns=(0, 10**18 + 1)),
    lambda path: (path.write_bytes(b"CONTENT"), os.utime(path, ns=(0, 10**18))),
    lambda path: (path.unlink(), path.write_bytes(b"content"), os.utime(path, ns=(0, 10**18))),
])  # fmt: skip
def test_a_change_of_size_time_or_content_is_seen(file, change):
    before = observe(file)
    change(file)
    assert not observe(file).looks_like(before)


def test_a_file_of_other_times_is_told_by_its_content(file):
    before = add_content(observe(file), file, CONTENT)
    os.utime(file, ns=(0, 1))
    assert has_content_of(file, observe(file), before)
    file.write_bytes(b"CONTENT")
    assert not has_content_of(file, observe(file), before)


def test_without_a_hash_any_difference_is_a_change(file):
    before = observe(file)
    os.utime(file, ns=(0, 1))
    assert not has_content_of(file, observe(file), before)


def test_what_changed_or_went_while_it_was_read_was_never_read(file):
    before = observe(file)
    file.write_bytes(b"more content")
    assert add_content(before, file, CONTENT) == NEVER_READ
    file.unlink()
    assert add_content(before, file, CONTENT) == observe(file) == NEVER_READ
