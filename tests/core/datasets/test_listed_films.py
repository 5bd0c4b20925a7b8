"""The films of a list: several rows a film, contradictions, patients."""

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.entries import Entry, Split
from core.datasets.listed_films import list_listed_films
from core.datasets.preparation import AS_IT_IS, Preparation
from core.system.errors import JobFailed, Reason
from tests.core.datasets.lists import attributes_of, labels_of, touch, write_list

RSNA = (
    "patientId,x,y,width,height,Target\nu1,264.0,152.0,213.0,379.0,1\nu1,562.0,152.0,256.0,453.0,1\n"
    "u2,,,,,0\nu3,323.0,577.0,160.0,104.0,1\n"
)


def test_several_boxes_of_a_film_are_one_film_of_one_patient(tmp_path):
    touch(tmp_path, *(f"stage_2_train_images/{name}.dcm" for name in ("u1", "u2", "u3")))
    path = write_list(tmp_path, RSNA)
    dataset = read_dataset(path, Preparation(root=tmp_path / "stage_2_train_images"))
    assert [(film.path.name, dataset.classes[film.label], film.patient) for film in dataset.films] == [
        ("u1.dcm", "1", "u1"), ("u2.dcm", "0", "u2"), ("u3.dcm", "1", "u3"),
    ]  # fmt: skip
    assert dataset.left_out == dataset.notes == ()
    assert set(labels_of(path)) == {f"stage_2_train_images/{name}.dcm" for name in ("u1", "u2", "u3")}


def test_a_film_with_contradicting_rows_is_left_out_and_the_others_are_used(tmp_path):
    rows = "a.png,no\nb.png,yes\na.png,yes\nc.png,no\nsub/../b.png,yes\nC.png,No\n"
    touch(tmp_path, "a.png", "b.png", "c.png")
    dataset = read_dataset(write_list(tmp_path, "file,label\n" + rows))
    assert [film.path.name for film in dataset.films if film.path.exists()] == ["b.png", "c.png"]
    assert [(film.path.name, film.reason, film.sentence) for film in dataset.left_out] == [
        ("a.png", Reason.LABELS_DIFFER, "The list gives it different labels: no, yes.")
    ]
    assert dataset.notes == ("1 film was left out, because rows of the list contradict each other.",)


def test_rows_that_differ_in_patient_or_split_contradict_each_other(tmp_path):
    header = "file,label,patient,split\n"
    rows = "a.png,no,1,train\na.png,no,2,train\nb.png,no,1,train\nb.png,no,1,test\nc.png,yes,3,test\nd.png,no,4,\n"
    dataset = read_dataset(write_list(tmp_path, header + rows))
    assert [film.path.name for film in dataset.films] == ["c.png", "d.png"]
    assert [film.sentence for film in dataset.left_out] == [
        "The list's lines 2, 3 about it contradict each other.",
        "The list's lines 4, 5 about it contradict each other.",
    ]


def test_rows_about_a_film_complete_each_other(tmp_path):
    rows = "a.png,no,,,61\na.png,,7,train,\na.png,no,8,train,62\nb.png,yes,9,,\n"
    path = write_list(tmp_path, "file,label,patient,split,age\n" + rows)
    film = read_dataset(path).films[0]
    assert (film.patient, film.split) == ("8", Split.TRAINING)  # a row without a label says nothing
    assert attributes_of(path)["a.png"] == {"age": "61"}


def test_folders_name_the_patients_where_no_column_does(tmp_path):
    names = [f"train/patient0000{number}/study{study}/view1_frontal.jpg" for number in (1, 2) for study in (1, 2)]
    rows = "".join(f"{name},{number % 2}\n" for number, name in enumerate(names))
    path = write_list(tmp_path / "case7", "Path,Pneumonia\n" + rows)
    assert [film.patient for film in read_dataset(path).films] == ["patient00001"] * 2 + ["patient00002"] * 2
    typed = read_dataset(path, Preparation(patient_pattern="(view)1_frontal"))
    assert {film.patient for film in typed.films} == {"view"}


def test_missing_files_stay_in_the_dataset_for_the_survey_to_report(tmp_path):
    touch(tmp_path, "a.png")
    assert set(labels_of(write_list(tmp_path, "file,label\na.png,no\nb.png,yes\n"))) == {"a.png", "b.png"}


def test_each_film_has_what_its_row_says(tmp_path):
    rows = "a.png,no,p1,training,45,F\nb.png,yes,p2,holdout,,M\nc.png,yes,,,7,\nd.png,,p4,,,\n,no,,,,\n"
    listing = list_listed_films(write_list(tmp_path, "file,label,patient,split,age,sex\n" + rows), AS_IT_IS)
    assert listing.entries == [
        Entry(tmp_path / "a.png", "no", "p1", Split.TRAINING, (("age", "45"), ("sex", "F"))),
        Entry(tmp_path / "b.png", "yes", "p2", Split.TEST, (("sex", "M"),)),
        Entry(tmp_path / "c.png", "yes", None, None, (("age", "7"),)),
    ]
    assert [(film.path.name, film.reason) for film in listing.left_out] == [("d.png", Reason.NO_LABEL)]
    assert listing.notes == ("1 row names no file.", "1 film without a usable label was left out.")


def test_an_unknown_split_is_refused_with_its_line(tmp_path):
    path = write_list(tmp_path, "file,label,split\na.png,no,train\nb.png,yes,later\n")
    with pytest.raises(JobFailed, match="line 3 names the split 'later'"):
        list_listed_films(path, AS_IT_IS)
