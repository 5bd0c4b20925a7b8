import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydicom import dcmread

from core.films.images import read_square
from core.films.phantoms import draw_phantom
from core.input_checks.gate import GateStatistics, find_refusal, fit_gate
from core.input_checks.gate_features import FEATURES, describe_films, reorient_features
from core.input_checks.gate_rules import COLOURED, InspectedFilm, inspect_film
from core.system.errors import FAILED_FILM_REASONS, REFUSALS, FilmUnreadable, Reason
from tests.factories import write_dicom

REAL = Path(__file__).parents[3] / "shared/data"
SIZE = 224
FILM = draw_phantom(1, True, 128)
UPRIGHT = [draw_phantom(seed, seed % 2 == 0, 96) for seed in range(500, 520)]
ALL_REASONS = set(REFUSALS)


@pytest.fixture(scope="module")
def of_phantoms():
    training = np.stack([draw_phantom(seed, seed % 2 == 0, 96) for seed in range(160)])
    validation = np.stack([draw_phantom(seed, seed % 2 == 0, 96) for seed in range(200, 240)])
    return fit_gate(training, validation)


@pytest.fixture(scope="module")
def of_films():
    """Statistics of 150 real films, and 40 others of other patients."""
    if not REAL.exists():
        pytest.skip("the real films are not here")
    paths = [sorted((REAL / "kermany-224" / name).glob("*.jpeg"))[::25] for name in ("NORMAL", "PNEUMONIA")]
    squares = [np.stack([read_square(path, SIZE) for path in some[:95]]) for some in paths]
    training, validation, other = (
        np.concatenate([some[part] for some in squares]) for part in (slice(0, -35), slice(-35, -20), slice(-20, None))
    )
    return fit_gate(training[:150], validation), other


def passes(pictures, statistics):
    return [find_refusal(InspectedFilm(picture), statistics) is None for picture in pictures]


def reasons(pictures, statistics):
    return {find_refusal(InspectedFilm(picture), statistics) for picture in pictures}


def saved(path, picture, **options):
    Image.fromarray(picture).save(path, **options)
    return path


def coloured(side=200):
    y, x = np.mgrid[0:side, 0:side]
    shown = np.stack([x * 255 // side, y * 255 // side, 255 - x * 255 // side], axis=-1)
    return shown.astype(np.uint8)


def text_page():
    page = Image.new("L", (600, 800), 250)
    for line in range(24):
        ImageDraw.Draw(page).text((40, 30 + 30 * line), "patient name date of the letter and so on" * 2, 20)
    return np.asarray(page.resize((SIZE, SIZE)))


def halves(films):
    size = films[0].shape[0]
    parts = [film[:, : size // 2] for film in films] + [film[:, size // 2 :] for film in films]
    return [np.asarray(Image.fromarray(np.ascontiguousarray(part)).resize((size, size))) for part in parts]


# --- the decode


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA", "LA", "CMYK", "YCbCr", "I;16", "1"])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_the_square_is_the_one_that_was_scored_before(tmp_path, mode, suffix):
    picture = Image.fromarray(FILM.astype(np.uint16) * 256) if mode == "I;16" else Image.fromarray(FILM).convert(mode)
    path = tmp_path / f"film.{suffix}"
    try:
        picture.save(path)
    except OSError:
        pytest.skip("this format does not hold this mode")
    for size in (32, 64, 224):
        assert np.array_equal(inspect_film(path, size).square, read_square(path, size))


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_colour_jpegs_give_the_same_square_with_and_without_their_colours(tmp_path, subsampling, progressive):
    path = saved(tmp_path / "film.jpg", coloured(700), quality=60, subsampling=subsampling, progressive=progressive)
    looked = inspect_film(path, 64)
    assert np.array_equal(looked.square, read_square(path, 64))
    assert looked.chroma > COLOURED


def test_a_jpeg_stored_as_rgb_is_read_too(tmp_path):
    path = saved(tmp_path / "film.jpg", coloured(400), keep_rgb=True, subsampling=0)
    assert np.array_equal(inspect_film(path, 64).square, read_square(path, 64))


def test_a_turned_jpeg_is_upright_in_its_square_and_in_its_shape(tmp_path):
    tags = Image.Exif()
    tags[0x0112] = 6
    path = saved(tmp_path / "film.jpg", coloured(400)[:200], exif=tags)
    looked = inspect_film(path, 64)
    assert np.array_equal(looked.square, read_square(path, 64))
    assert looked.aspect == pytest.approx(0.5)


def test_dicom_films_bring_their_tags(tmp_path):
    path = write_dicom(tmp_path / "film.dcm", FILM, Modality="DX", ViewPosition="PA", PatientName="Somebody")
    looked = inspect_film(path, 64)
    assert np.array_equal(looked.square, read_square(path, 64))
    assert (looked.tags["Modality"], looked.tags["ViewPosition"]) == ("DX", "PA")
    assert "Somebody" not in str(looked.tags)


@pytest.mark.parametrize(("content", "reason"), [(b"", Reason.EMPTY_FILE), (b"no picture at all", Reason.NOT_AN_IMAGE)])
def test_what_cannot_be_read_is_said_as_before(tmp_path, content, reason):
    (tmp_path / "film.png").write_bytes(content)
    with pytest.raises(FilmUnreadable) as error:
        inspect_film(tmp_path / "film.png", 64)
    assert error.value.reason is reason


def test_blank_and_tiny_pictures_are_refused_by_the_decode(tmp_path):
    for picture, reason in ((np.full((99, 99), 7, np.uint8), Reason.BLANK), (FILM[:30, :30], Reason.TOO_SMALL)):
        with pytest.raises(FilmUnreadable) as error:
            inspect_film(saved(tmp_path / "film.png", picture), 64)
        assert error.value.reason is reason


# --- the rules


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_colour_photo_is_refused_and_a_tinted_film_is_not(tmp_path, suffix):
    photo = inspect_film(saved(tmp_path / f"photo.{suffix}", coloured()), 64)
    assert find_refusal(photo, None) is Reason.COLOUR_PHOTO
    sepia = (FILM[..., None] * np.array([1.0, 0.85, 0.6])).astype(np.uint8)
    assert find_refusal(inspect_film(saved(tmp_path / f"film.{suffix}", sepia), 64), None) is None


def test_a_colour_capture_in_dicom_is_refused(tmp_path):
    path = write_dicom(tmp_path / "photo.dcm", coloured()[..., 0])
    header = dcmread(path)
    header.SamplesPerPixel, header.PlanarConfiguration, header.PhotometricInterpretation = 3, 0, "RGB"
    header.PixelData = coloured().tobytes()
    header.save_as(path)
    assert find_refusal(inspect_film(path, 64), None) is Reason.COLOUR_PHOTO
    assert np.array_equal(inspect_film(path, 64).square, read_square(path, 64))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Modality": "CT"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "MR", "BodyPartExamined": "CHEST"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "DX", "BodyPartExamined": "HAND"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "CR", "BodyPartExamined": "skull"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "DX", "ViewPosition": "LL"}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "ViewPosition": "Lateral"}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "ViewPosition": "LLD"}, None),
        ({"Modality": "DX", "ViewPosition": "AP", "BodyPartExamined": "CHEST"}, None),
        ({"Modality": "CR", "BodyPartExamined": "CHEST_TO_ABDOMEN"}, None),
        ({"Modality": "OT"}, None),
        ({}, None),
    ],
)
def test_tags_that_speak_against_a_frontal_chest_film(tmp_path, tags, reason):
    assert find_refusal(inspect_film(write_dicom(tmp_path / "film.dcm", FILM, **tags), 64), None) is reason


def test_a_strip_shows_no_whole_chest(tmp_path):
    assert find_refusal(
        inspect_film(saved(tmp_path / "film.png", FILM[:, :62].repeat(3, 0).repeat(2, 1)), 64), None
    ) is (Reason.TOO_CROPPED)


def test_tags_of_a_model_for_another_body_part_say_nothing(of_phantoms):
    hand = InspectedFilm(UPRIGHT[0], tags={"Modality": "DX", "BodyPartExamined": "HAND", "ViewPosition": "LL"})
    assert find_refusal(hand, of_phantoms) is Reason.NOT_A_CHEST_FILM
    assert find_refusal(hand, replace(of_phantoms, is_chest=False)) is None


def test_every_refusal_of_the_gate_has_its_sentence_and_may_not_be_retried():
    assert {find_refusal(InspectedFilm(picture), None) for picture in UPRIGHT} == {None}
    assert not ALL_REASONS & FAILED_FILM_REASONS
    assert all(sentence.endswith(".") for sentence in REFUSALS.values())


# --- what is learned


def test_films_of_the_kind_pass_and_those_that_lie_wrong_do_not(of_phantoms):
    assert passes(UPRIGHT, of_phantoms).count(False) == 0
    assert passes([film[:, ::-1] for film in UPRIGHT], of_phantoms).count(False) == 0
    for quarters in (1, 2, 3):
        assert reasons([np.rot90(film, quarters) for film in UPRIGHT], of_phantoms) == {Reason.ROTATED}
    assert reasons([255 - film for film in UPRIGHT], of_phantoms) == {Reason.INVERTED}


@pytest.mark.parametrize("kind", ["films", "phantoms"])
def test_other_pictures_do_not_pass(kind, of_phantoms, request):
    statistics = of_phantoms if kind == "phantoms" else request.getfixturevalue("of_films")[0]
    noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    stripes = np.tile(np.array([0] * 8 + [255] * 8, np.uint8), (SIZE, SIZE // 16))
    gradient = np.tile(np.linspace(0, 255, SIZE).astype(np.uint8), (SIZE, 1))
    for picture in (noise, stripes, gradient, text_page()):
        assert find_refusal(InspectedFilm(picture), statistics) in {Reason.NOT_A_CHEST_FILM, Reason.TOO_CROPPED}
    assert find_refusal(InspectedFilm(noise), statistics) is Reason.NOT_A_CHEST_FILM


def test_real_films_pass_also_when_they_were_exposed_otherwise(of_films):
    statistics, others = of_films
    changed = [np.clip(film * 1.25, 0, 255).astype(np.uint8) for film in others]
    changed += [(255 * (film / 255) ** 1.4).astype(np.uint8) for film in others]
    changed += [film[:, ::-1] for film in others]
    assert passes(others, statistics).count(False) <= 1
    assert passes(changed, statistics).count(False) <= 3


def test_real_films_that_lie_wrong_or_show_a_half_are_refused_by_name(of_films):
    statistics, others = of_films
    for quarters in (1, 2, 3):
        assert reasons([np.rot90(film, quarters) for film in others], statistics) == {Reason.ROTATED}
    assert reasons([film[::-1] for film in others], statistics) == {Reason.ROTATED}
    assert reasons([255 - film for film in others], statistics) == {Reason.INVERTED}
    told = [find_refusal(InspectedFilm(half), statistics) for half in halves(others)]
    assert told.count(None) <= 2
    assert told.count(Reason.TOO_CROPPED) >= 0.85 * len(told)
    upper = [find_refusal(InspectedFilm(np.repeat(film[: SIZE // 2], 2, axis=0)), statistics) for film in others]
    assert upper.count(None) <= 0.6 * len(upper)


def test_films_that_come_in_any_orientation_are_not_called_turned():
    order = np.random.default_rng(0)
    films = np.stack([np.rot90(draw_phantom(seed, False, 96), order.integers(4)) for seed in range(160)])
    statistics = fit_gate(films[:100], films[100:140])
    assert passes(films[140:], statistics).count(False) <= 2


def test_putting_features_right_is_putting_the_film_right():
    small = np.stack([draw_phantom(seed, True, 64) for seed in range(4)])
    lying = [np.rot90(small, quarters, (1, 2)) for quarters in (1, 2, 3)] + [small[:, ::-1], 255 - small]
    for way, features in zip(lying, reorient_features(describe_films(small)), strict=True):
        # edges of exactly 0 degrees fall to the other side when mirrored; all else is equal
        assert np.abs(describe_films(way) - features).mean() < 1e-3


def test_too_few_films_give_no_statistics():
    films = np.stack(UPRIGHT)
    assert fit_gate(films, films) is None


def test_films_that_are_all_the_same_still_give_numbers():
    films = np.stack([UPRIGHT[0]] * 60)
    content = fit_gate(films, films).to_json_object()
    assert GateStatistics.from_json(json.loads(json.dumps(content, allow_nan=False))) is not None
    assert find_refusal(InspectedFilm(UPRIGHT[0]), fit_gate(films, films)) is None


# --- the model file


def test_statistics_survive_json_and_stay_small(of_phantoms):
    text = json.dumps(of_phantoms.to_json_object(), allow_nan=False)
    assert len(text) < 300_000
    again = GateStatistics.from_json(json.loads(text))
    assert json.dumps(again.to_json_object()) == text
    pictures = [*UPRIGHT, *(np.rot90(film) for film in UPRIGHT), *halves(UPRIGHT)]
    assert [find_refusal(InspectedFilm(one), again) for one in pictures] == [
        find_refusal(InspectedFilm(one), of_phantoms) for one in pictures
    ]
    features = describe_films(np.stack([draw_phantom(seed, True, 64) for seed in range(9)]))
    assert np.allclose(again.films.distances(features), of_phantoms.films.distances(features))


def test_a_model_without_statistics_has_none():
    assert GateStatistics.from_json(None) is None


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content["films"]["mean"].pop(), f"{FEATURES - 1} numbers a film"),
        (lambda content: [row.pop() for row in content["ends"]["spread"]["components"]], "numbers a film"),
        (lambda content: content["edges"].update(left_over=-1.0), "cannot be"),
        (lambda content: content["films"].update(left_over=float("nan")), "cannot be"),
        (lambda content: content.pop("turns"), "missing"),
        (lambda content: content.update(turns=[0.0]), "incomplete"),
        (lambda content: content.update(more=1), "unknown"),
        (lambda content: content["films"].pop("mean"), "incomplete"),
        (lambda content: content.update(threshold=None), "incomplete"),
        (lambda content: content.update(films=content["edges"]), "numbers a film"),
    ],
)
def test_statistics_of_another_description_are_refused_clearly(of_phantoms, spoil, message):
    content = json.loads(json.dumps(of_phantoms.to_json_object()))
    spoil(content)
    with pytest.raises(ValueError, match=message):
        GateStatistics.from_json(content)


def test_every_reason_is_reached(of_phantoms):
    tagged = [InspectedFilm(UPRIGHT[0], tags={"ViewPosition": "LL"}), InspectedFilm(UPRIGHT[0], chroma=99.0)]
    shown = [np.rot90(UPRIGHT[0]), 255 - UPRIGHT[0], text_page(), *halves(UPRIGHT)]
    noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    looked = [*tagged, *map(InspectedFilm, [*shown, noise])]
    assert {find_refusal(one, of_phantoms) for one in looked} - {None} == ALL_REASONS
