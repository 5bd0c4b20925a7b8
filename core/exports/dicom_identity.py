"""Whom a DICOM export is about: the source's patient and study, or one-way codes instead. Writes no export.

De-identified exports hold nothing of the source's header but lossy compression and orientation: PS3.15, Annex E, Basic
Application Level Confidentiality Profile, table E.1-1. Codes are keyed by a secret of this computer, so that films of
one patient and study stay together, and nobody can try all patient numbers against them.
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

from core.films.dicom_header import read_dicom_header
from core.films.images import explain_read_errors, is_dicom, open_regular
from core.system.app_folders import data_folder
from core.system.errors import FilmUnreadable, Reason
from core.system.files import write_atomically

ANONYMOUS: Final = "Anonymous^"  # a family name: the form without ^ is retired (Part 5, 6.2.1)
SALT_BYTES: Final = 32
# Part 3, C.7.1.1 Patient, C.7.2.1 General Study and C.7.2.2 Patient Study, as far as they tell whose study it is
ALWAYS_THERE: Final = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime",
    "ReferringPhysicianName", "StudyID", "AccessionNumber",
)  # fmt: skip
WHERE_GIVEN: Final = (
    "IssuerOfPatientID", "PatientAge", "StudyDescription", "PatientIdentityRemoved", "DeidentificationMethod",
)  # fmt: skip
LOSSY: Final = ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod")
REFERENCE: Final = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "PatientOrientation", *LOSSY)
FORMS: Final = {  # of values whose form a validator or viewer relies on; another form counts as no value
    "PatientBirthDate": r"\d{8}",
    "StudyDate": r"\d{8}",
    "StudyTime": r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?",
    "PatientSex": r"[MFO]",
    "PatientAge": r"\d{3}[DWMY]",
    "PatientIdentityRemoved": r"YES|NO",
}
UID_FORM: Final = re.compile(r"(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))+")  # Part 5, 9.1
JPEG_START: Final = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Codes:
    """One-way codes of names, numbers and UIDs, the same for the same text as long as the key is."""

    key: bytes

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self.key, "\0".join(parts).encode("utf-8", "surrogateescape"), hashlib.sha256)

    def text(self, *parts: str) -> str:
        """Sixteen hexadecimal digits."""
        return self._digest(*parts).hex()[:16]

    def uid(self, *parts: str) -> str:
        """A UID from a UUID (Part 5, B.2)."""
        return f"2.25.{uuid.UUID(bytes=self._digest(*parts)[:16], version=5).int}"


def load_codes() -> Codes:
    """The codes of this computer; their key is made at the first use and kept in the app's data folder.

    Raises JobFailed (not writable). Whoever deletes the key makes earlier exports unlinkable with later ones.
    """
    path = data_folder() / "export.key"
    if not path.exists():
        fresh = secrets.token_bytes(SALT_BYTES)
        write_atomically(path, lambda stream: stream.write(fresh))
        path.chmod(0o600)
    return Codes(path.read_bytes())


@dataclass(frozen=True, slots=True)
class Source:
    """The film that an export is about, as the export may name it.

    identity: patient and study. image: class, instance and series UID of the source, None where it is no DICOM file.
    code: tells the film's file, one way. orientation: of rows and columns, empty where unknown. lossy: attributes of
    General Image (Part 3, C.7.6.1.1.5) that follow the pixels.
    """

    identity: Dataset
    image: tuple[str, str, str] | None
    code: str
    orientation: tuple[str, ...]
    lossy: dict[str, Any]


def read_source(path: Path, pixels: int, keeps_identity: bool, codes: Codes) -> Source:
    """Whom the film in `path` is about; it has so many pixels. Raises FilmUnreadable where it is not there any more."""
    with explain_read_errors(), open_regular(path) as stream:
        digest = hashlib.sha256()
        while part := stream.read(1_000_000):
            digest.update(part)
        code = codes.text("film", digest.hexdigest())
        stream.seek(0)
        if not is_dicom(stream):
            lossy = {}
            if stream.read(len(JPEG_START)) == JPEG_START:
                ratio = f"{pixels / path.stat().st_size:.3g}"
                lossy = dict(zip(LOSSY, ("01", ratio, "ISO_10918_1"), strict=True))
            return Source(_anonymous(codes, code, code), None, code, (), lossy)
        try:
            header = read_dicom_header(stream, [*ALWAYS_THERE, *WHERE_GIVEN, *REFERENCE])
        except (MemoryError, OSError, FilmUnreadable):
            raise
        except Exception as error:  # pydicom's parser raises whatever the bytes led it to
            raise FilmUnreadable(Reason.DAMAGED, "Its DICOM header is damaged or cut off.") from error
    return _source_of_header(header, code, keeps_identity, codes)


def _source_of_header(header: Dataset, code: str, keeps_identity: bool, codes: Codes) -> Source:
    instance = _uid(header, "SOPInstanceUID") or codes.uid("instance", code)
    study = _uid(header, "StudyInstanceUID") or codes.uid("study", instance)
    series = _uid(header, "SeriesInstanceUID") or codes.uid("series", instance)
    kind = _uid(header, "SOPClassUID") or "1.2.840.10008.5.1.4.1.1.7"  # Secondary Capture, what such files mostly are
    if keeps_identity:
        identity = _kept(header, study)
    else:
        patient = _text(header, "PatientID")
        issuer = _text(header, "IssuerOfPatientID")
        instance, series = (codes.uid("mapped", uid) for uid in (instance, series))
        identity = _anonymous(codes, study, f"{issuer}\0{patient}" if patient else study)
    letters = [str(value) for value in _value(header, "PatientOrientation") or ()]
    given = len(letters) == 2 and all(re.fullmatch("[LRAPHF]{1,3}", value) for value in letters)
    lossy = {}
    if _text(header, "LossyImageCompression") == "01":
        values = {keyword: _value(header, keyword) for keyword in LOSSY}
        lossy = {keyword: value for keyword, value in values.items() if value not in (None, "")}
    return Source(identity, (kind, instance, series), code, tuple(letters) if given else (), lossy)


def _kept(header: Dataset, study: str) -> Dataset:
    """Patient and study as the source names them, so that an archive files the export beside it."""
    identity = Dataset()
    for keyword in ALWAYS_THERE:
        setattr(identity, keyword, _text(header, keyword))
    for keyword in WHERE_GIVEN:
        if value := _text(header, keyword):
            setattr(identity, keyword, value)
    identity.StudyInstanceUID = study
    if "PatientIdentityRemoved" in identity and "DeidentificationMethod" not in identity:
        identity.DeidentificationMethod = "Not told by the source"  # type 1C
    return identity


def _anonymous(codes: Codes, study: str, patient: str) -> Dataset:
    """Codes in the place of patient and study, and the attributes that say so (Part 3, C.7.1.1, and PS3.15, E.1.1)."""
    identity = Dataset()
    for keyword in ALWAYS_THERE:
        setattr(identity, keyword, "")
    identity.PatientName = ANONYMOUS
    identity.PatientID = f"PS-{codes.text('patient', patient)}"
    identity.StudyInstanceUID = codes.uid("mapped", study)
    identity.StudyID = codes.text("study", study)
    identity.PatientIdentityRemoved = "YES"
    identity.DeidentificationMethod = ["Made anew with one-way codes", "Letters in the film itself stay"]
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "113100", "DCM"  # PS3.16, CID 7050
    item.CodeMeaning = "Basic Application Confidentiality Profile"
    identity.DeidentificationMethodCodeSequence = [item]
    identity.LongitudinalTemporalInformationModified = "REMOVED"
    return identity


def _uid(header: Dataset, keyword: str) -> str:
    value = _text(header, keyword)
    return value if UID_FORM.fullmatch(value) else ""


def _text(header: Dataset, keyword: str) -> str:
    """A value as one text that may stand in a new file; "" for none, and for one of an impossible form."""
    value = _value(header, keyword)
    if isinstance(value, MultiValue | list):
        value = value[0] if value else None
    text = re.sub(r"[\x00-\x1f\x7f\\]", " ", str(value if value is not None else "")).strip()
    form = FORMS.get(keyword)
    return text if form is None or re.fullmatch(form, text) else ""


def _value(header: Dataset, keyword: str) -> Any:
    """What the header holds, None for nothing and for what cannot be read."""
    try:
        return header.get(keyword)
    except Exception:  # pydicom raises whatever an odd value leads it to
        return None
