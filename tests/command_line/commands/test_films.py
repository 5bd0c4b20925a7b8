"""`read`: what the program sees of one film, and what it answers."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

import main
from core.films.film_reader import read_pixels
from tests.factories import draw_film, write_dicom
from tests.faults.hostile_names import small_model

KEYS = {
    "file", "status", "reason", "label", "probability", "decision", "model", "width_px", "height_px",
    "transfer_syntax", "photometric_interpretation", "window", "view", "age_years", "notes",
}  # fmt: skip


def read(*arguments):
    return main.main(["read", *map(str, arguments)])


@pytest.fixture
def film(tmp_path):
    pixels = np.asarray(draw_film(1, 1, 200)).astype(np.uint16) * 16
    tags = {"WindowCenter": 2048, "WindowWidth": 4096, "BitsStored": 12, "HighBit": 11, "ViewPosition": "AP"}
    return write_dicom(tmp_path / "film.dcm", pixels, PatientAge="004Y", BurnedInAnnotation="YES", **tags)


def test_it_prints_one_object_with_the_row_that_screen_writes(film, tmp_path, capsys):
    assert read(film, "--model", small_model()) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) >= KEYS
    assert (told["width_px"], told["height_px"], told["window"]) == (200, 200, "2048/4096 LINEAR")
    assert (told["view"], told["age_years"], told["notes"]) == ("AP", 4, ["burned_in_annotation"])
    assert told["transfer_syntax"] == "1.2.840.10008.1.2.1"
    assert told["notice"] == "For research and education, not a diagnosis."
    output = tmp_path / "out" / "r.csv"
    assert main.main(["screen", str(tmp_path), "--output", str(output), "--model", str(small_model())]) in {0, 3}
    row = next(row for row in csv.DictReader(output.read_text().splitlines()) if row["file"] == "film.dcm")
    assert {name: str(told[name]) for name in ("status", "reason", "label", "decision", "model")} == {
        name: row[name] for name in ("status", "reason", "label", "decision", "model")
    }
    assert f"{told['probability']:.6f}" == row["probability"]


def test_it_writes_the_picture_the_heat_map_and_the_object(film, model, tmp_path, capsys):
    png, heat, written = tmp_path / "o/film.png", tmp_path / "o/heat.png", tmp_path / "o/film.json"
    assert read(film, "--model", model, "--png", png, "--heat", heat, "--json", written) == 0
    assert np.array_equal(read_pixels(png), read_pixels(film))
    with Image.open(heat) as picture:
        assert (picture.mode, picture.size) == ("L", (200, 200))
        assert picture.getextrema()[1] > 20, "a film with the finding is not pale"
    assert json.loads(written.read_text())["status"] == "scored"
    assert capsys.readouterr().out == ""


def test_without_a_model_it_reads_and_applies_the_rules(film, tmp_path, capsys):
    assert read(film, "--model", "none", "--png", tmp_path / "film.png") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["label"], told["model"], told["window"]) == (None, None, None, "2048/4096 LINEAR")
    assert (tmp_path / "film.png").exists()
    side = write_dicom(tmp_path / "side.dcm", np.asarray(draw_film(1, 1, 200)), ViewPosition="LL")
    assert read(side, "--model", "none") == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["reason"], told["view"]) == ("refused", "lateral_view", "LL")


def test_a_refused_film_has_a_picture_and_no_heat_map(tmp_path, capsys):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    png, heat = tmp_path / "o/seen.png", tmp_path / "o/heat.png"
    told = ("--png", png, "--heat", heat, "--json", tmp_path / "o/a.json")
    assert read(tmp_path / "noise.png", "--model", small_model(), *told) == 3
    assert json.loads((tmp_path / "o/a.json").read_text())["reason"] == "colour_photo"
    assert png.exists()
    assert not heat.exists()
    assert "No heat map was written" in capsys.readouterr().err
    assert read(tmp_path / "noise.png", "--model", small_model(), "--heat", heat) == 3
    assert json.loads(capsys.readouterr().out)["reason"] == "colour_photo"


@pytest.mark.parametrize("model", ["none", "small"])
def test_an_unreadable_file_has_its_row(tmp_path, capsys, model):
    (tmp_path / "notes.txt").write_text("no film")
    assert read(tmp_path / "notes.txt", "--model", small_model() if model == "small" else model) == 3
    told = json.loads(capsys.readouterr().out)
    assert set(told) >= KEYS
    assert (told["status"], told["reason"], told["width_px"]) == ("refused", "not_an_image", None)
    assert (told["model"] is None) == (model == "none")


@pytest.mark.parametrize("option", ["--png", "--json"])
def test_no_output_replaces_the_film(film, capsys, option):
    before = film.read_bytes()
    assert read(film, "--model", "none", option, film) == 1
    assert "is read here and must not be replaced" in capsys.readouterr().err
    assert film.read_bytes() == before


def test_other_files_are_not_replaced_and_own_ones_are(film, tmp_path, capsys):
    other = tmp_path / "other.png"
    draw_film(2, 0, 128).save(other)
    (tmp_path / "notes.json").write_text('{"mine": 1}')
    for option, path in (("--png", other), ("--json", other), ("--json", tmp_path / "notes.json")):
        before = path.read_bytes()
        assert read(film, "--model", "none", option, path) == 1
        assert path.read_bytes() == before
    png, written = tmp_path / "seen.png", tmp_path / "seen.json"
    for _ in range(2):
        assert read(film, "--model", "none", "--png", png, "--json", written) == 0
    with pytest.raises(SystemExit):
        read(film, "--model", "none", "--png", png, "--json", png)
    assert "two outputs have the same name" in capsys.readouterr().err


def test_a_heat_map_needs_a_model(film, tmp_path, capsys):
    with pytest.raises(SystemExit) as usage:
        read(film, "--model", "none", "--heat", tmp_path / "heat.png")
    assert usage.value.code == 2
    assert "needs a model" in capsys.readouterr().err
