"""Which files an output may replace."""

import os
from pathlib import Path

import pytest

from core.system.errors import JobFailed, Reason
from core.system.outputs import FOREIGN, check_output, csv_kind, exact_kind, json_kind, keep_inputs, marked_kind

LIST = csv_kind(lambda cells: cells == ["file", "label"])
OBJECT = json_kind("figures", "model")
PAGE = marked_kind("made here", b"%PDF-")


def is_refused(path, kind, **options):
    try:
        check_output(path, kind, **options)
    except JobFailed as refusal:
        return refusal.reason is Reason.OUTPUT_NOT_WRITABLE and str(path) in refusal.sentence
    return False


@pytest.mark.parametrize(
    ("kind", "own", "alike", "other"),
    [
        (LIST, b"file,label\r\n1.png,A\r\n", b"name,class\n1,2\n", b'{"figures": 1}'),
        (OBJECT, b'{"figures": 1, "model": "m", "more": 2}', b'{"figures": 1}', b"figures,model\n"),
        (PAGE, b"%PDF-1.4 made here", b"%PDF-1.4 made elsewhere", b"made, but not here"),
        (exact_kind("text\n"), b"text\n", b"text\nmore", b"%PDF-1.4"),
    ],
)
def test_an_own_file_is_replaced_one_of_its_format_if_asked_and_no_other(kind, own, alike, other, tmp_path):
    path = tmp_path / "output"
    assert not is_refused(path, kind)
    for content, refused in (
        (own, (False, False)),
        (alike, (True, False)),
        (other, (True, True)),
        (b"\0\1", (True, True)),
    ):
        path.write_bytes(content)
        assert (is_refused(path, kind), is_refused(path, kind, overwrite=True)) == refused
    path.write_bytes(b"")  # in an empty file nothing is lost
    assert not is_refused(path, kind)
    assert not is_refused(path, FOREIGN)


@pytest.mark.parametrize("overwrite", [None, False, True])
def test_an_input_is_never_replaced_not_even_by_another_name(overwrite, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"file,label\n")
    (tmp_path / "link.csv").symlink_to(path)
    assert is_refused(tmp_path / "link.csv", LIST, overwrite=overwrite, inputs=[None, tmp_path / "gone", path])
    with pytest.raises(JobFailed, match=r"list\.csv is read here"):
        keep_inputs([tmp_path / "new", path], [tmp_path / "link.csv"])


def test_in_a_folder_that_is_read_only_own_outputs_are_replaced(tmp_path):
    path = tmp_path / "deep" / "list.csv"
    path.parent.mkdir()
    path.write_bytes(b"file,label\n")
    assert not is_refused(path, LIST, overwrite=True, inputs=[tmp_path])
    path.write_bytes(b"somebody's,list\n")
    assert is_refused(path, LIST, overwrite=True, inputs=[tmp_path])
    assert not is_refused(path, LIST, overwrite=True)


def test_only_a_command_that_can_overwrite_says_how(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"mine\n")
    for overwrite, is_said in ((None, False), (False, True)):
        with pytest.raises(JobFailed) as refusal:
            check_output(path, LIST, overwrite)
        assert ("--overwrite" in refusal.value.sentence) == is_said


def test_a_folder_is_no_output_file(tmp_path):
    with pytest.raises(JobFailed, match="is a folder"):
        check_output(tmp_path, LIST, overwrite=True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_what_is_no_ordinary_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(JobFailed, match="not an ordinary file"):
            check_output(path, LIST, overwrite=True)


def test_an_empty_file_is_replaced_unless_it_lies_in_a_folder_that_is_read(tmp_path):
    (tmp_path / "film.png").touch()
    assert not is_refused(tmp_path / "film.png", LIST)
    assert is_refused(tmp_path / "film.png", LIST, overwrite=True, inputs=[tmp_path])
