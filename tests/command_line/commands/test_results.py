"""`export-results` and `agreement`: what the window exports and shows of a list, without it."""

import csv

import numpy as np
import pydicom
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

import main
from core.films.phantoms import draw_phantom
from core.models.model_header import bundled_model_path
from core.screening.reader_calls import Call, append_call, calls_path
from core.screening.worklist_file import open_worklist
from tests.factories import write_dicom
from tests.faults.hostile_names import small_model

NAMES = ("one.dcm", "two.dcm", "side.dcm")
OTHER = {"NORMAL": "PNEUMONIA", "PNEUMONIA": "NORMAL"}


def run(*arguments):
    return main.main([str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path):
    """Two frontal films and a lateral one, which the gate refuses."""
    films = tmp_path / "films"
    films.mkdir()
    for seed, name in enumerate(NAMES):
        pixels = draw_phantom(seed, seed == 0, 128).astype(np.uint16) * 16
        view = {"ViewPosition": "LL"} if name == "side.dcm" else {}
        write_dicom(films / name, pixels, PatientName=f"{name}^Jane", PatientID=name, **view)
    return films


@pytest.fixture
def ledger(folder, tmp_path, capsys):
    """The list of these films by a small model; the reader agrees on the first one and disagrees on the second."""
    output = tmp_path / "r.csv"
    assert run("screen", folder, "--output", output, "--model", small_model()) == 3
    rows = [row for row in open_worklist(output, None, [small_model()]).result.rows if row.label]
    for row, reader in zip(rows, (rows[0].label, OTHER[rows[1].label]), strict=True):
        append_call(calls_path(output), Call(row.file, reader, False, "a note", "2026-01-01T12:00:00+01:00", row.film))
    capsys.readouterr()
    return output


def test_a_list_is_exported_with_the_readers_calls(folder, ledger, tmp_path, capsys):
    def export(option, name, *more):
        path = tmp_path / "out" / name
        assert run("export-results", ledger, option, path, "--model", small_model(), *more) == 0
        assert capsys.readouterr().out.startswith(f"{path}\n")
        return path

    sheet = list(load_workbook(export("--excel", "r.xlsx"))["Worklist"].iter_rows(values_only=True))
    assert [line[-2] for line in sheet] == ["stance", "agrees", None, "disagrees"]
    with export("--csv", "list.csv").open(newline="") as stream:
        assert [row["stance"] for row in csv.DictReader(stream)] == ["agrees", "", "disagrees"]
    with export("--calls", "calls.csv").open(newline="") as stream:
        assert [(row["file"], row["note"]) for row in csv.DictReader(stream)] == [
            ("one.dcm", "a note"), ("two.dcm", "a note"),
        ]  # fmt: skip
    text = "".join(page.extract_text() for page in PdfReader(export("--pdf", "r.pdf", "--folder", folder)).pages)
    assert "The reader disagreed with the model on 1 film." in text
    labels = export("--labels", "labels.csv", "--folder", folder, "--only-disagreements")
    with labels.open(newline="") as stream:
        assert [row["file"] for row in csv.DictReader(stream)] == [str(folder / "two.dcm")]


def test_every_scored_film_is_exported_as_dicom_or_named_with_the_reason(folder, ledger, tmp_path, capsys):
    dicom = ("export-results", ledger, "--folder", folder, "--model", small_model(), "--dicom", tmp_path / "out")
    assert run(*dicom, "--identified") == 0
    captures = [pydicom.dcmread(path) for path in sorted((tmp_path / "out").glob("*-heatmap.dcm"))]
    assert [str(capture.PatientName) for capture in captures] == ["one.dcm^Jane", "two.dcm^Jane"]
    assert "The reader disagreed" in captures[1].ImageComments
    capsys.readouterr()
    (folder / "one.dcm").replace(folder / "two.dcm")
    assert run(*dicom) == 3
    said = capsys.readouterr().out
    assert "Not exported: one.dcm: The file does not exist" in said
    assert "Not exported: two.dcm: It has changed since it was screened." in said
    assert f"0 of 2 films exported to {tmp_path / 'out'}" in said


def test_films_are_named_as_in_the_list_or_by_their_path(folder, ledger, tmp_path, capsys):
    dicom = ("export-results", ledger, "--folder", folder, "--model", small_model(), "--dicom", tmp_path / "out")
    assert run(*dicom, "--films", "side.dcm", folder / ".." / "films" / "two.dcm") == 3
    said = capsys.readouterr().out
    assert "Not exported: side.dcm has no answer that could be exported." in said
    assert "1 of 2 films exported" in said
    (capture,) = (tmp_path / "out").glob("*-heatmap.dcm")
    assert pydicom.dcmread(capture).PatientIdentityRemoved == "YES"
    assert run(*dicom, "--films", "gone.dcm") == 1
    assert "gone.dcm is not in" in capsys.readouterr().err


def test_another_model_exports_no_film(folder, ledger, tmp_path, capsys):
    assert run("export-results", ledger, "--folder", folder, "--dicom", tmp_path / "out") == 3
    assert "Not exported: one.dcm was read by m " in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
    assert run("export-results", ledger, "--folder", folder, "--pdf", tmp_path / "r.pdf") == 1
    excel = tmp_path / "r.xlsx"
    assert run("export-results", ledger, "--excel", excel, "--model", bundled_model_path()) == 0
    about = dict(load_workbook(excel)["About"].iter_rows(values_only=True))
    assert about["Model"].startswith("m ")
    assert "Operating point" not in about


def test_a_file_of_somebody_else_is_replaced_only_on_demand(ledger, tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text("my,own\n")
    export = ("export-results", ledger, "--csv", path, "--model", small_model())
    assert run(*export) == 1
    assert "add --overwrite" in capsys.readouterr().err
    assert path.read_text() == "my,own\n"
    assert run(*export, "--overwrite") == 0
    before = ledger.read_bytes()
    assert run("export-results", ledger, "--csv", ledger, "--overwrite", "--model", small_model()) == 1
    assert ledger.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pdf", "r.pdf"], "--pdf needs --folder"),
        (["--excel", "r.xlsx", "--identified"], "go with --dicom"),
        (["--csv", "r.csv", "--films", "a.png"], "go with --dicom"),
        (["--csv", "r.csv", "--only-disagreements"], "goes with --labels"),
        (["--dicom", "out", "--folder", "films", "--overwrite"], "does not go with --dicom"),
        (["--csv", "a.csv", "--excel", "a.xlsx"], "not allowed with"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(options, said, capsys):
    with pytest.raises(SystemExit) as usage:
        run("export-results", "r.csv", *options)
    assert usage.value.code == 2
    assert said in capsys.readouterr().err


def test_the_agreement_has_its_number_of_films_and_intervals(ledger, capsys):
    assert run("agreement", ledger, "--model", small_model()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 of 2 called · agree 1 of 2"
    assert lines[1].startswith("2 films classified: agreement 0.500 (0.095 to 0.905)")
    assert lines[-1] == "For research and education, not a diagnosis."


def test_without_calls_or_the_models_classes_there_is_no_agreement(folder, ledger, tmp_path, capsys):
    calls_path(ledger).write_text(calls_path(ledger).read_text().splitlines(keepends=True)[0])
    assert run("agreement", ledger, "--model", small_model()) == 1
    assert "The reader has not classified any film yet." in capsys.readouterr().err
    labels = ("--labels", tmp_path / "labels.csv", "--folder", folder, "--model", small_model())
    assert run("export-results", ledger, *labels) == 1
    assert "so there is nothing to write." in capsys.readouterr().err
    append_call(calls_path(ledger), Call("one.dcm", "NORMAL", False, "", "2026-01-01T12:00:00+01:00"))
    assert run("agreement", ledger) == 1
    assert "Name the model that screened" in capsys.readouterr().err
