"""The three-way answer of a model."""

from enum import StrEnum

from core.system.language import marked


class Decision(StrEnum):
    """The three-way answer. The values stand in RESULTS.csv, and are shown to people, translated."""

    LIKELY = marked("likely")
    REVIEW = marked("review")
    UNLIKELY = marked("unlikely")
