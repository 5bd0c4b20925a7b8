"""Notes on films, as codes for files and as sentences for people."""

import re

import pytest

from core.films.film_notes import SENTENCES, Note, format_notes


def test_every_note_has_a_sentence_of_its_own():
    assert set(SENTENCES) == set(Note)
    assert len(set(SENTENCES.values())) == len(Note)


@pytest.mark.parametrize("note", Note)
def test_codes_are_words_and_sentences_are_whole(note):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", note.value)
    assert note.value == note.name.lower()
    (sentence,) = format_notes([note])
    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_sentences_come_in_the_order_of_the_notes():
    notes = [Note.AGE_COMPUTED, Note.NO_FILE_META]
    assert format_notes(notes) == tuple(SENTENCES[note] for note in notes)
    assert format_notes([]) == ()


def test_sentences_are_translated(german):
    (sentence,) = format_notes([Note.AGE_COMPUTED])
    assert sentence != SENTENCES[Note.AGE_COMPUTED]
