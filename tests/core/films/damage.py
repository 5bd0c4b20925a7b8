"""Read a film from bytes, and expect that it is damaged."""

from io import BytesIO

import pytest

from core.films.film_reader import read_stream
from core.system.errors import FilmUnreadable, Reason


def read(content):
    return read_stream(BytesIO(content)).pixels


def assert_damaged(content):
    with pytest.raises(FilmUnreadable) as refusal:
        read(content)
    assert refusal.value.reason is Reason.DAMAGED
