"""The sentence that every result, report and export carries."""

from typing import Final

from core.language import marked

NOTICE: Final = marked("For research and education, not a diagnosis.")
