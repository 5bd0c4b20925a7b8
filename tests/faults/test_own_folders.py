"""Own folders of the program that cannot be used: it works without what it would keep, and says so once."""

import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.datasets.preparation import AS_IT_IS, preparation_path, save_preparation
from core.exports.dicom_identity import load_pseudonymizer
from core.models.model_header import bundled_model_path, read_header
from core.models.operating_point import parse_wish
from core.models.point_selection import select_point
from core.models.site_record import apply_site_record
from core.system import app_folders
from core.system.app_folders import cache_folder, data_folder
from core.system.exit_status import DONE, FAILED, SOME_LEFT_OUT

LOST = "The program works without it, but keeps nothing for its next start"


@pytest.fixture(params=["file in place of home", "no permission"])
def lost_home(request, tmp_path, monkeypatch):
    """A home in which nothing can be kept."""
    home = tmp_path / "home"
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    if request.param == "no permission":
        home.mkdir()
        may = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: home not in Path(path).parents and may(path, mode))
    else:
        home.write_text("no folder")
    return home


def test_every_command_works_without_a_home_and_says_so_once(lost_home, told, dataset_folder, tmp_path):
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "letter.txt").write_text("no film")
    for status, *command in (
        (DONE, "card", "bundled"),
        (DONE, "operating-point", "bundled"),
        (SOME_LEFT_OUT, "screen", letters, "--output", tmp_path / "r.csv"),
        (FAILED, "train", letters, "--output", tmp_path / "run"),
        *([(DONE, "evaluate", "bundled", dataset_folder, "--output", tmp_path / "out")] if lost_home.is_file() else []),
    ):
        ended, said = told(*command)
        assert (ended, said.count(LOST)) == (status, 1)
        assert str(lost_home) in said
        assert ("Not a directory" if lost_home.is_file() else "Permission denied") in said
        assert "estore it" not in said
        assert "cached" not in said
    if lost_home.is_file():
        assert lost_home.read_text() == "no folder"
        assert (tmp_path / "out" / "report.pdf").is_file()


def test_an_operating_point_that_would_not_last_is_not_set(lost_home, told):
    status, said = told("operating-point", "bundled", "--wish", "best balance")
    assert status == FAILED
    assert LOST in said
    header = read_header(bundled_model_path())
    assert apply_site_record(header) == header


def test_choices_that_can_only_be_read_are_used(told, disk, monkeypatch, dataset_folder):
    monkeypatch.setenv("XDG_DATA_HOME", str(disk.path))
    header = read_header(bundled_model_path())
    select_point(header, parse_wish("0.4"))
    save_preparation(AS_IT_IS, preparation_path(dataset_folder))
    chosen, key = apply_site_record(header), load_pseudonymizer().key
    disk.make_read_only()
    app_folders._usable.clear()  # as a new start
    assert not data_folder().is_relative_to(disk.path)
    assert apply_site_record(header) == chosen != header
    assert load_pseudonymizer().key == key
    assert preparation_path(dataset_folder).is_file()
    assert told("operating-point", "bundled")[1].count(LOST) == 1


def test_a_lost_cache_only_costs_time_and_is_said(told, dataset_folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    status, said = told("audit", dataset_folder)
    assert status == DONE
    assert said.count("measured anew at every start") == 1
    assert LOST not in said
    assert not cache_folder().is_relative_to(tmp_path / "file")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home folder, and no other choice of the program's own folders."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_relative_value_of_xdg_is_ignored(home, monkeypatch, told):
    monkeypatch.chdir(home.parent)
    monkeypatch.setenv("XDG_DATA_HOME", "relative/data")
    assert told("card", "bundled")[1].count("cannot be used") == 0
    assert data_folder().is_relative_to(home)
    assert not Path("relative").exists()


def test_a_user_without_a_home_is_told_so(home, monkeypatch, told):
    """As in a container that runs the program under a number that is no user's."""
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda number: {}[number])
    status, said = told("card", "bundled")
    assert (status, said.count(LOST)) == (DONE, 1)
    assert "there is no home folder" in said
    assert data_folder().is_absolute()


def test_one_folder_replaces_a_lost_one_on_every_thread(lost_home, monkeypatch):
    other, others = threading.Event(), []

    def make_while_another_asks(real=tempfile.mkdtemp, **names):
        if others:
            other.set()
        else:
            others.append(pool.submit(data_folder))
            other.wait(0.2)  # the other makes one too, unless it waits for this one
        return real(**names)

    monkeypatch.setattr(tempfile, "mkdtemp", make_while_another_asks)
    with ThreadPoolExecutor(1) as pool:
        own = data_folder()
    assert others[0].result() == own
