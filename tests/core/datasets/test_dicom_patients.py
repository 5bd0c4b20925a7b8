"""Patients of DICOM films."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from core.datasets.dataset import Film
from core.datasets.dicom_patients import name_dicom_patients


def made(*headers, guessed=True):
    """Films a, b, c ... with the codes of PatientID and study in their headers."""
    films = [Film(Path(chr(97 + n)), 0, f"name {n}", patient_is_guessed=guessed) for n in range(len(headers))]
    properties = {film.path: SimpleNamespace(patient=p, study=s) for film, (p, s) in zip(films, headers, strict=True)}
    return films, properties


def patients(*headers, **options):
    films, is_shared = name_dicom_patients(*made(*headers, **options))
    return [film.patient for film in films], is_shared


def test_the_header_names_the_patient():
    assert patients(("p", "1"), ("p", "2"), ("", "3")) == (["DICOM p", "DICOM p", "name 2"], False)


def test_a_typed_pattern_or_a_list_wins():
    assert patients(("p", "1"), ("p", "2"), guessed=False) == (["name 0", "name 1"], False)


def test_one_identifier_for_all_is_replaced_by_the_study():
    told, is_shared = patients(*[("anonymous", str(number // 2)) for number in range(8)])
    assert told == [f"DICOM {number // 2}" for number in range(8)]
    assert is_shared


def test_without_a_study_of_its_own_the_file_name_remains():
    for study in ("", "one for all"):
        told, is_shared = patients(*[("anonymous", study)] * 8)
        assert told == [f"name {number}" for number in range(8)]
        assert is_shared


def test_other_identifiers_are_kept_beside_a_shared_one():
    told, is_shared = patients(*[("anonymous", "")] * 8, ("p", "1"), ("p", "2"))
    assert told[8:] == ["DICOM p", "DICOM p"]
    assert is_shared


def test_few_films_of_one_patient_share_nothing():
    told, is_shared = patients(*[("p", "1")] * 4)
    assert told == ["DICOM p"] * 4
    assert not is_shared


def test_without_an_identifier_the_study_keeps_films_together_unless_file_names_tell_the_patient():
    films, properties = made(*[("", str(number // 2)) for number in range(6)])
    alone = [replace(film, patient=film.path.name) for film in films]
    assert [film.patient for film in name_dicom_patients(alone, properties)[0]] == [f"DICOM {n // 2}" for n in range(6)]
    assert [film.patient for film in name_dicom_patients(films, properties)[0]] == [f"name {n}" for n in range(6)]


def test_an_identifier_is_shared_by_dicom_films_whatever_other_films_there_are():
    _, is_shared = patients(*[("anonymous", "")] * 8, *[("", "")] * 40)
    assert is_shared
