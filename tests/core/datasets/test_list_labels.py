"""Labels as lists write them: classes, lists of findings, one column a finding, blanks."""

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.intake import inspect_source
from core.datasets.label_list import Columns
from core.datasets.list_labels import count_contained, fold_number, read_labels, split_findings
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed, Reason
from tests.core.datasets.lists import labels_of, write_list

NIH = (
    "Image Index,Finding Labels\na.png,Atelectasis|Pneumonia\nb.png,No Finding\nc.png,Atelectasis\n"
    "d.png,Pneumonia\ne.png,Pneumonia|Atelectasis|Hernia\n"
)


def looking_for(finding, file="Image Index", label="Finding Labels"):
    return Preparation(columns=Columns(file, label, contains=finding))


def test_pneumonia_is_proposed_where_lists_of_findings_contain_it(tmp_path):
    preview = inspect_source(write_list(tmp_path, NIH))
    assert preview.columns.contains == "Pneumonia"
    assert preview.contained == (("Atelectasis", 3), ("Pneumonia", 3), ("No Finding", 1), ("Hernia", 1))
    found = labels_of(write_list(tmp_path, NIH))
    assert [name for name, label in found.items() if label == "Pneumonia"] == ["a.png", "d.png", "e.png"]
    assert set(found.values()) == {"Pneumonia", "No Pneumonia"}


def test_any_finding_can_be_looked_for(tmp_path):
    dataset = read_dataset(write_list(tmp_path, NIH), looking_for("hernia"))
    assert [film.path.name for film in dataset.films if dataset.classes[film.label] == "hernia"] == ["e.png"]
    assert dataset.classes == ("No hernia", "hernia")
    with pytest.raises(JobFailed, match="No label contains 'Edema'; the most frequent are Atelectasis, Pneumonia"):
        read_dataset(write_list(tmp_path, NIH), looking_for("Edema"))


def test_lists_of_findings_without_a_chosen_one_are_refused_with_the_most_frequent(tmp_path):
    path = write_list(tmp_path, NIH)
    with pytest.raises(JobFailed, match=r"'contains'.*Atelectasis, Pneumonia, No Finding, Hernia"):
        read_dataset(path, looking_for(None))
    path = write_list(tmp_path, NIH.replace("Pneumonia", "Edema"))
    assert inspect_source(path).columns.contains is None
    with pytest.raises(JobFailed, match="lists several findings"):
        read_dataset(path)


@pytest.mark.parametrize("separator", ["|", ";", ", ", " | "])
def test_findings_are_separated_in_several_ways(tmp_path, separator):
    cells = ["Edema", "Pneumonia", "Edema|Pneumonia", "none"]
    rows = "".join(f'{number}.png,"{cell.replace("|", separator)}"\n' for number, cell in enumerate(cells))
    found = labels_of(write_list(tmp_path, "file,label\n" + rows))
    assert list(found.values()) == ["No Pneumonia", "Pneumonia", "Pneumonia", "No Pneumonia"]


def test_lists_as_python_writes_them(tmp_path):
    rows = "a.png\t['edema', 'pneumonia']\nb.png\t['edema']\nc.png\t['normal']\n"
    found = labels_of(write_list(tmp_path, "file\tlabel\n" + rows))
    assert list(found.values()) == ["pneumonia", "No pneumonia", "No pneumonia"]


def test_a_comma_within_the_name_of_a_class_separates_nothing(tmp_path):
    rows = 'a.png,"Pneumonia, viral"\nb.png,"Pneumonia, bacterial"\nc.png,normal\n'
    path = write_list(tmp_path, "file,label\n" + rows)
    assert read_dataset(path).classes == ("normal", "Pneumonia, bacterial", "Pneumonia, viral")
    assert inspect_source(path).contained == ()


def test_one_of_several_classes_can_be_looked_for(tmp_path):
    path = write_list(tmp_path, "file,label\na.png,TB\nb.png,Pneumonia\nc.png,normal\n")
    assert list(labels_of(path, looking_for("TB", "file", "label")).values()) == ["TB", "No TB", "No TB"]


def test_one_column_a_finding_leaves_out_blanks_and_uncertain_rows(tmp_path):
    rows = "a.jpg,1.0,1\nb.jpg,,0\nc.jpg,-1.0,\nd.jpg,0.0,0\ne.jpg,1,0\n"
    path = write_list(tmp_path, "Path,Pneumonia,No Finding\n" + rows)
    assert labels_of(path) == {"a.jpg": "Pneumonia", "d.jpg": "No Pneumonia", "e.jpg": "Pneumonia"}
    dataset = read_dataset(path)
    assert {film.path.name: (film.reason, film.sentence) for film in dataset.left_out} == {
        "b.jpg": (Reason.NO_LABEL, "The list gives it no label."),
        "c.jpg": (Reason.NO_LABEL, "The list calls it '-1.0', which is neither yes nor no."),
    }
    assert dataset.notes == ("2 films without a usable label were left out.",)
    normal = labels_of(path, Preparation(columns=Columns("Path", "No Finding")))
    assert normal == {"a.jpg": "No Finding", "b.jpg": "Finding", "d.jpg": "Finding", "e.jpg": "Finding"}


@pytest.mark.parametrize("name", ["Target", "label", "CLASS", "Befund", "finding", "y"])
def test_a_generic_name_of_a_column_keeps_0_and_1(tmp_path, name):
    path = write_list(tmp_path, f"file;{name}\na.png;0,0\nb.png;1,0\nc.png;1\n")
    assert labels_of(path, Preparation(columns=Columns("file", name))) == {"a.png": "0", "b.png": "1", "c.png": "1"}


@pytest.mark.parametrize("blank", ["", "nan", "#NV", "N/A", "NA", "<NA>"])
def test_rows_without_a_label_are_left_out_and_counted(tmp_path, blank):
    path = write_list(tmp_path, f"file,label\na.png,no\nb.png,yes\nc.png,{blank}\n,yes\n")
    dataset = read_dataset(path)
    assert [film.path.name for film in dataset.films] == ["a.png", "b.png"]
    assert [(film.path.name, film.reason) for film in dataset.left_out] == [("c.png", Reason.NO_LABEL)]
    assert dataset.notes == ("1 row names no file.", "1 film without a usable label was left out.")


def test_a_list_without_any_label_is_refused(tmp_path):
    with pytest.raises(JobFailed, match="names no film with a usable label"):
        read_dataset(write_list(tmp_path, "file,label\na.png,\nb.png,\n"))


def test_numbers_are_a_finding_only_in_a_column_that_names_one():
    cells = ["1.0", "0", "-1", ""]
    named = read_labels(cells, "Pneumonia", None, is_generic=False)
    assert [label.class_name for label in named] == ["Pneumonia", "No Pneumonia", None, None]
    assert [label.cell for label in named] == cells
    plain = read_labels(cells, "Target", None, is_generic=True)
    assert [label.class_name for label in plain] == ["1", "0", "-1", None]
    opposite = read_labels(["1", "0"], "No Finding", None, is_generic=False)
    assert [label.class_name for label in opposite] == ["No Finding", "Finding"]


def test_a_comma_separates_findings_only_if_lists_share_them():
    assert count_contained(["Pneumonia, bacterial", "Pneumonia, viral", "normal"]) == []
    shared = ["Effusion, Pneumonia", "Pneumonia", "Effusion", "Pneumonia", "nan"]
    assert count_contained(shared) == [("Pneumonia", 3), ("Effusion", 2)]
    assert split_findings("['Effusion', 'Pneumonia', 'Effusion']", "|") == ["Effusion", "Pneumonia"]


@pytest.mark.parametrize(
    ("cell", "folded"), [("17.0", "17"), ("1,00", "1"), ("-1.0", "-1"), ("1.5", "1.5"), ("1.2.0", "1.2.0"), ("a", "a")]
)
def test_only_whole_numbers_lose_their_decimals(cell, folded):
    assert fold_number(cell) == folded


def test_a_finding_is_found_beside_other_words_unless_they_deny_it():
    cells = ["Viral Pneumonia|Mass", "Pneumonia", "No pneumonia", "Mass", "lobar pneumonia", "Pneumonitis|Mass"]
    labels = read_labels(cells, "Finding Labels", "Pneumonia", False)
    assert [label.class_name for label in labels] == [
        "Pneumonia", "Pneumonia", "No Pneumonia", "No Pneumonia", "Pneumonia", "No Pneumonia"
    ]  # fmt: skip
