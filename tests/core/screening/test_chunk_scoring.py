"""A few files are read, checked and scored together, and each has its own answer."""

import numpy as np
import pytest
from PIL import Image

from core.films.phantoms import draw_phantom
from core.inference.scoring_model import open_model
from core.input_checks.drift import measure_films
from core.models.model_gate import read_bundled_gate
from core.screening.chunk_scoring import ChunkScorer, ScoredFilm
from core.screening.file_state import observe
from core.screening.folder_listing import ListedFile, list_folder
from core.system.errors import FilmUnreadable, Reason

GATE = read_bundled_gate()


@pytest.fixture
def files(tmp_path):
    """Films, a letter, a photograph, a damaged film and a folder that cannot be listed, by name."""
    for seed in range(3):
        Image.fromarray(draw_phantom(seed, seed % 2 == 1, 256)).save(tmp_path / f"film{seed}.png")
    (tmp_path / "letter.txt").write_text("no film")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)).save(tmp_path / "photo.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "film0.png").read_bytes()[:5000])
    listed = dict(sorted(list_folder(tmp_path, ()).items()))
    return listed | {"locked": ListedFile("locked", tmp_path / "locked", error=PermissionError(13, "denied"))}


def test_each_file_has_its_answer_in_order(files, cancel):
    model = open_model(None)
    chunk = ChunkScorer(model, GATE, cancel).score(list(files.values()))
    assert [file.item.name for file in chunk.files] == list(files)
    reasons = {file.item.name: str(file.film.reason) for file in chunk.files if isinstance(file.film, FilmUnreadable)}
    assert reasons == {
        "letter.txt": "not_an_image",
        "photo.png": "colour_photo",
        "torn.png": "damaged",
        "locked": "no_permission",
    }
    for file in chunk.files:
        if not isinstance(file.film, ScoredFilm):
            continue
        outputs = model.compute(file.film.square)
        assert file.film.probability == model.calibration.probabilities(outputs.logits[None])[0]
        assert file.state.sha256
        assert file.state.looks_like(observe(file.item.path))
    expected = measure_films(np.stack([film.square for film in chunk.scored]))
    assert all(np.array_equal(chunk.measures[name], values) for name, values in expected.items())


def test_a_film_alone_is_answered_as_with_others(files, cancel):
    scorer = ChunkScorer(open_model(None), GATE, cancel)
    together = scorer.score(list(files.values()))
    for file in together.scored:
        assert isinstance(file, ScoredFilm)
    for item, file in zip(files.values(), together.files, strict=True):
        (alone,) = scorer.score([item]).files
        if isinstance(file.film, ScoredFilm):
            assert alone.film.probability == file.film.probability
            assert alone.film.is_unlike == file.film.is_unlike
        else:
            assert alone.film.reason is file.film.reason


def test_without_a_film_there_are_no_measures(files, cancel):
    chunk = ChunkScorer(open_model(None), GATE, cancel).score([files["letter.txt"], files["locked"]])
    assert chunk.scored == []
    assert chunk.measures == {}
    assert [file.film.reason for file in chunk.files] == [Reason.NOT_AN_IMAGE, Reason.NO_PERMISSION]


def test_a_cancelled_chunk_has_no_answers(files, cancel):
    cancel.set()
    assert ChunkScorer(open_model(None), GATE, cancel).score(list(files.values())) is None
