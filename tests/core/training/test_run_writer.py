"""The files of a training in its run folder."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.dataset import Dataset, Film, Split
from core.datasets.decoded_films import DecodedFilms
from core.datasets.preparation import AS_IT_IS
from core.films.phantoms import draw_phantom
from core.models.model_file import load_model
from core.networks.architectures import build_network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation
from core.runs.run_folder import begin_run, read_card
from core.runs.test_set_use import read_use_count
from core.training.run_writer import RunWriter
from core.training.training_data import TrainingData

SIDE = 64


@pytest.fixture
def data():
    """Twelve films in three splits, of the ages 20 to 40."""
    films = [
        Film(Path(f"/films/{number}.png"), number % 2, f"p{number}", list(Split)[number // 4]) for number in range(12)
    ]
    dataset = Dataset(Path("/films"), ("NORMAL", "PNEUMONIA"), tuple(films))
    splits = {}
    for split in Split:
        chosen = dataset.of_split(split)
        pixels = np.stack([draw_phantom(int(film.path.stem), film.label == 1, SIDE) for film in chosen])
        splits[split] = DecodedFilms(
            pixels, np.array([film.label for film in chosen]), tuple(f.patient for f in chosen)
        )
    codes = {film.path: f"{int(film.path.stem):016x}" for film in films}
    return TrainingData(dataset, splits, codes, (20, 40), ("Copies across splits: two films.",))


@pytest.fixture
def writer(data, quick_recipe, tmp_path, tiny_network):
    begin_run(tmp_path / "run", quick_recipe, AS_IT_IS, resume=False)
    writer = RunWriter(tmp_path / "run", quick_recipe, data)
    writer.begin(tmp_path / "films")
    return writer


def test_a_run_begins_with_its_card_and_splits(writer, data, tmp_path):
    card = read_card(tmp_path / "run")
    assert (card.name, card.dataset, card.data_fingerprint) == ("run", str(tmp_path / "films"), writer.fingerprint)
    lines = (tmp_path / "run" / "splits.csv").read_text().splitlines()
    assert len(lines) == 13
    assert sum("test" in line for line in lines) == 4


def test_it_ends_with_its_duration_and_without_its_checkpoint(writer, tmp_path):
    (tmp_path / "run" / "last.ckpt").write_bytes(b"state")
    (tmp_path / "run" / "events.jsonl").touch()
    writer.end()
    assert not (tmp_path / "run" / "last.ckpt").exists()
    assert read_card(tmp_path / "run").seconds == 0


def test_a_model_carries_what_describes_its_films(writer, data, tmp_path):
    network, logits = build_network("resnet18", 2), np.array([[-2.0], [2.0], [-1.0], [1.0]], np.float32)
    writer.save_best_model(network, Preprocessing(SIDE, Normalisation.PER_FILM), logits, epoch=3)
    model = load_model(writer.model)
    header = model.header
    assert (header.content["best_epoch"], header.classes, header.ages) == (3, data.dataset.classes, (20, 40))
    assert header.calibration == writer.calibration
    assert np.array_equal(header.validation.logits, logits)
    assert header.film_codes("val") == {f"{number:016x}" for number in range(4, 8)}
    assert "two films" in header.warnings[0]
    assert header.content["metrics"] is None

    answers = np.array([[-3.0], [-2.0], [2.0], [3.0]], np.float32)  # two of four right
    figures = writer.save_tested_model(model, answers, epoch=3)
    assert figures.n == 4
    assert figures.accuracy.value == 0.5
    assert load_model(writer.model).header.content["metrics"]["n"] == 4
    assert read_use_count(tmp_path / "run") == 1
    rows = (tmp_path / "run" / "predictions.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == [f"{number}.png" for number in range(8, 12)]
