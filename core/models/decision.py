"""The three-way decision of a model."""

from enum import StrEnum

from core.system.language import marked


class Decision(StrEnum):
    """Likely, review or unlikely. Values are written to RESULTS.csv and shown translated."""

    LIKELY = marked("likely")
    REVIEW = marked("review")
    UNLIKELY = marked("unlikely")
