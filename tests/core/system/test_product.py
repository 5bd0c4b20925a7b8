"""Version and build of the program."""

import json
import tomllib

import pytest

from core.system import product
from core.system.product import VERSION, Build, format_build, read_build
from tests.factories import ROOT


def test_the_version_is_that_of_the_project():
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] == VERSION


def test_from_source_there_is_only_a_version(monkeypatch, tmp_path):
    monkeypatch.setattr(product, "resource", lambda name: tmp_path / name)
    assert read_build() == Build(VERSION)
    assert format_build(read_build()) == f"PneumoScreen {VERSION}, run from source"


def test_a_packaged_program_says_its_commit_and_day(monkeypatch, tmp_path):
    monkeypatch.setattr(product, "resource", lambda name: tmp_path / name)
    (tmp_path / "build.json").write_text(json.dumps({"commit": "abc1234", "built": "2026-01-02"}))
    assert read_build() == Build(VERSION, "abc1234", "2026-01-02")
    assert format_build(read_build()) == f"PneumoScreen {VERSION}, build abc1234 of 2026-01-02"


def test_a_damaged_record_of_the_build_is_no_source(monkeypatch, tmp_path):
    monkeypatch.setattr(product, "resource", lambda name: tmp_path / name)
    (tmp_path / "build.json").write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        read_build()
