"""Take the patients of DICOM films from their headers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.datasets.dataset import Film
from core.datasets.folder_names import split_suffix
from core.films.film_properties import FilmProperties

MOST_OF_A_PATIENT: Final = 4  # films; an identifier of more, and of a third of those with one, names no patient
MAX_FRACTION: Final = 1 / 3


def name_dicom_patients(films: Sequence[Film], properties: Mapping[Path, FilmProperties]) -> tuple[list[Film], bool]:
    """Replace patients that were guessed from file names by those of DICOM headers.

    Returns the films, and whether a PatientID, such as ANONYMOUS, was ignored since it stands for
    too many films. Then the study names the patient, or else the file name. Without a PatientID the
    study does where each file name is one of its own.
    """
    guessed = [film for film in films if film.patient_is_guessed]
    shared = _find_shared([properties[film.path].patient for film in guessed])
    shared_studies = _find_shared([properties[film.path].study for film in guessed])
    codes = {}
    for film in guessed:
        own = properties[film.path]
        codes[film.path] = own.patient
        is_alone = film.patient == split_suffix(film.path.name)[0]  # the file name tells no patient either
        if own.patient in shared or (not own.patient and is_alone):
            codes[film.path] = "" if own.study in shared_studies else own.study
    return [_with_patient(film, codes.get(film.path, "")) for film in films], bool(shared)


def _find_shared(codes: Sequence[str]) -> set[str]:
    """Return the codes that stand for more films than one patient has."""
    counts = Counter(code for code in codes if code)
    largest = max(MOST_OF_A_PATIENT, MAX_FRACTION * counts.total())
    return {code for code, count in counts.items() if count > largest}


def _with_patient(film: Film, code: str) -> Film:
    if not code:
        return film
    return replace(film, patient=f"DICOM {code}", patient_is_guessed=False)
