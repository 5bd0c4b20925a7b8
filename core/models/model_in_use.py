"""Read a model as it is used on this computer: its operating point, its acceptance here and its card."""

from dataclasses import dataclass
from pathlib import Path

from core.documents.document import Document
from core.models.model_card import build_card_document
from core.models.model_header import ModelHeader, bundled_model_path, read_header
from core.models.site_record import apply_site_record, format_point, format_validation


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """A model as used on this computer, with its card.

    header: at the operating point in use. point, acceptance: the operating point, and whether the
    model was accepted here, as sentences.
    """

    header: ModelHeader
    point: str
    is_accepted: bool
    acceptance: str
    card: Document


def read_model_in_use(path: Path | None) -> ModelInUse:
    """Read a model's header and this site's record of it; None is the bundled one. Raises JobFailed."""
    header = apply_site_record(read_header(path or bundled_model_path()))
    is_accepted, sentence = format_validation(header)
    return ModelInUse(header, format_point(header), is_accepted, sentence, build_card_document(header))
