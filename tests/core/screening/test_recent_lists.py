"""The worklists that were open last."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.screening.recent_lists import (
    FILE,
    MOST_REMEMBERED,
    RecentList,
    explain_loss,
    read_recent_lists,
    remember_list,
)
from core.screening.results_csv import partial_path
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output

CHEST = RecentList(
    Path("/data/screenings/2026-01-30-140200-screening.csv"),
    Path("/films/chest-clinic"),
    240,
    31,
    "2026-01-30T14:02:00+01:00",
    None,
    False,
    ("NORMAL", "PNEUMONIA"),
)


def numbered(number):
    return replace(CHEST, ledger=Path(f"/data/{number}-screening.csv"))


def test_nothing_is_remembered_before_there_is_a_list(tmp_path):
    assert read_recent_lists(tmp_path / "missing") == ()


def test_the_last_ten_lists_are_kept_the_last_first(tmp_path):
    for number in range(MOST_REMEMBERED + 2):
        remember_list(tmp_path, numbered(number))
    assert read_recent_lists(tmp_path) == tuple(numbered(number) for number in range(11, 1, -1))


def test_a_ledger_has_one_entry_with_its_last_counts(tmp_path):
    for number in (1, 2):
        remember_list(tmp_path, numbered(number))
    called = replace(numbered(1), called=32)
    remember_list(tmp_path, called)
    assert read_recent_lists(tmp_path) == (called, numbered(2))


texts = st.text(min_size=1).filter(lambda text: "\0" not in text)  # also lone surrogates: names that are no UTF-8
paths = texts.map(Path)


@given(
    st.builds(
        RecentList,
        ledger=paths,
        folder=paths,
        films=st.integers(0, 10**9),
        called=st.integers(0, 10**9),
        screened_at=st.datetimes().map(lambda time: time.isoformat(timespec="seconds")),
        model=st.none() | paths,
        is_film=st.booleans(),
        classes=st.lists(texts, max_size=4).map(tuple),
    )
)
def test_what_is_remembered_is_read_again(tmp_path_factory, recent):
    folder = tmp_path_factory.mktemp("recent")
    remember_list(folder, recent)
    assert read_recent_lists(folder) == (recent,)


def entry(**changes):
    stored = {
        "ledger": "/l.csv", "folder": "/films", "films": 2, "called": 0, "screened_at": "2026-01-30T14:02:00+01:00",
        "model": None, "is_film": False, "classes": ["NORMAL", "PNEUMONIA"],
    }  # fmt: skip
    return json.dumps({"format": 1, "lists": [stored | changes]}).encode()


def test_the_form_of_the_file_is_the_one_that_is_known(tmp_path):
    (tmp_path / FILE).write_bytes(entry())
    (recent,) = read_recent_lists(tmp_path)
    assert (recent.ledger, recent.films, recent.model) == (Path("/l.csv"), 2, None)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"[" * 9999, b"[]", b"null", b'{"format": 1}', b'{"format": 2, "lists": []}',
        b'{"format": 1, "lists": 3}', b'{"format": 1, "lists": [[]]}', b'{"format": 1, "lists": [{}]}',
        entry(more=1), entry(ledger=""), entry(folder=3), entry(model=""), entry(films=-1), entry(films=1.5),
        entry(called=True), entry(is_film=0), entry(classes="AB"), entry(classes=[1]), entry(screened_at="yesterday"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_empty_and_is_replaced(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    assert read_recent_lists(tmp_path) == ()
    remember_list(tmp_path, CHEST)
    assert read_recent_lists(tmp_path) == (CHEST,)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_its_owner_may_read_it(tmp_path):
    folder = tmp_path / "screenings"
    remember_list(folder, CHEST)
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_programs_never_write_at_once(tmp_path):
    remember_list(tmp_path, CHEST)
    with lock_output(tmp_path / FILE), pytest.raises(JobFailed) as refused:
        remember_list(tmp_path, numbered(1))
    assert refused.value.reason is Reason.IN_USE
    assert read_recent_lists(tmp_path) == (CHEST,)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(JobFailed):
        remember_list(tmp_path / "file", CHEST)


def test_what_is_gone_is_said(tmp_path):
    recent = replace(CHEST, ledger=tmp_path / "s.csv", folder=tmp_path / "films")
    assert explain_loss(recent) == "The folder is gone."
    recent.folder.mkdir()
    assert explain_loss(recent) == "The worklist is gone."
    partial_path(recent.ledger).touch()
    assert explain_loss(recent) == ""
    partial_path(recent.ledger).rename(recent.ledger)
    assert explain_loss(recent) == ""
