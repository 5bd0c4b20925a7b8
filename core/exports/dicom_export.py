"""Export one film's result as two DICOM files: heat map and report. De-identified by default."""

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydicom.dataset import Dataset

from core.exports.dicom_identity import Source, load_pseudonymizer, read_source
from core.exports.secondary_capture import build_capture, list_first_sentences
from core.exports.structured_report import build_report
from core.films.dicom_file import read_dicom_header
from core.models.model_header import ModelHeader
from core.screening.events import FilmReading
from core.screening.reader_calls import Opinion
from core.system.files import escape_undecodable, write_atomically
from core.system.outputs import OutputKind, check_output
from core.system.product import PROGRAM, VERSION

MAKER: Final = "ManufacturerModelName"
STEM_LETTERS: Final = 40  # of the film's name, kept in an export's name

# highdicom logs odd names with their values; no patient name may reach a screen or log
logging.getLogger("highdicom").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True, eq=False)
class DicomAnswer:
    """The answer on one film as DICOM objects: capture of the heat map, and report.

    source: the film's patient and study, as the objects have them.
    """

    capture: Dataset
    report: Dataset
    source: Source


def build_dicom(
    reading: FilmReading, header: ModelHeader, keeps_identity: bool = False, opinion: Opinion | None = None
) -> DicomAnswer:
    """Return a Secondary Capture of the heat map and a Structured Report.

    header: the model as used for the reading.
    keeps_identity: False replaces patient, study and every UID by pseudonyms. True keeps patient
        and study, so that an archive files both beside the film. A film that is not DICOM becomes
        a study of its own, of a patient without a name.
    opinion: of a reader on this film; both objects begin with it.
    The same reading and opinion give the same objects on this computer, so that an archive gets none twice.
    Raises FilmUnreadable if the film is gone, ValueError for a reading of another model.
    """
    if reading.model != header.name:
        raise ValueError(f"the film was read by {reading.model}, not by {header.name}")
    pseudonyms = load_pseudonymizer()
    source = read_source(reading.path, reading.pixels.size, keeps_identity, pseudonyms)
    content = _compute_fingerprint(reading, header, source, opinion)
    instance, other = pseudonyms.uid("capture", content), pseudonyms.uid("report", content)
    capture = build_capture(reading, header, source, pseudonyms, instance, opinion)
    report = build_report(reading, header, source, capture, pseudonyms, other, opinion)
    return DicomAnswer(capture, report, source)


def write_dicom(
    reading: FilmReading,
    header: ModelHeader,
    folder: Path,
    keeps_identity: bool = False,
    opinion: Opinion | None = None,
) -> tuple[Path, Path]:
    """Write the objects of `build_dicom` into `folder`, by the film's code and, with identity, its name.

    Returns the paths of capture and report. Raises as `build_dicom` does, JobFailed if nothing can be written.
    """
    answer = build_dicom(reading, header, keeps_identity, opinion)
    stem = f"{escape_undecodable(reading.path.stem)[:STEM_LETTERS]}-" if keeps_identity else ""
    code = answer.source.code
    paths = (folder / f"{stem}{code}-heatmap.dcm", folder / f"{stem}{code}-report.dcm")
    for path, dataset in zip(paths, (answer.capture, answer.report), strict=True):
        write_object(path, dataset)
    return paths


def _compute_fingerprint(reading: FilmReading, header: ModelHeader, source: Source, opinion: Opinion | None) -> str:
    """Return a hash of all content: an instance UID must never have two contents (Part 5, 9)."""
    from highdicom import __version__ as library

    digest = hashlib.sha256()
    parts = (reading.model, header.key, reading.label, reading.decision, reading.validation, VERSION, library)
    for part in parts:
        digest.update(f"{part}\0".encode("utf-8", "backslashreplace"))
    values = (
        reading.probability,
        reading.threshold,
        reading.is_heat_scaled,
        source.image,
        source.code,
        source.modality,
    )
    digest.update(repr(values).encode())
    digest.update(source.identity.to_json().encode())
    for sentence in list_first_sentences(reading, opinion):
        digest.update(sentence.encode("utf-8", "backslashreplace"))
    for pixels in (reading.pixels, reading.heat):
        digest.update(pixels.tobytes())
    return digest.hexdigest()


def _is_own_object(path: Path) -> bool:
    """Return True for a DICOM file whose equipment is this program."""
    with suppress(Exception), path.open("rb") as stream:  # pydicom raises anything on bad bytes
        return bool(read_dicom_header(stream, [MAKER]).get(MAKER) == PROGRAM)
    return False


OWN_OBJECT: Final = OutputKind(_is_own_object)


def write_object(path: Path, dataset: Dataset) -> None:
    """Write a DICOM file under a temporary name, then rename it. Raises JobFailed, also where another's file stands."""
    check_output(path, OWN_OBJECT)
    write_atomically(path, lambda stream: dataset.save_as(stream, enforce_file_format=True))
