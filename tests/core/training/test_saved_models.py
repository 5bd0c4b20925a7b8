"""What a training writes about its models: calibration, reference for drift, gate, use of the test films."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from core.datasets.dataset import Dataset, Film, Split
from core.datasets.decoded_films import DecodedFilms
from core.datasets.preparation import AS_IT_IS
from core.films.phantoms import draw_phantom
from core.input_checks.drift import DRIFT, SCORE, measure_films
from core.metrics.figures import compute_figures
from core.metrics.figures import to_json_object as figures_json
from core.models.calibration import fit_calibration
from core.models.model_file import load_model
from core.models.model_header import GATE, VALIDATION, read_header
from core.networks.architectures import build_network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation, OperatingPoint
from core.runs.epoch_log import EpochEnded, log_epoch
from core.runs.run_folder import begin_run, read_card, read_predictions
from core.runs.test_set_use import read_use_count
from core.training import run_writer
from core.training.run_writer import RunWriter
from core.training.training_data import TrainingData

pytestmark = pytest.mark.usefixtures("tiny_network")

SIDE = 32
PREPROCESSING = Preprocessing(SIDE, Normalisation.PER_FILM)
LOGITS = np.array([[-2.0], [0.5], [-1.0], [3.0]], np.float32)
TEST_LOGITS = np.array([[-3.0], [-2.0], [2.0], [3.0]], np.float32)


def make_data(training=4, validation=4):
    """Phantoms of alternating classes in three splits; two test films of each patient."""
    films = []
    for split, count in zip(Split, (training, validation, 4), strict=True):
        for number in range(count):
            patient = f"{split} {number // 2 if split is Split.TEST else number}"
            films.append(Film(Path(f"/films/{split}/{number}.png"), number % 2, patient, split))
    dataset = Dataset(Path("/films"), ("NORMAL", "PNEUMONIA"), tuple(films))
    splits = {}
    for split in Split:
        chosen = dataset.of_split(split)
        pixels = np.stack([draw_phantom(seed, film.label == 1, SIDE) for seed, film in enumerate(chosen)])
        labels = np.array([film.label for film in chosen])
        splits[split] = DecodedFilms(pixels, labels, tuple(film.patient for film in chosen))
    codes = {film.path: f"{number:016x}" for number, film in enumerate(films)}
    return TrainingData(dataset, splits, codes, None, ())


DATA = make_data()


@pytest.fixture
def begin(quick_recipe, tmp_path):
    """Begin a run; give its writer."""

    def begin(data=DATA, source=Path("/films"), **recipe):
        recipe = replace(quick_recipe, **recipe)
        begin_run(tmp_path / "run", recipe, AS_IT_IS, resume=False)
        writer = RunWriter(tmp_path / "run", recipe, data)
        writer.begin(source)
        return writer

    return begin


def save_best(writer, logits=LOGITS, epoch=1):
    writer.save_best_model(build_network("resnet18", 2), PREPROCESSING, logits, epoch)
    return read_header(writer.model).content


def test_the_card_says_when_and_on_what_the_run_began(begin, tmp_path):
    begin(source=Path("/films\udcff"))
    card = read_card(tmp_path / "run")
    assert card.dataset == r"/films\xff"
    assert card.seconds is None
    assert abs((datetime.now().astimezone() - datetime.fromisoformat(card.started)).total_seconds()) < 60


def test_the_card_ends_with_the_seconds_of_all_epochs(begin, tmp_path):
    writer = begin()
    for epoch, seconds in ((1, 2.5), (2, 4.0)):
        log_epoch(tmp_path / "run", EpochEnded(epoch, 2, 0.5, 0.5, 0.5, 0.5, 0.5, None, None, 1e-3, 9.0, seconds, True))
    writer.end()
    assert read_card(tmp_path / "run").seconds == 6.5


@pytest.mark.parametrize("calibrate", [True, False])
@pytest.mark.parametrize("point", OperatingPoint)
def test_the_recipe_says_how_a_model_is_calibrated(begin, calibrate, point):
    writer = begin(calibrate=calibrate, operating_point=point)
    save_best(writer)
    labels = DATA.splits[Split.VALIDATION].labels
    expected = fit_calibration(LOGITS, labels, calibrate, point is OperatingPoint.BALANCED)
    assert writer.calibration == expected == read_header(writer.model).calibration
    assert (expected.temperature == 1) is not calibrate
    assert (expected.threshold == 0.5) is (point is OperatingPoint.FIXED)


def test_the_reference_for_drift_is_that_of_the_validation_films(begin, monkeypatch):
    monkeypatch.setattr(run_writer, "REFERENCE_FILMS", 3)
    writer = begin()
    reference = save_best(writer)[DRIFT]
    measures = measure_films(DATA.splits[Split.VALIDATION].pixels[:3])
    assert set(reference) == {*measures, SCORE}
    for name, values in measures.items():
        assert reference[name] == pytest.approx(sorted(values), abs=1e-4)
    assert reference[SCORE] == pytest.approx(sorted(writer.calibration.probabilities(LOGITS)), abs=1e-4)


def test_the_gate_is_fitted_once_from_enough_films(begin, monkeypatch):
    fitted = []

    def fit(training, validation):
        fitted.append((len(training), len(validation)))
        return fit_gate(training, validation)

    fit_gate = run_writer.fit_gate
    monkeypatch.setattr(run_writer, "fit_gate", fit)
    writer = begin(make_data(40, 8))
    logits = np.concatenate([LOGITS, LOGITS])
    first, second = (save_best(writer, logits, epoch) for epoch in (1, 2))
    assert fitted == [(40, 8)]
    assert first[GATE] == second[GATE]
    assert first[GATE]["is_chest"] is True
    assert (first["best_epoch"], second["best_epoch"]) == (1, 2)


def test_too_few_films_give_no_gate(begin):
    assert save_best(begin())[GATE] is None


def test_the_test_films_are_counted_once_and_their_figures_written(begin, tmp_path):
    writer = begin()
    save_best(writer)
    model = load_model(writer.model)
    for _ in range(2):  # the end of a training, interrupted and done again
        figures = writer.save_tested_model(model, TEST_LOGITS, 1)
    assert read_use_count(tmp_path / "run") == 1
    test = DATA.splits[Split.TEST]
    probabilities = model.calibration.probabilities(TEST_LOGITS)
    assert figures == compute_figures(
        test.labels, probabilities, model.calibration.threshold, DATA.dataset.classes, test.patients
    )
    assert figures.patients == 2
    written = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert written == json.loads(json.dumps(figures_json(figures))) == read_header(writer.model).content["metrics"]
    assert read_predictions(tmp_path / "run") == {
        f"test/{number}.png": (("NORMAL", "PNEUMONIA")[number % 2], (float(probabilities[number]),))
        for number in range(4)
    }


def test_after_a_resume_the_model_keeps_what_its_file_says(begin, quick_recipe, tmp_path):
    before = save_best(begin(make_data(40, 8)), np.concatenate([LOGITS, LOGITS]))
    resumed = RunWriter(tmp_path / "run", quick_recipe, make_data(40, 8))
    model = load_model(resumed.model)
    resumed.calibration = model.calibration
    resumed.save_tested_model(model, TEST_LOGITS, 1)
    after = read_header(resumed.model).content
    for key in (VALIDATION, DRIFT, GATE):
        assert before[key] is not None
        assert after[key] == before[key]
    assert after["sha256"] == before["sha256"]
