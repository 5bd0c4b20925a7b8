"""Files that attack a reader of films: each once in the ledger, none touched, none scored that is not whole."""

import csv
import io
import os
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate

import main
from core.datasets.audit import audit
from core.films.dicom_details import FilmDetails, read_details
from core.films.film_reader import read_film, read_pixels
from core.films.phantoms import draw_phantom
from core.screening.events import Status
from core.screening.heat_maps import heat_map_path
from core.screening.screening import screen
from core.screening.watch_folder import watch
from core.system.errors import FilmUnreadable, Reason
from core.system.exit_status import SOME_LEFT_OUT
from core.system.folders import walk_folders
from tests.factories import drained, write_dicom, write_films
from tests.faults import hostile_films
from tests.faults.hostile_films import FILM
from tests.faults.hostile_names import small_model

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")


@pytest.fixture
def hostile(tmp_path):
    """A folder of every attack, and what must become of each."""
    folder = tmp_path / "films"
    folder.mkdir()
    expected = hostile_films.write_pictures(folder) | hostile_films.write_dicoms(folder)
    hostile_films.write_no_files(folder)
    return folder, expected


def test_every_attack_has_one_row_and_no_row_is_a_score_of_half_a_film(hostile, tmp_path, capfd):
    folder, expected = hostile
    before, output = hostile_films.all_bytes(folder), tmp_path / "r.csv"
    status = main.main(["screen", str(folder), "--output", str(output), "--model", str(small_model())])
    told = capfd.readouterr()
    assert status == SOME_LEFT_OUT
    assert "Traceback" not in told.out + told.err
    assert told.err == ""
    rows = list(csv.DictReader(io.StringIO(output.read_text("utf-8"))))
    links = {"device.png"}  # to a device, which is no regular file
    assert sorted(row["file"] for row in rows) == sorted(set(expected) - links)
    odd = {row["file"]: (row["status"], row["reason"]) for row in rows if row["status"] != expected[row["file"]]}
    assert odd == {}
    assert hostile_films.all_bytes(folder) == before
    assert {path.name for path in tmp_path.iterdir()} - {"films", "app-data", "app-cache"} == {"r.csv", "r.csv.state"}


def test_deep_folders_and_many_entries_are_listed_to_the_end(tmp_path, cancel):
    folder = tmp_path / "films"
    folder.mkdir()
    hostile_films.write_deep(folder, 300 if sys.platform == "linux" else 8)
    for number in range(3000):
        (folder / f"{number}").mkdir()
    started = time.monotonic()
    _, result = drained(screen(folder, tmp_path / "r.csv", small_model(), cancel))
    assert (result.found, len(result.rows)) == (1, 1)
    assert result.rows[0].status is not Status.SCORED or result.rows[0].probability is not None
    assert time.monotonic() - started < 60


@pytest.fixture
def deep_folders(tmp_path):
    """Class folders, with a film below 1,500 levels, and one whose path is too long for the system."""
    films = write_films(tmp_path / "films", 2)
    for name, folder in (("d", "NORMAL"), ("d" * 20, "PNEUMONIA")):
        (films / folder / "far").mkdir()
        hostile_films.write_deep(films / folder / "far", 1500, name)
    yield films
    subprocess.run(["rm", "-rf", films, tmp_path / "heat"], check=True)  # shutil.rmtree calls itself for each level


@pytest.mark.skipif(sys.platform != "linux", reason="paths are shorter on other systems")
def test_folders_below_any_depth_end_no_job_and_cost_no_other_film(deep_folders, tmp_path, cancel):
    _, result = drained(screen(deep_folders, tmp_path / "r.csv", small_model(), cancel, tmp_path / "heat"))
    assert (result.found, result.scored, result.failed) == (6, 5, 1)
    (row,) = [row for row in result.rows if row.status is Status.FAILED]
    assert (row.reason, row.file[:20]) == (Reason.READ_ERROR, "PNEUMONIA/far/dddddd")
    assert sum(len(files) for *_, files in walk_folders(tmp_path / "heat")) == 5
    _, audited = drained(audit(deep_folders, cancel))
    assert len(audited.dataset.films) == 5
    (folder,) = audited.left_out
    assert folder.path.name == "d" * 20
    assert folder.sentence == "This folder cannot be listed (File name too long); films in it are not used."
    _, watched = drained(watch(deep_folders, tmp_path / "r.csv", small_model(), ended_at_once(cancel)))
    assert (watched.found, watched.scored, watched.failed) == (6, 5, 1)


def ended_at_once(cancel):
    cancel.set()
    return cancel


def test_heat_maps_of_long_paths_lie_in_their_folder_itself(tmp_path):
    names = ["/".join("d" * 200 for _ in range(30)) + f"/{name}" for name in ("a.png", "b.png")]
    paths = {heat_map_path(tmp_path, name) for name in names}
    assert len(paths) == 2
    assert {path.parent for path in paths} == {tmp_path}
    assert heat_map_path(tmp_path, "a/b.png") == tmp_path / "a/b.png.png"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_dicom_that_is_cut_off_anywhere_may_be_tried_again(tmp_path, share):
    whole = write_dicom(tmp_path / "film.dcm", FILM).read_bytes()
    header = dcmread(tmp_path / "film.dcm")
    header.compress("1.2.840.10008.1.2.4.90")
    header.save_as(tmp_path / "j2k.dcm")
    for name, content in (("plain", whole), ("j2k", (tmp_path / "j2k.dcm").read_bytes())):
        cut = tmp_path / f"{name}-cut.dcm"
        cut.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(FilmUnreadable) as refusal:
            read_pixels(cut)
        assert refusal.value.reason is Reason.DAMAGED


def test_a_film_of_an_unknown_coding_is_refused_with_the_reason_and_an_untold_one_is_recognised(tmp_path):
    header = dcmread(write_dicom(tmp_path / "film.dcm", FILM))
    del header.file_meta.TransferSyntaxUID
    header.save_as(tmp_path / "none.dcm", enforce_file_format=False, implicit_vr=False, little_endian=True)
    assert np.array_equal(read_pixels(tmp_path / "none.dcm"), FILM)
    for name, syntax, word in (("odd", "1.2.3.4", "unknown"), ("video", "1.2.840.10008.1.2.4.100", "MPEG2")):
        header.file_meta.TransferSyntaxUID = syntax
        header.PixelData = encapsulate([bytes(64)])
        header.save_as(tmp_path / f"{name}.dcm", enforce_file_format=False, implicit_vr=False, little_endian=True)
        with pytest.raises(FilmUnreadable, match=word) as refusal:
            read_pixels(tmp_path / f"{name}.dcm")
        assert refusal.value.reason is Reason.UNSUPPORTED


def test_a_deflated_bomb_is_measured_before_any_door_inflates_it(tmp_path, monkeypatch):
    monkeypatch.setattr("core.films.dicom_file.MAX_BYTES", 1_000_000)
    header = dcmread(write_dicom(tmp_path / "film.dcm", FILM))
    header.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    header.PatientAge = "003Y"
    header.save_as(tmp_path / "small.dcm")
    header.PixelData = bytes(20_000_000)
    header.save_as(tmp_path / "bomb.dcm")
    assert np.array_equal(read_pixels(tmp_path / "small.dcm"), FILM)
    assert read_details(tmp_path / "small.dcm").age == "3 years"
    assert read_details(tmp_path / "bomb.dcm") == FilmDetails()


def test_compressed_tiffs_are_read_as_before_in_every_mode(tmp_path):
    from PIL import Image

    colour = np.stack([FILM, FILM // 2, 255 - FILM], axis=2)
    deep = FILM.astype(np.uint16) * 257
    for name, picture in (
        ("grey", Image.fromarray(FILM)),
        ("colour", Image.fromarray(colour)),
        ("palette", Image.fromarray(colour).quantize(64)),
        ("deep", Image.fromarray(deep)),
        ("bits", Image.fromarray(FILM > 99)),
        ("turned", Image.fromarray(colour)),
    ):
        tags = {274: 6} if name == "turned" else {}
        picture.save(tmp_path / f"{name}-plain.tif", tiffinfo=tags)
        picture.save(tmp_path / f"{name}.tif", compression="tiff_lzw", tiffinfo=tags)
        compressed, plain = read_film(tmp_path / f"{name}.tif"), read_film(tmp_path / f"{name}-plain.tif")
        assert np.array_equal(compressed.pixels, plain.pixels), name
        assert compressed.chroma == plain.chroma, name


def test_a_png_with_one_wrong_byte_is_damaged(tmp_path):
    content = hostile_films.encoded(draw_phantom(2, True, 96), "PNG")
    for place in range(60, len(content) - 16, 997):
        wrong = bytearray(content)
        wrong[place] ^= 4
        (tmp_path / "wrong.png").write_bytes(wrong)
        with pytest.raises(FilmUnreadable):
            read_pixels(tmp_path / "wrong.png")


def test_a_socket_and_a_device_never_block(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind("socket.png")
        for path in (tmp_path / "socket.png", "/dev/zero", "/dev/stdin", "/dev/tty"):
            with pytest.raises(FilmUnreadable):
                read_pixels(type(tmp_path)(path))
