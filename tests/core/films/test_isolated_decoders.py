"""Decoders in a child process give what the same decoders give in this one."""

import json
import os
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.films import isolated_decoders
from core.films.dicom import read_dicom
from core.films.isolated_decoders import decode_film, read_film_isolated
from core.films.pictures import read_picture
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import DEEP, FILM, store, store_deep


def encoded(picture, kind, **options):
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def test_a_dicom_film_is_the_same_from_a_child_process():
    content = store_deep(PixelPaddingValue=int(DEEP.min()), ViewPosition="AP", PatientAge="004Y", PatientID="x")
    here, there = read_dicom(BytesIO(content), 10**8), read_film_isolated(BytesIO(content))
    assert np.array_equal(here.pixels, there.pixels)
    assert (here.facts, here.chroma) == (there.facts, there.chroma)


def test_a_refusal_comes_with_its_reason_and_sentence():
    content = store(NumberOfFrames=5)
    with pytest.raises(FilmUnreadable) as here:
        read_dicom(BytesIO(content), 10**8)
    with pytest.raises(FilmUnreadable) as there:
        read_film_isolated(BytesIO(content))
    assert there.value.reason is here.value.reason is Reason.MULTI_FRAME
    assert there.value.sentence == here.value.sentence


def test_the_limit_of_pixels_is_kept():
    with pytest.raises(FilmUnreadable) as refusal:
        read_film_isolated(BytesIO(store()), FILM.size - 1)
    assert refusal.value.reason is Reason.TOO_LARGE


def test_a_reply_is_json_and_bytes():
    fields, data = decode_film(store(FILM), 10**8)
    assert json.loads(json.dumps(fields))["shape"] == list(FILM.shape)
    assert np.array_equal(np.frombuffer(data, np.uint8).reshape(FILM.shape), FILM)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_a_picture_of_any_mode_is_the_same_from_a_child_process(mode):
    picture = Image.fromarray(DEEP) if mode == "I;16" else Image.fromarray(FILM).convert(mode)
    content = encoded(picture, "TIFF", compression="tiff_lzw")
    here, there = read_picture(BytesIO(content)), read_film_isolated(BytesIO(content))
    assert np.array_equal(here.pixels, there.pixels)
    assert (here.facts, here.chroma) == (there.facts, there.chroma)


def test_the_film_of_several_pages_is_decoded_upright():
    pages = [Image.fromarray(FILM).resize((32, 32)), Image.fromarray(FILM)]
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    assert np.array_equal(read_film_isolated(BytesIO(content)).pixels, FILM)
    turned = encoded(Image.fromarray(FILM[::-1].copy()), "TIFF", compression="tiff_lzw", tiffinfo={274: 4})
    assert np.array_equal(read_film_isolated(BytesIO(turned)).pixels, FILM)


def test_a_decoder_that_prints_without_end_has_met_damage(monkeypatch):
    def read_loudly(stream, max_pixels):
        for _ in range(3):
            os.write(2, b"row skipped\n" * 50_000)
        return read_dicom(stream, max_pixels)

    monkeypatch.setattr(isolated_decoders, "read_dicom", read_loudly)
    with pytest.raises(FilmUnreadable) as refusal:
        decode_film(store(FILM), 10**8)
    assert refusal.value.reason is Reason.DAMAGED
