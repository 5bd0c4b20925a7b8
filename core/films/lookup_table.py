"""Read and apply the lookup tables of a DICOM header (PS3.3, C.11.1.1 and C.11.2.1.1)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from core.films.dicom_values import read_words
from core.films.grey_range import bit_depth

MAX_ENTRIES: Final = 65536  # stored as 0 in the descriptor


@dataclass(frozen=True, slots=True, eq=False)
class LookupTable:
    """A lookup table.

    entries: (n,) float64 output values. first: input value of the first entry, 0..65535, as stored.
    count, bits: number of entries and depth that the descriptor states.
    """

    entries: npt.NDArray[np.float64]
    first: int
    count: int
    bits: int

    @property
    def depth(self) -> int:
        """Return the bits that the largest entry needs: some descriptors state too many or too few."""
        return bit_depth(float(self.entries.max()))

    def apply(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the output for each value; values beyond an end get its entry."""
        return self.entries[np.clip(self._find_entries(values), 0, len(self.entries) - 1)]

    def find_missing(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return which values have entries that the descriptor states and the data lack."""
        return np.asarray(np.clip(self._find_entries(values), 0, self.count - 1) >= len(self.entries))

    def _find_entries(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        # a negative first value is stored as 65536 more
        is_negative = self.first > 32767 and (values.min() < 0 or values.max() < self.first)
        first = self.first - 65536 if is_negative else self.first
        return np.asarray(np.clip(np.round(values) - first, -1, MAX_ENTRIES), np.int64)


def read_lookup_table(item: Dataset, is_little_endian: bool, name: str = "LUT") -> LookupTable | None:
    """Return the table in an item with LUT Descriptor and LUT Data, None if it is missing or empty.

    name: what the keywords of descriptor and data begin with. Entries of 8 bits may be stored one
    in each word or packed two in a word (C.11.1.1.1); the length of the data tells which.
    """
    descriptor, order = read_words(item, f"{name}Descriptor", is_little_endian)
    if len(descriptor) < 6:
        return None
    count, first, bits = (int(value) for value in np.frombuffer(descriptor[:6], f"{order}u2"))
    data, order = read_words(item, f"{name}Data", is_little_endian)
    count = count or MAX_ENTRIES
    if bits <= 8 and len(data) in {count, count + count % 2}:
        words = np.frombuffer(data[: len(data) // 2 * 2], f"{order}u2").astype("<u2")
        entries = np.frombuffer(words.tobytes(), np.uint8)[:count]
    else:
        entries = np.frombuffer(data[: len(data) // 2 * 2], f"{order}u2")[:count]
    if len(entries) < 2:
        return None
    return LookupTable(entries.astype(np.float64), first, count, bits)
