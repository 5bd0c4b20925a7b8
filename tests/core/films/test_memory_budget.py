"""Films that are decoded at the same time share one limit of memory."""

import threading
import tracemalloc
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEGLSLossless

from core.films import grey_range
from core.films.decoder_process import DecoderPool
from core.films.film_reader import read_stream
from core.films.grey_range import map_levels, tabulate
from core.films.memory_budget import LIMIT_BYTES, MemoryBudget
from core.films.phantoms import draw_phantom
from tests.core.films.examples import edit, enclose, frame_of, recode, save, store
from tests.core.films.picture_files import encoded

FILM = draw_phantom(1, True, 128)


def run_threads(work, count):
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_what_exceeds_the_limit_waits_for_the_others():
    budget, inside, most = MemoryBudget(100), [], []

    def work():
        with budget.reserve(60):
            inside.append(1)
            threading.Event().wait(0.001)  # in which another would come in
            most.append(len(inside))
            inside.pop()

    with budget.reserve(60):
        threads = run_threads(work, 8)
        threads[0].join(0.02)
        assert inside == most == []
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_a_large_film_is_not_overtaken(monkeypatch):
    budget, order, has_asked = MemoryBudget(100), [], threading.Event()
    wait_for = threading.Condition.wait_for

    def tell(condition, predicate):
        has_asked.set()
        return wait_for(condition, predicate)

    def take(count):
        with budget.reserve(count):
            order.append(count)

    with budget.reserve(60):
        monkeypatch.setattr(threading.Condition, "wait_for", tell)
        (large,) = run_threads(lambda: take(90), 1)
        assert has_asked.wait(30)
        (small,) = run_threads(lambda: take(10), 1)
        small.join(0.05)  # which ends if it overtakes
        assert order == []
    large.join()
    small.join()
    assert order == [90, 10]


def test_whoever_fails_while_waiting_holds_nothing(monkeypatch):
    budget = MemoryBudget(100)

    def interrupt(_condition, _timeout=None):
        raise KeyboardInterrupt

    with budget.reserve(60):
        with monkeypatch.context() as patch:
            patch.setattr(threading.Condition, "wait", interrupt)
            with pytest.raises(KeyboardInterrupt), budget.reserve(60):
                pass
        with budget.reserve(40):
            pass
    with budget.reserve(100):
        pass


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


DEEP = FILM.astype(np.uint16) * 257
COLOURS = np.stack([FILM] * 4, axis=-1)
FILMS = {
    "L": lambda: encoded(FILM, "PNG"),
    "RGBA": lambda: encoded(COLOURS, "PNG"),
    "I;16": lambda: encoded(DEEP, "PNG"),
    "F": lambda: encoded(FILM.astype(np.float32), "TIFF"),
    "JPEG": lambda: encoded(FILM, "JPEG"),
    "CMYK": lambda: encoded(Image.fromarray(COLOURS, "CMYK"), "JPEG"),
    "WEBP": lambda: encoded(FILM, "WEBP"),
    "DICOM": lambda: store(FILM),
    "DICOM, implicit": lambda: recode(store(DEEP), ImplicitVRLittleEndian),
    "DICOM, big endian": lambda: recode(store(DEEP), ExplicitVRBigEndian),
    "DICOM, JPEG-LS": lambda: enclose(frame_of(store(DEEP), JPEGLSLossless), JPEGLSLossless, store(DEEP)),
}
# for each pixel, as measured for films of 17 million pixels
NEEDS = {"L": 3, "RGBA": 8, "I;16": 7, "F": 15, "JPEG": 3, "CMYK": 7, "WEBP": 16}


def list_reserved(content, monkeypatch):
    reserved = []
    reserve = MemoryBudget.reserve
    monkeypatch.setattr(MemoryBudget, "reserve", lambda self, count: reserved.append(count) or reserve(self, count))
    read_stream(BytesIO(content))
    return reserved


@pytest.mark.parametrize("mode", FILMS)
def test_every_film_reserves_what_it_needs(mode, monkeypatch):
    content = FILMS[mode]()
    (reserved,) = list_reserved(content, monkeypatch)
    assert NEEDS.get(mode, 14) * FILM.size + 2 * len(content) <= reserved < 30 * FILM.size


def test_a_dicom_film_in_colour_reserves_more(monkeypatch):
    content = edit(store(FILM), SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0,
                   PixelData=COLOURS[..., :3].tobytes())  # fmt: skip
    assert list_reserved(content, monkeypatch)[0] >= 28 * FILM.size + 2 * len(content)


def test_a_dicom_film_that_does_not_show_its_size_is_decoded_alone(monkeypatch):
    header = dcmread(BytesIO(store(FILM)))
    header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert list_reserved(save(header), monkeypatch) == [LIMIT_BYTES]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="this system does not tell a peak of memory")
@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_decoding_a_jpeg_takes_no_more_than_is_reserved(mode, monkeypatch):
    monkeypatch.setattr(grey_range, "BAND_PIXELS", 1 << 17)
    picture = Image.fromarray(np.tile(COLOURS[..., :3], (20, 20, 1))).convert(mode)
    content = encoded(picture, "JPEG")
    del picture
    read_stream(BytesIO(content))
    Path("/proc/self/clear_refs").write_text("5")
    before = read_memory("VmRSS")
    (reserved,) = list_reserved(content, monkeypatch)
    assert read_memory("VmHWM") - before <= reserved


def read_memory(name):
    return 1024 * int(Path("/proc/self/status").read_text().partition(f"{name}:")[2].split()[0])


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
