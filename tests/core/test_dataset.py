import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.dataset import Dataset, Film, Split, read_dataset
from core.datasets.patient_ids import extract_patients, propose_pattern
from core.datasets.splits import assign_splits
from core.system.errors import JobFailed


@pytest.mark.parametrize(
    ("stem", "patient"),
    [
        ("person17_bacteria_54", "person17_bacteria"),
        ("IM-0115-0001", "IM-0115"),
        ("NORMAL2-IM-0587-0001-0001", "NORMAL2-IM-0587"),
        ("p12_3", "p12"),
        ("chest", "chest"),
    ],
)
def test_patient_of_file_name(stem, patient):
    assert extract_patients([stem], propose_pattern([stem, "x1_1", "y2_1", "z3_1"])) == [patient]


def test_class_folders(dataset_folder):
    dataset = read_dataset(dataset_folder)
    assert dataset.classes == ("NORMAL", "PNEUMONIA")
    assert dataset.counts() == {(0, None): 12, (1, None): 12}


def test_negative_class_comes_first_whatever_its_letter(tmp_path):
    for name in ("healthy", "covid"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"x")
    assert read_dataset(tmp_path).classes == ("healthy", "covid")


def test_split_folders_are_kept(tmp_path):
    for split in ("train", "val", "test"):
        for name in ("NORMAL", "PNEUMONIA"):
            (tmp_path / split / name).mkdir(parents=True)
            (tmp_path / split / name / f"{split}{name}.png").write_bytes(b"x")
    dataset = assign_splits(read_dataset(tmp_path), 0)
    assert all(film.path.parent.parent.name == film.split for film in dataset.films)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_label_list(tmp_path, delimiter):
    lines = [["File", "Label", "Patient_ID", "Split"], ["a.png", "normal", "1", "train"], ["b.png", "x", "2", "test"]]
    path = tmp_path / "labels.csv"
    path.write_text("\ufeff" + "\n".join(delimiter.join(line) for line in lines), "utf-8")
    films = read_dataset(path).films
    assert [(film.path, film.label, film.patient, film.split) for film in films] == [
        (tmp_path / "a.png", 0, "1", Split.TRAINING),
        (tmp_path / "b.png", 1, "2", Split.TEST),
    ]


def test_impossible_datasets_are_explained(tmp_path):
    with pytest.raises(JobFailed, match="does not exist"):
        read_dataset(tmp_path / "nowhere")
    with pytest.raises(JobFailed, match="holds no films"):
        read_dataset(tmp_path)
    (tmp_path / "NORMAL").mkdir()
    (tmp_path / "NORMAL" / "a.png").write_bytes(b"x")
    with pytest.raises(JobFailed, match="one class only"):
        read_dataset(tmp_path)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), min_size=60, max_size=120), st.integers(0, 99))
def test_splits_never_part_a_patient(tmp_path_factory, patients, seed):
    patients = [(0, 1)] * 20 + [(1, 1)] * 20 + patients
    root = tmp_path_factory.getbasetemp()
    films = tuple(
        Film(root / f"{patient}-{number}.png", label, str(patient))
        for patient, (label, count) in enumerate(patients)
        for number in range(count)
    )
    dataset = assign_splits(Dataset(root, ("a", "b"), films), seed)
    assert assign_splits(Dataset(root, ("a", "b"), films), seed) == dataset
    assert {film.path for film in dataset.films} == {film.path for film in films}
    places = {}
    for film in dataset.films:
        assert places.setdefault(film.patient, film.split) is film.split
    for label in (0, 1):
        of_class = sum(film.label == label for film in films)
        assert abs(sum(f.label == label for f in dataset.of_split(Split.TEST)) - 0.15 * of_class) <= 5
