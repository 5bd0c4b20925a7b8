"""A decoder that hangs, dies, eats memory or prints takes one film with it and nothing else."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.films.decoder_process import FILE_BYTES, DecoderPool
from core.films.film_reader import read_pixels
from core.films.isolated_decoders import read_film_isolated
from core.screening.events import Status
from core.screening.screening import screen
from core.system.errors import FilmUnreadable, Reason
from core.system.language import Language, set_language, tr
from tests.factories import drained, write_dicom
from tests.faults import bad_decoders
from tests.faults.hostile_films import FILM
from tests.faults.hostile_names import small_model


@pytest.fixture
def pool():
    made = DecoderPool(seconds=0.4)
    yield made
    made.close()


def test_a_child_is_used_again_and_knows_no_torch(pool):
    first, answer = pool.run(bad_decoders.echoes, b"\0film" * 9, a=1, b=[2.5, "x"])
    second, _ = pool.run(bad_decoders.echoes, b"")
    assert answer == b"\0film" * 9
    assert first["options"] == {"a": 1, "b": [2.5, "x"]}
    assert first["process"] == second["process"] != os.getpid()
    assert not second["torch"]


def test_hanging_and_dying_cost_one_film_each_and_the_next_is_read(pool):
    for work, word in (
        (bad_decoders.hangs, "longer"),
        (bad_decoders.dies, "crashed"),
        (bad_decoders.breaks, "crashed"),
    ):
        with pytest.raises(FilmUnreadable, match=word) as refusal:
            pool.run(work, b"film")
        assert refusal.value.reason is Reason.DECODER_FAILED
        assert refusal.value.may_be_retried
    assert pool.run(bad_decoders.echoes, b"next")[1] == b"next"


def test_errors_come_as_reasons_and_without_what_the_decoder_said(pool, capfd):
    for work, reason in (
        (bad_decoders.raises, Reason.DAMAGED),
        (bad_decoders.refuses, Reason.BLANK),
    ):
        with pytest.raises(FilmUnreadable) as refusal:
            pool.run(work, b"film")
        assert refusal.value.reason is reason
        assert "DOE" not in refusal.value.sentence
    pool.run(bad_decoders.prints, b"film")
    assert capfd.readouterr() == ("", "")


def test_a_child_speaks_the_language_that_is_spoken_when_it_is_asked():
    children, said = DecoderPool(), []
    try:
        for language in (Language.ENGLISH, Language.GERMAN, Language.ENGLISH):
            set_language(language)
            with pytest.raises(FilmUnreadable) as refusal:
                children.run(bad_decoders.raises, b"film")
            assert refusal.value.sentence == tr("It is damaged or cut off.")
            said.append(refusal.value.sentence)
    finally:
        set_language(Language.ENGLISH)
        children.close()
    assert said[0] == said[2] != said[1]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to the limit")
def test_memory_is_limited(pool):
    with pytest.raises(FilmUnreadable) as refusal:
        pool.run(bad_decoders.eats, b"film", gigabytes=5)
    assert refusal.value.reason is Reason.OUT_OF_MEMORY
    assert pool.run(bad_decoders.eats, b"film", gigabytes=1)[0] == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_files_are_limited(pool):
    told, _ = pool.run(bad_decoders.writes, b"film")
    assert told["written"] == FILE_BYTES


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="this system cannot be asked whether it died")
def test_a_killed_child_that_waited_is_replaced_unseen(pool):
    told, _ = pool.run(bad_decoders.echoes, b"")
    os.kill(told["process"], 9)
    os.waitid(os.P_PID, told["process"], os.WEXITED | os.WNOWAIT)
    again, _ = pool.run(bad_decoders.echoes, b"")
    assert again["process"] != told["process"]


def test_several_threads_have_a_child_each(pool):
    both = threading.Barrier(2)

    def asked(content):
        both.wait()
        return [pool.run(bad_decoders.echoes, content * number)[1] for number in range(1, 30)]

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(asked, (b"a", b"b")))
    assert answers == [[letter * number for number in range(1, 30)] for letter in (b"a", b"b")]


def test_half_an_answer_is_no_film(monkeypatch, tmp_path):
    monkeypatch.setattr("core.films.isolated_decoders.decode_film", bad_decoders.answers_nonsense)
    with (tmp_path / "x").open("w+b") as stream, pytest.raises(FilmUnreadable, match="incomplete film"):
        read_film_isolated(stream, 1)


def test_a_screening_goes_on_after_a_decoder_broke_down(tmp_path, cancel, monkeypatch):
    folder = tmp_path / "films"
    folder.mkdir()
    for name in ("a", "b", "c"):
        write_dicom(folder / f"{name}.dcm", FILM, PatientID=name)
    run = DecoderPool.run
    bad = (folder / "b.dcm").read_bytes()
    monkeypatch.setattr(
        DecoderPool,
        "run",
        lambda self, work, content, **options: (
            run(self, bad_decoders.dies, content) if content == bad else run(self, work, content, **options)
        ),
    )
    _, result = drained(screen(folder, tmp_path / "r.csv", small_model(), cancel))
    rows = {row.file: row for row in result.rows}
    assert (rows["b.dcm"].status, rows["b.dcm"].reason) == (Status.FAILED, "decoder_failed")
    assert {rows["a.dcm"].status, rows["c.dcm"].status} == {Status.SCORED}
    monkeypatch.undo()
    assert (read_pixels(folder / "b.dcm") == FILM).all()


def test_a_file_over_which_gdcm_ends_the_process_ends_the_child_only():
    """Found by fuzz_films.py within seconds: GDCM throws what nothing catches. It ended the whole program before."""
    with pytest.raises(FilmUnreadable) as refusal:
        read_pixels(Path(__file__).parent / "found" / "gdcm-jpeg-logic.dcm")
    assert refusal.value.reason in {Reason.DECODER_FAILED, Reason.DAMAGED}
