"""Label lists of all kinds, patients, and what a person corrects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.datasets.audit import audit
from core.datasets.dataset import read_dataset
from core.datasets.intake import inspect_source
from core.datasets.label_list import Columns, guess_columns, read_label_list
from core.datasets.patient_ids import EACH_FILE, example_patients, extract_patients, propose_pattern
from core.datasets.preparation import (
    AS_IT_IS,
    Action,
    Correction,
    Preparation,
    SplitChoice,
    Step,
    format_corrections,
    from_json_object,
    load_kept_preparation,
    load_preparation,
    preparation_path,
    save_preparation,
    to_json_object,
)
from core.films.phantoms import draw_phantom
from core.system.errors import JobFailed
from tests.factories import drained, write_dicom

ROWS = [["picture name", "verdict", "who", "Split"], ["a.png", "normal", 17, "train"], ["b.png", "ill", 18, "test"],
        ["c.png", "ill", 18, "test"], ["d.png", "normal", 19, "train"]]  # fmt: skip


def test_excel_list_with_columns_guessed_by_content(tmp_path):
    book = Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(tmp_path / "labels.xlsx")
    table = read_label_list(tmp_path / "labels.xlsx")
    assert guess_columns(table) == Columns("picture name", "verdict", None, "Split")
    films = read_dataset(tmp_path / "labels.xlsx", Preparation(columns=Columns("picture name", "verdict", "who"))).films
    assert [(film.path.name, film.patient) for film in films] == [
        ("a.png", "17"), ("b.png", "18"), ("c.png", "18"), ("d.png", "19"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\xff\xfe\x00"])
def test_unusable_lists_are_explained(tmp_path, content):
    for suffix in ("csv", "xlsx", "xls"):
        path = tmp_path / f"labels.{suffix}"
        path.write_bytes(content)
        with pytest.raises(JobFailed):
            read_dataset(path)


def test_a_list_that_cannot_be_guessed_can_be_looked_at_and_corrected(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("one,two\n001,yes\n002,no\n", "utf-8")
    (tmp_path / "001.png").write_bytes(b"x")
    with pytest.raises(JobFailed, match="No column looks like"):
        read_dataset(path)
    assert inspect_source(path).header == ("one", "two")
    films = read_dataset(path, Preparation(columns=Columns("one", "two"))).films
    assert films[0].path == tmp_path / "001.png"
    with pytest.raises(JobFailed, match="no column 'three'"):
        read_dataset(path, Preparation(columns=Columns("one", "three")))


def test_files_relative_to_a_chosen_root_with_backslashes(tmp_path):
    (tmp_path / "lists").mkdir()
    path = tmp_path / "lists/labels.tsv"
    path.write_text("file\tlabel\nsub\\a.png\tno\nsub\\b.png\tyes\n", "utf-8")
    dataset = read_dataset(path, Preparation(root=tmp_path / "films"))
    assert [film.path for film in dataset.films] == [tmp_path / "films/sub/a.png", tmp_path / "films/sub/b.png"]


def test_a_file_with_two_labels_is_refused_by_its_line(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("file,label\na.png,no\nb.png,yes\na.png,yes\n", "utf-8")
    with pytest.raises(JobFailed, match="line 4"):
        read_dataset(path)


def test_dicom_films_of_a_list_take_their_patient_id(tmp_path, cancel):
    lines = ["file,label"]
    for number in range(24):
        write_dicom(
            tmp_path / f"IM{number}.dcm", draw_phantom(number, number % 2 == 1, 96), PatientID=f"Doe^{number // 4}"
        )
        lines.append(f"IM{number}.dcm,{'yes' if number % 2 else 'no'}")
    (tmp_path / "labels.csv").write_text("\n".join(lines), "utf-8")
    _, result = drained(audit(tmp_path / "labels.csv", cancel))
    assert result.dataset.patients() == 6
    assert not any("Doe" in film.patient for film in result.dataset.films)


@pytest.mark.parametrize("pattern", ["(a+)+b", "((x|a*))*", "(a{2,})+", r"(?:\w+)*-(\d)", "(a+){9}"])
def test_a_pattern_that_might_never_end_is_refused_before_it_is_tried(pattern):
    with pytest.raises(JobFailed, match="take for ever"):
        extract_patients(["a" * 200], pattern)


@pytest.mark.parametrize("pattern", ["(a+)b?", "([(]a+)", r"(\(a+)?", "(a+)(b+)", "(a+){1,3}", r"([a+]+)", "(?:ab)+"])
def test_other_repetitions_are_no_fault(pattern):
    assert extract_patients(["aab"], pattern)


def test_patient_pattern_is_proposed_shown_and_corrected(dataset_folder):
    names = [
        "person17_bacteria_54",
        "person17_bacteria_55",
        "NORMAL2-IM-0587-0001",
        "IM-0001-0001",
        "scan",
        "x2_1",
        "x3_1",
    ]
    pattern = propose_pattern(names)
    assert extract_patients(names, pattern)[:4] == [
        "person17_bacteria",
        "person17_bacteria",
        "NORMAL2-IM-0587",
        "IM-0001",
    ]
    assert ("scan", "scan") in example_patients(names, pattern)
    assert propose_pattern([f"study1_{number}" for number in range(50)]) == EACH_FILE
    own = read_dataset(dataset_folder, Preparation(patient_pattern=r"(NORMAL|PNEUMONIA).*"))
    assert own.patients() == 2
    with pytest.raises(JobFailed, match="not a regular expression"):
        read_dataset(dataset_folder, Preparation(patient_pattern="("))


names = st.text(st.characters(codec="utf-8"), max_size=20)
corrections = st.builds(Correction, names, st.sampled_from(Action), names)
steps = st.builds(Step, names, st.lists(corrections, max_size=3).map(tuple), st.none() | st.sampled_from(SplitChoice))


@given(st.lists(steps, max_size=4).map(tuple), st.booleans(), st.none() | names)
def test_preparation_survives_json(made, accepts, pattern):
    preparation = Preparation(Columns("a", "b"), None, pattern, made, accepts)
    assert from_json_object(to_json_object(preparation)) == preparation


def test_sidecar_is_kept_in_the_app_and_checked(tmp_path):
    source = tmp_path / "films"
    assert load_kept_preparation(source) == AS_IT_IS
    wanted = AS_IT_IS.with_step(Step("=danger", (Correction("=a.png", Action.EXCLUDE),)))
    save_preparation(wanted, preparation_path(source))
    assert load_kept_preparation(source) == wanted
    assert not source.exists()
    assert format_corrections(wanted).splitlines() == ["file,action,value,step", "'=a.png,exclude,,'=danger"]
    for broken in ("{", "[]", '{"format": 1}', '{"format": 2}'):
        (tmp_path / "p.json").write_text(broken)
        with pytest.raises(JobFailed):
            load_preparation(tmp_path / "p.json")
