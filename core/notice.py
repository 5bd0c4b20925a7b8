"""The sentence that every result, report and export carries."""

from typing import Final

NOTICE: Final = "For research and education, not a diagnosis."
