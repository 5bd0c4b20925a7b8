"""Checks of options that the argument parser cannot express."""

from argparse import ArgumentParser, Namespace

import pytest

from command_line.commands.arguments import check_different


def test_two_names_of_one_file_are_wrong_usage(tmp_path, capsys):
    options = Namespace(refuse_usage=ArgumentParser(prog="audit").error)
    check_different(options, [tmp_path / "a.json", tmp_path / "b.json"])
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(SystemExit) as ended:
        check_different(options, [tmp_path / "a.json", tmp_path / "link" / "a.json"])
    assert ended.value.code == 2
    assert "two outputs have the same name" in capsys.readouterr().err
