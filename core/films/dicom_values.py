"""Read values of a DICOM header, also those that break DICOM's rules.

pydicom raises on a number that it cannot parse, so numbers are read from the stored bytes.
"""

import struct
from typing import Any, Final

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

BINARY_FORMS: Final = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "AT": "H"}


def read_numbers(item: Dataset, keyword: str) -> list[float] | None:
    """Return the numbers of an attribute; [] if it is missing or empty, None if one is invalid.

    Decimal commas are accepted. Binary values are read by their VR.
    """
    element = _get_raw(item, keyword)
    if element is None:
        return []
    try:
        if isinstance(element, RawDataElement) and (form := _binary_form(element, keyword)):
            return list(_unpack(element.value or b"", form, element.is_little_endian))
        return [float(text.replace(",", ".")) for text in _list_texts(element) if text]
    except (ValueError, TypeError, struct.error):
        return None


def read_number(item: Dataset, keyword: str) -> float | None:
    """Return the first number of an attribute, None if it is missing, empty or invalid."""
    numbers = read_numbers(item, keyword)
    return numbers[0] if numbers else None


def read_text(item: Dataset, keyword: str) -> str:
    """Return the first value of an attribute as text without surrounding space, "" if missing."""
    texts = read_texts(item, keyword)
    return texts[0] if texts else ""


def read_texts(item: Dataset, keyword: str) -> list[str]:
    """Return the values of an attribute as printable text; [] if it is missing or unreadable."""
    try:
        value = item.get(keyword)
    except Exception:  # pydicom raises anything on invalid values
        return []
    values = [] if value is None else list(value) if _is_multiple(value) else [value]
    return ["".join(letter for letter in str(one) if letter.isprintable()).strip() for one in values]


def read_items(item: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence; [] if it is missing or is no sequence."""
    try:
        value = item.get(keyword)
    except Exception:  # as above
        return []
    return [one for one in value if isinstance(one, Dataset)] if _is_multiple(value) else []


def read_words(item: Dataset, keyword: str, is_little_endian: bool) -> tuple[bytes, str]:
    """Return the bytes of a binary attribute, and the struct letter for the order of its bytes."""
    element = _get_raw(item, keyword)
    if element is None or element.value is None:
        return b"", "<"
    if isinstance(element, RawDataElement):
        return element.value, "<" if element.is_little_endian else ">"
    if isinstance(element.value, bytes):
        return element.value, "<" if is_little_endian else ">"
    values = element.value if _is_multiple(element.value) else [element.value]
    return struct.pack(f"<{len(values)}H", *(int(value) & 0xFFFF for value in values)), "<"


def is_little_endian(header: Dataset) -> bool:
    """Return True if the words of a file's values have the low byte first, as is usual."""
    return bool(header.original_encoding[1] is not False)


def _binary_form(element: RawDataElement, keyword: str) -> str | None:
    """Return the VR of a binary number, also in implicit VR files, which do not state it; else None."""
    form = element.VR or dictionary_VR(keyword)[:2]  # "US or SS" counts as unsigned
    return form if form in BINARY_FORMS else None


def _get_raw(item: Dataset, keyword: str) -> Any:
    """Return an element as it was read from the file, unless it has been converted before."""
    try:
        return item.get_item(keyword) if keyword in item else None
    except Exception:  # as above
        return None


def _list_texts(element: Any) -> list[str]:
    value = element.value
    if value is None:
        return []
    if isinstance(value, bytes):
        return [text.strip(" \0") for text in value.decode("latin-1").split("\\")]
    return [str(one).strip() for one in (value if _is_multiple(value) else [value])]


def _unpack(data: bytes, form: str, is_little_endian: bool) -> tuple[float, ...]:
    letter = BINARY_FORMS[form]
    count = len(data) // struct.calcsize(letter)
    return struct.unpack(f"{'<' if is_little_endian else '>'}{count}{letter}", data[: count * struct.calcsize(letter)])


def _is_multiple(value: Any) -> bool:
    """Return True for lists, and for pydicom's MultiValue and Sequence, which are none."""
    return isinstance(value, list | tuple) or (hasattr(value, "__iter__") and not isinstance(value, str | bytes))
