"""Films that are decoded at the same time share one limit of memory."""

import threading
import tracemalloc
from io import BytesIO

import numpy as np
import pytest

from core.films import grey_range
from core.films.decoder_process import DecoderPool
from core.films.film_reader import read_stream
from core.films.grey_range import map_levels, tabulate
from core.films.memory_budget import MemoryBudget
from core.films.phantoms import draw_phantom
from tests.core.films.examples import store
from tests.core.films.picture_files import encoded

FILM = draw_phantom(1, True, 128)


def run_threads(work, count):
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_what_exceeds_the_limit_waits_for_the_others():
    budget, order = MemoryBudget(100), []

    def work():
        with budget.reserve(60):
            order.extend(("in", "out"))

    with budget.reserve(60):
        threads = run_threads(work, 8)
        order.append("first")
    for thread in threads:
        thread.join()
    assert order == ["first", *["in", "out"] * 8]


def test_what_fits_does_not_wait():
    budget, both = MemoryBudget(100), threading.Barrier(2, timeout=30)

    def work():
        with budget.reserve(50):
            both.wait()

    for thread in run_threads(work, 2):
        thread.join()
    assert not both.broken


def test_a_film_larger_than_the_limit_is_decoded_alone():
    budget = MemoryBudget(100)
    with budget.reserve(1000):
        pass
    with pytest.raises(ValueError, match="damaged"), budget.reserve(1000):
        raise ValueError("damaged")
    with budget.reserve(100):
        pass


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16", "JPEG", "DICOM"])
def test_every_film_reserves_more_than_its_pixels(mode, monkeypatch):
    reserved, deep = [], FILM.astype(np.uint16) * 257
    reserve = MemoryBudget.reserve
    monkeypatch.setattr(MemoryBudget, "reserve", lambda self, count: reserved.append(count) or reserve(self, count))
    colours = np.stack([FILM] * 4, axis=-1)
    contents = {
        "L": encoded(FILM, "PNG"),
        "RGBA": encoded(colours, "PNG"),
        "I;16": encoded(deep, "PNG"),
        "JPEG": encoded(FILM, "JPEG"),
        "DICOM": store(FILM),
    }
    read_stream(BytesIO(contents[mode]))
    assert len(reserved) == 1
    assert reserved[0] >= 4 * FILM.size


def test_very_large_pictures_are_decoded_in_a_child_process(monkeypatch):
    asked, run = [], DecoderPool.run

    def record(pool, work, content, **options):
        asked.append(work)
        return run(pool, work, content, **options)

    monkeypatch.setattr(DecoderPool, "run", record)
    for kind in ("PNG", "BMP", "JPEG"):
        here = read_stream(BytesIO(encoded(FILM, kind)))
        assert asked == []
        with monkeypatch.context() as patch:
            patch.setattr("core.films.pictures.MAX_USUAL_PIXELS", FILM.size - 1)
            there = read_stream(BytesIO(encoded(FILM, kind)))
        assert len(asked) == 1
        assert np.array_equal(here.pixels, there.pixels)
        assert here.facts == there.facts
        asked.clear()


@pytest.mark.parametrize("form", ["u1", "u2", "i2"])
def test_grey_levels_take_no_copies_of_the_film(form, monkeypatch):
    monkeypatch.setattr(grey_range, "BAND_PIXELS", 1 << 14)
    values = np.tile((FILM // 2).astype(form), (8, 8))
    tracemalloc.start()
    levels, _ = tabulate(values)
    map_levels(values, levels, np.arange(len(levels)).astype(np.uint8))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.6 * values.size, "the grey picture, and bands"
