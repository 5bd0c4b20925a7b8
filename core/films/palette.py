"""Show films that are stored as palette indices (PS3.3, C.7.6.3.1.5 and C.7.9)."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from core.films.dicom_values import is_little_endian
from core.films.grey_range import Grey, map_levels, stretch, tabulate
from core.films.lookup_table import read_lookup_table

CHANNELS: Final = ("Red", "Green", "Blue")


def apply_palette(indices: npt.NDArray[Any], header: Dataset) -> Grey:
    """Return the colours (height, width, 3), 8 bits a channel, of palette indices (height, width).

    Raises NotImplementedError for a palette in segments, ValueError if there is none.
    """
    if "RedPaletteColorLookupTableData" not in header and "SegmentedRedPaletteColorLookupTableData" in header:
        raise NotImplementedError("segmented palette")
    tables = [
        table
        for channel in CHANNELS
        if (table := read_lookup_table(header, is_little_endian(header), f"{channel}PaletteColorLookupTable"))
    ]
    if len(tables) != len(CHANNELS):
        raise ValueError("palette missing or empty")
    levels, _ = tabulate(indices)
    white = 2 ** max(table.depth for table in tables) - 1
    shown = [stretch(table.apply(levels.astype(np.float64)), 0, white) for table in tables]
    return map_levels(indices, levels, np.stack(shown, axis=-1))
