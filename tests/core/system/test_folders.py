"""Folders of any depth are walked through."""

import os
import sys

import pytest

from core.system.folders import walk_folders


def test_it_gives_what_os_walk_gives(tmp_path):
    for name in ("a/b/c.png", "a/d.png", "e/f/g/h.png", "i.png", "k/.hidden/l.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    told = {(str(parent), *map(frozenset, rest)) for parent, *rest in walk_folders(tmp_path)}
    assert told == {(parent, frozenset(folders), frozenset(names)) for parent, folders, names in os.walk(tmp_path)}


def test_folders_taken_from_the_list_are_not_entered_and_the_order_is_kept(tmp_path):
    for name in ("c/x", "a/y", "b/z"):
        (tmp_path / name).mkdir(parents=True)
    seen = []
    for parent, folders, _ in walk_folders(tmp_path):
        folders[:] = sorted(name for name in folders if name != "b")
        seen.append(parent.name)
    assert seen == [tmp_path.name, "a", "y", "c", "x"]


@pytest.mark.skipif(sys.platform != "linux", reason="paths are shorter on other systems")
def test_two_thousand_levels_end_in_no_recursion(tmp_path):
    here = os.getcwd()  # noqa: PTH109
    try:
        os.chdir(tmp_path)
        for _ in range(1900):
            os.mkdir("d")  # noqa: PTH102
            os.chdir("d")
        with open("f", "wb"):  # noqa: PTH123
            pass
    finally:
        os.chdir(here)
    names = [name for _, _, files in walk_folders(tmp_path) for name in files]
    assert names == ["f"]
    os.system(f"rm -rf {tmp_path}/d")


def test_links_are_not_followed_and_errors_are_told(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    errors = []
    assert [names for _, _, names in walk_folders(tmp_path, errors.append)] == [["link"], []]
    assert list(walk_folders(tmp_path / "none", errors.append)) == []
    assert [type(error) for error in errors] == [FileNotFoundError]
