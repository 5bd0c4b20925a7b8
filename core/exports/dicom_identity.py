"""Identify patient and study of a DICOM export: those of the source, or pseudonyms.

De-identified exports keep nothing of the source's header but lossy compression and orientation:
PS3.15, Annex E, Basic Application Level Confidentiality Profile, table E.1-1. Pseudonyms are keyed
by a secret of this computer, so that films of one patient and study stay together, and nobody can
match them by trying all patient numbers.
"""

import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from core.films.dicom_file import is_dicom, read_dicom_header
from core.films.images import explain_read_errors, open_regular
from core.system.app_folders import data_folder
from core.system.errors import FilmUnreadable, Reason
from core.system.files import write_atomically

ANONYMOUS: Final = "Anonymous^"  # a family name: the form without ^ is retired (Part 5, 6.2.1)
KEY_BYTES: Final = 32
# attributes that identify a study (Part 3, C.7.1.1 Patient, C.7.2.1 General Study,
# C.7.2.2 Patient Study); the first group is type 1 or 2, so always written
ALWAYS_THERE: Final = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime",
    "ReferringPhysicianName", "StudyID", "AccessionNumber",
)  # fmt: skip
WHERE_GIVEN: Final = (
    "IssuerOfPatientID", "PatientAge", "StudyDescription", "PatientIdentityRemoved", "DeidentificationMethod",
)  # fmt: skip
LOSSY: Final = ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod")
REFERENCE: Final = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "PatientOrientation", "Modality", *LOSSY)
FORMS: Final = {  # that validators and viewers rely on; a value of another form counts as missing
    "PatientBirthDate": r"\d{8}",
    "StudyDate": r"\d{8}",
    "StudyTime": r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?",
    "PatientSex": r"[MFO]",
    "PatientAge": r"\d{3}[DWMY]",
    "PatientIdentityRemoved": r"YES|NO",
}
UID_FORM: Final = re.compile(r"(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))+")  # Part 5, 9.1
SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
JPEG_START: Final = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Pseudonymizer:
    """Keyed one-way codes (HMAC-SHA-256) for names, numbers and UIDs.

    Equal text gives equal codes for the same key.
    """

    key: bytes

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self.key, "\0".join(parts).encode("utf-8", "surrogateescape"), hashlib.sha256)

    def text(self, *parts: str) -> str:
        """Return sixteen hexadecimal digits."""
        return self._digest(*parts).hex()[:16]

    def uid(self, *parts: str) -> str:
        """Return a UID derived from a UUID (Part 5, B.2)."""
        return f"2.25.{uuid.UUID(bytes=self._digest(*parts)[:16], version=5).int}"


def load_pseudonymizer() -> Pseudonymizer:
    """Load this computer's pseudonymizer; its key is created on first use.

    The key is kept in the app's data folder. Deleting it makes later exports unlinkable with
    earlier ones. Raises JobFailed if it cannot be written.
    """
    path = data_folder() / "export.key"
    if not path.exists():
        key = secrets.token_bytes(KEY_BYTES)
        write_atomically(path, lambda stream: stream.write(key))
    return Pseudonymizer(path.read_bytes())


@dataclass(frozen=True, slots=True)
class Source:
    """The exported film, as the export may identify it.

    identity: patient and study.
    is_filed: whether that is the study that the file names, so that an archive files the export beside it.
    image: class, instance and series UID of the source; None if it is not a DICOM file.
    code: pseudonym of the film's file.
    modality: of the file, such as DX; "" if unknown.
    orientation: of rows and columns; empty where unknown.
    lossy: attributes of General Image (Part 3, C.7.6.1.1.5) that follow the pixels.
    """

    identity: Dataset
    is_filed: bool
    image: tuple[str, str, str] | None
    code: str
    modality: str
    orientation: tuple[str, ...]
    lossy: dict[str, Any]


def read_source(path: Path, pixels: int, keeps_identity: bool, pseudonyms: Pseudonymizer) -> Source:
    """Read patient and study of the film in `path`.

    pixels: number of pixels, for the compression ratio of a JPEG file.
    Raises FilmUnreadable if the file is gone or its header is damaged.
    """
    with explain_read_errors(), open_regular(path) as stream:
        code = pseudonyms.text("film", hashlib.file_digest(stream, "sha256").hexdigest())
        stream.seek(0)
        if not is_dicom(stream):
            lossy = {}
            if stream.read(len(JPEG_START)) == JPEG_START:
                ratio = f"{pixels / path.stat().st_size:.3g}"
                lossy = dict(zip(LOSSY, ("01", ratio, "ISO_10918_1"), strict=True))
            return Source(_anonymize(pseudonyms, code, code), False, None, code, "", (), lossy)
        try:
            header = read_dicom_header(stream, [*ALWAYS_THERE, *WHERE_GIVEN, *REFERENCE])
        except (MemoryError, OSError, FilmUnreadable):
            raise
        except Exception as error:  # pydicom may raise any error on damaged bytes
            raise FilmUnreadable(Reason.DAMAGED, "Its DICOM header is damaged or cut off.") from error
    return _build_source(header, code, keeps_identity, pseudonyms)


def _build_source(header: Dataset, code: str, keeps_identity: bool, pseudonyms: Pseudonymizer) -> Source:
    instance = _read_uid(header, "SOPInstanceUID") or pseudonyms.uid("instance", code)
    study = _read_uid(header, "StudyInstanceUID") or pseudonyms.uid("study", instance)
    series = _read_uid(header, "SeriesInstanceUID") or pseudonyms.uid("series", instance)
    # most files without a class are captures
    sop_class = _read_uid(header, "SOPClassUID") or SECONDARY_CAPTURE
    if keeps_identity:
        identity = _copy_identity(header, study)
    else:
        patient = _read_text(header, "PatientID")
        issuer = _read_text(header, "IssuerOfPatientID")
        instance = pseudonyms.uid("mapped", instance)
        series = pseudonyms.uid("mapped", series)
        identity = _anonymize(pseudonyms, study, f"{issuer}\0{patient}" if patient else study)
    orientation = tuple(str(value) for value in _read_value(header, "PatientOrientation") or ())
    if len(orientation) != 2 or not all(re.fullmatch("[LRAPHF]{1,3}", value) for value in orientation):
        orientation = ()
    lossy = {}
    if _read_text(header, "LossyImageCompression") == "01":
        values = {keyword: _read_value(header, keyword) for keyword in LOSSY}
        lossy = {keyword: value for keyword, value in values.items() if value not in (None, "")}
    is_filed = identity.StudyInstanceUID == _read_uid(header, "StudyInstanceUID")
    modality = _read_text(header, "Modality")
    return Source(identity, is_filed, (sop_class, instance, series), code, modality, orientation, lossy)


def _copy_identity(header: Dataset, study: str) -> Dataset:
    """Return patient and study of the source, so that an archive files the export beside it."""
    identity = Dataset()
    for keyword in ALWAYS_THERE:
        setattr(identity, keyword, _read_text(header, keyword))
    for keyword in WHERE_GIVEN:
        if value := _read_text(header, keyword):
            setattr(identity, keyword, value)
    identity.StudyInstanceUID = study
    if "PatientIdentityRemoved" in identity and "DeidentificationMethod" not in identity:
        identity.DeidentificationMethod = "Not stated by the source"  # type 1C
    return identity


def _anonymize(pseudonyms: Pseudonymizer, study: str, patient: str) -> Dataset:
    """Return pseudonyms for patient and study, and the attributes that declare them.

    Part 3, C.7.1.1, and PS3.15, E.1.1.
    """
    identity = Dataset()
    for keyword in ALWAYS_THERE:
        setattr(identity, keyword, "")
    identity.PatientName = ANONYMOUS
    identity.PatientID = f"PS-{pseudonyms.text('patient', patient)}"
    identity.StudyInstanceUID = pseudonyms.uid("mapped", study)
    identity.StudyID = pseudonyms.text("study", study)
    identity.PatientIdentityRemoved = "YES"
    identity.DeidentificationMethod = ["Pseudonymized with one-way codes", "Text in the film itself is kept"]
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "113100", "DCM"  # PS3.16, CID 7050
    item.CodeMeaning = "Basic Application Confidentiality Profile"
    identity.DeidentificationMethodCodeSequence = [item]
    identity.LongitudinalTemporalInformationModified = "REMOVED"
    return identity


def _read_uid(header: Dataset, keyword: str) -> str:
    value = _read_text(header, keyword)
    return value if UID_FORM.fullmatch(value) else ""


def _read_text(header: Dataset, keyword: str) -> str:
    """Return a value as one text fit for a new file; "" if missing or malformed."""
    value = _read_value(header, keyword)
    if isinstance(value, MultiValue | list):
        value = value[0] if value else None
    text = re.sub(r"[\x00-\x1f\x7f\\]", " ", str(value if value is not None else "")).strip()
    form = FORMS.get(keyword)
    return text if form is None or re.fullmatch(form, text) else ""


def _read_value(header: Dataset, keyword: str) -> Any:
    """Return a header value; None if missing or unreadable."""
    try:
        return header.get(keyword)
    except Exception:  # pydicom may raise any error on an odd value
        return None
