"""Who may read the files that the program writes."""

import os
import stat

import pytest

from core.system.app_folders import cache_folder, data_folder
from core.system.files import append_flushed, check_writable, write_text_atomically


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o027])
def umask(request):
    set_umask = os.umask
    before = set_umask(request.param)
    yield request.param
    set_umask(before)


def test_new_files_are_as_open_as_they_are_meant_to_be(umask, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", None)  # another thread could create a file while it is changed
    write_text_atomically(tmp_path / "a" / "report.pdf", "x")
    write_text_atomically(tmp_path / "b" / "worklist.csv", "x", private=True)
    append_flushed(tmp_path / "b" / "states", "x\n")
    assert mode_of(tmp_path / "a") == 0o777 & ~umask
    assert mode_of(tmp_path / "a" / "report.pdf") == 0o666 & ~umask
    assert [mode_of(tmp_path / "b" / name) for name in ("", "worklist.csv", "states")] == [0o700, 0o600, 0o600]


def test_only_the_folder_itself_is_private_among_others_files(umask, tmp_path):
    check_writable(tmp_path / "share" / "team" / "list", private=True)
    write_text_atomically(tmp_path / "share" / "other" / "list" / "worklist.csv", "x", private=True)
    share = tmp_path / "share"
    assert [mode_of(share / name) for name in ("", "team", "other")] == [0o777 & ~umask] * 3
    assert [mode_of(share / name / "list") for name in ("team", "other")] == [0o700] * 2


@pytest.mark.usefixtures("umask")
def test_the_programs_own_folders_are_for_their_owner_alone(tmp_path):
    write_text_atomically(data_folder() / "runs" / "one" / "recipe.json", "{}")
    check_writable(cache_folder() / "training")
    own = [path for name in ("app-data", "app-cache") for path in (tmp_path / name, *(tmp_path / name).rglob("*"))]
    assert {path.name: mode_of(path) for path in own if path.is_dir()} == dict.fromkeys(
        ("app-data", "app-cache", "PneumoScreen", "runs", "one", "training"), 0o700
    )
    assert mode_of(data_folder() / "runs" / "one" / "recipe.json") == 0o600


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o600])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path, private, mode):
    path = tmp_path / "r.csv"
    path.write_text("old")
    path.chmod(mode)
    write_text_atomically(path, "new", private)
    assert (mode_of(path), path.read_text()) == (mode, "new")
