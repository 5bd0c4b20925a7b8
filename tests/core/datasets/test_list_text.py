"""Lists as Excel, RIS and scripts write them as text: encodings, separators, numbers."""

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.intake import inspect_source
from core.datasets.list_text import decode_list, read_text_rows
from core.datasets.patient_ages import parse_years, stated_age
from core.system.errors import JobFailed
from tests.core.datasets.lists import labels_of, touch, write_list

UMLAUTS = "Datei;Befund;Alter\nMüller.png;unauffällig;61,5\nÖzil.png;Lungenentzündung;7\n"
READ = {"Müller.png": "unauffällig", "Özil.png": "Lungenentzündung"}


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("cp1252", b""),
        ("utf-16", b""),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
    ],
)
def test_umlauts_are_read_in_every_encoding_of_excel(tmp_path, encoding, mark):
    touch(tmp_path, *READ)
    path = tmp_path / "liste.csv"
    path.write_bytes(mark + UMLAUTS.replace("\n", "\r\n").encode(encoding))
    assert labels_of(path) == READ


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end(tmp_path, separator, line_end):
    lines = ["file,label", "a.png,normal", "b.png,ill"]
    path = write_list(tmp_path, line_end.join(lines).replace(",", separator))
    assert labels_of(path) == {"a.png": "normal", "b.png": "ill"}


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_excels_separator_line_is_obeyed_and_is_no_header(tmp_path, first):
    path = write_list(
        tmp_path, f"{first}\r\nfile, or its name;label\r\na.png;no\r\nb.png;yes\r\nc.png\r\nd.png;no;\r\n"
    )
    assert inspect_source(path).header == ("file, or its name", "label")
    path = write_list(tmp_path, f"{first}\r\nfile;label\r\na.png;no\r\nb.png;yes\r\n")
    assert labels_of(path) == {"a.png": "no", "b.png": "yes"}


def test_unicode_text_of_excel_has_tabs(tmp_path):
    path = write_list(tmp_path, "Datei\tBefund\r\nä.png\tnein\r\nb.png\tja\r\n", "liste.txt", "utf-16")
    assert labels_of(path) == {"ä.png": "nein", "b.png": "ja"}


def test_a_separator_within_quotes_of_the_header_does_not_count(tmp_path):
    path = write_list(tmp_path, '"file";"label";"size, in px, of the film, or less"\na.png;no;1\nb.png;yes;2\n')
    assert labels_of(path) == {"a.png": "no", "b.png": "yes"}


def test_decimal_commas_are_numbers(tmp_path):
    path = write_list(tmp_path, "file;label;Alter\na.png;0,0;61,5\nb.png;1,0;0,5\nc.png;1;45Y\n")
    dataset = read_dataset(path)
    assert dataset.classes == ("0", "1")
    assert [film.label for film in dataset.films] == [0, 1, 1]
    assert [parse_years(stated_age(film, None)) for film in dataset.films] == [61.5, 0.5, 45]


def test_other_files_are_refused_in_a_sentence(tmp_path):
    for content in (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\x81", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", b"\xff\xfe\x00"):
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        with pytest.raises(JobFailed, match="neither a folder nor a label list"):
            inspect_source(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_utf_16_is_known_by_its_mark_or_by_its_zeros(encoding, mark):
    text = "file_name;finding;patient;age in years\r\n" + UMLAUTS
    assert decode_list((mark + text).encode(encoding)) == text


def test_bytes_are_text_only_in_an_encoding_of_lists():
    assert decode_list("Größe".encode("cp1252")) == "Größe"
    for content in (b"\xff\xd8\xff\xe0\0\x10JFIF", b"\xff\xfe\x41", b"\xef\xbb\xbfGr\xf6\xdfe", b"\x81"):
        assert decode_list(content) is None  # controls, half a character, no UTF-8 after its mark, no letter


def test_the_separator_is_that_of_the_first_line_without_quoted_text(tmp_path):
    path = write_list(tmp_path, 'file;"a,b,c"\n"x;1\ny",2\nz;3\n')
    assert list(read_text_rows(path)) == [(1, ["file", "a,b,c"]), (3, ["x;1\ny,2"]), (4, ["z", "3"])]
    path = write_list(tmp_path, "sep=|\nfile|a,b,c\n")
    assert list(read_text_rows(path)) == [(2, ["file", "a,b,c"])]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_quotation_mark_that_is_never_closed_swallows_no_rows(tmp_path, end):
    path = write_list(tmp_path, f'file,label,note\na.png,normal,"two\nlines"\nb.png,ill,"see\nc.png,normal,-{end}')
    with pytest.raises(JobFailed, match=r"line 4 of .* never closed"):
        list(read_text_rows(path))
