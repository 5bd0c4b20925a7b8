"""Facts about films, as they pass between processes."""

import json
from dataclasses import asdict

import pytest

from core.films.film_facts import FilmFacts
from core.films.film_notes import Note
from core.system.json_records import parse_record

FACTS = FilmFacts(
    stored_width=96, stored_height=80, bits=12, is_coloured=True, jpeg_quality=90, transfer_syntax="1.2.840.10008.1.2",
    photometric_interpretation="MONOCHROME1", window="2048/4096 LINEAR", view="PA", is_lateral=False, is_raw=True,
    age_years=4.5, tags={"Modality": "DX"}, patient="0123456789ab",
    notes=(Note.PADDING_HIDDEN, Note.AGE_COMPUTED),
)  # fmt: skip


@pytest.mark.parametrize("facts", [FACTS, FilmFacts()])
def test_facts_come_back_from_json(facts):
    assert parse_record(FilmFacts, json.loads(json.dumps(asdict(facts)))) == facts


def test_unknown_notes_are_no_facts():
    with pytest.raises(ValueError, match="nonsense"):
        parse_record(FilmFacts, asdict(FACTS) | {"notes": ["nonsense"]})


def test_a_log_that_takes_them_whole_stays_empty():
    assert repr(FACTS) == str(FACTS) == "FilmFacts()"
