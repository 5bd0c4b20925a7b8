"""Splits: given ones kept, new ones by patient."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.dataset import Dataset, Film, read_dataset
from core.datasets.entries import Split
from core.datasets.splits import assign_splits


def test_split_folders_are_kept(tmp_path):
    for split in ("train", "val", "test"):
        for name in ("NORMAL", "PNEUMONIA"):
            (tmp_path / split / name).mkdir(parents=True)
            (tmp_path / split / name / f"{split}{name}.png").write_bytes(b"x")
    dataset = assign_splits(read_dataset(tmp_path), 0)
    assert all(film.path.parent.parent.name == film.split for film in dataset.films)


@settings(max_examples=50)
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
