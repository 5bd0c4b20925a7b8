"""The files of a training in its run folder."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from core.datasets.dataset import Dataset, Film
from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.datasets.preparation import AS_IT_IS
from core.films.phantoms import draw_phantom
from core.inference.grad_cam import compute_evidence
from core.input_checks.drift import DRIFT, SCORE, measure_films
from core.metrics.figures import BinaryFigures, to_json_object
from core.metrics.intervals import Figure
from core.models.calibration import fit_calibration
from core.models.model_file import load_model
from core.models.model_gate import read_bundled_gate
from core.models.model_header import GATE, HEAT_SCALE, VALIDATION, read_header
from core.networks.architectures import build_network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation, OperatingPoint
from core.runs.epoch_log import EpochEnded, log_epoch
from core.runs.run_folder import CARD, begin_run, read_card, read_predictions
from core.runs.test_set_use import read_use_count
from core.training import run_writer
from core.training.progress import TrainingProgress
from core.training.run_writer import RunWriter
from core.training.training_data import TrainingData

SIDE = 32


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
    begin_run(tmp_path / "run", quick_recipe, AS_IT_IS)
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
    assert (header.content["best_epoch"], header.classes, header.ages) == (3, data.dataset.classes, ((20, 40),))
    assert header.calibration == fit_calibration(logits, data.splits[Split.VALIDATION].labels, True, True)
    assert np.array_equal(header.validation.logits, logits)
    assert header.film_codes("val") == {f"{number:016x}" for number in range(4, 8)}
    assert "two films" in header.warnings[0]
    assert header.content["metrics"] is None

    answers = np.array([[-3.0], [-2.0], [2.0], [3.0]], np.float32)  # two of four right
    figures = writer.save_tested_model(model, answers)
    assert figures.n == 4
    assert figures.accuracy.value == 0.5
    assert load_model(writer.model).header.content["metrics"]["n"] == 4
    assert read_use_count(tmp_path / "run") == 1
    rows = (tmp_path / "run" / "predictions.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == [f"{number}.png" for number in range(8, 12)]


pytestmark = pytest.mark.usefixtures("tiny_network")


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


HALF = Figure(0.5, 0.25, 0.75)


FIGURES = BinaryFigures(
    n=4, patients=2, threshold=0.25, confusion=((1, 1), (1, 1)), accuracy=HALF, balanced_accuracy=HALF, f1=None,
    sensitivity=HALF, specificity=HALF, ppv=None, npv=None, roc_auc=HALF, pr_auc=None, brier=None, ece=None,
)  # fmt: skip


@pytest.fixture
def begin(quick_recipe, tmp_path):
    """Begin a run; give its writer."""

    def begin(data=DATA, source=Path("/films"), **recipe):
        recipe = replace(quick_recipe, **recipe)
        begin_run(tmp_path / "run", recipe, AS_IT_IS)
        writer = RunWriter(tmp_path / "run", recipe, data)
        writer.begin(source)
        return writer

    return begin


@pytest.fixture
def computed(monkeypatch):
    """Give FIGURES in place of the bootstrap, which takes a second; return the arguments it was called with."""
    calls = []

    def compute(*arguments):
        calls.append(arguments)
        return FIGURES

    monkeypatch.setattr(run_writer, "compute_figures", compute)
    return calls


def save_best(writer, logits=LOGITS, epoch=1):
    writer.save_best_model(build_network("resnet18", 2), PREPROCESSING, logits, epoch)
    return read_header(writer.model).content


def test_the_card_says_when_and_on_what_the_run_began(begin, tmp_path):
    begin(source=Path("/films\udcff"))
    card = read_card(tmp_path / "run")
    assert card.dataset == r"/films\xff"
    assert card.seconds is None
    written = (tmp_path / "run" / CARD).read_text()
    for text in (r"\ud800", r"\udcff"):  # neither can be shown
        (tmp_path / "run" / CARD).write_text(written.replace('"name": "run"', f'"name": "{text}"'))
        with pytest.raises(ValueError, match=r"not valid text|surrogates not allowed"):
            read_card(tmp_path / "run")
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
    assert read_header(writer.model).calibration == expected
    assert writer.make_result(TrainingProgress(1, 1), completed=False).threshold == expected.threshold
    assert (expected.temperature == 1) is not calibrate
    assert (expected.threshold == 0.5) is (point is OperatingPoint.FIXED)


def test_the_reference_for_drift_is_that_of_the_validation_films(begin, monkeypatch):
    monkeypatch.setattr(run_writer, "REFERENCE_FILMS", 3)
    writer = begin()
    reference = save_best(writer)[DRIFT]
    calibration = read_header(writer.model).calibration
    measures = measure_films(DATA.splits[Split.VALIDATION].pixels[:3])
    assert set(reference) == {*measures, SCORE}
    for name, values in measures.items():
        assert reference[name] == pytest.approx(sorted(values), abs=1e-4)
    assert reference[SCORE] == pytest.approx(sorted(calibration.probabilities(LOGITS)), abs=1e-4)


def test_the_gate_is_fitted_once_from_enough_films(begin, monkeypatch):
    fitted = []

    def fit(training, validation, shipped):
        fitted.append((len(training), len(validation)))
        return fit_gate(training, validation, shipped)

    fit_gate = run_writer.fit_gate
    monkeypatch.setattr(run_writer, "fit_gate", fit)
    writer = begin(make_data(40, 8))
    logits = np.concatenate([LOGITS, LOGITS])
    first, second = (save_best(writer, logits, epoch) for epoch in (1, 2))
    assert fitted == [(40, 8)]
    assert first[GATE] == second[GATE]
    assert first[GATE]["recogniser"] == read_bundled_gate().to_json_object()["recogniser"]
    assert (first["best_epoch"], second["best_epoch"]) == (1, 2)


def test_the_scale_of_heat_maps_is_that_of_the_validation_films_with_the_finding(begin):
    writer = begin()
    scale = save_best(writer)[HEAT_SCALE]
    model, validation = load_model(writer.model), DATA.splits[Split.VALIDATION]
    films = validation.pixels[validation.labels == 1]
    evidence = compute_evidence(model.network, "resnet18", PREPROCESSING, films, np.zeros(len(films), np.int64))
    assert scale == pytest.approx(np.percentile(evidence.max(axis=(1, 2)), 99), rel=0.01)  # rounded weights
    assert model.header.heat_scale == scale


def test_too_few_films_of_chests_get_the_bundled_gate(begin):
    assert save_best(begin())[GATE] == read_bundled_gate().to_json_object()


def test_too_few_films_that_no_gate_knows_get_none(begin, monkeypatch):
    monkeypatch.setattr(run_writer, "read_bundled_gate", lambda: None)
    assert save_best(begin())[GATE] is None


def test_the_test_films_are_counted_once_and_their_figures_written(begin, computed, tmp_path):
    writer = begin()
    save_best(writer)
    model = load_model(writer.model)
    for _ in range(2):  # the end of a training, interrupted and done again
        assert writer.save_tested_model(model, TEST_LOGITS) == FIGURES
    assert read_use_count(tmp_path / "run") == 1
    test = DATA.splits[Split.TEST]
    labels, probabilities, *others = computed[0]
    assert np.array_equal(labels, test.labels)
    assert np.array_equal(probabilities, model.calibration.probabilities(TEST_LOGITS))
    assert others == [model.calibration.threshold, DATA.dataset.classes, test.patients]
    written = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert written == json.loads(json.dumps(to_json_object(FIGURES))) == read_header(writer.model).content["metrics"]
    assert read_predictions(tmp_path / "run") == {
        f"test/{number}.png": (("NORMAL", "PNEUMONIA")[number % 2], (float(probabilities[number]),))
        for number in range(4)
    }


@pytest.mark.usefixtures("computed")
def test_after_a_resume_the_model_keeps_what_its_file_says(begin, quick_recipe, tmp_path):
    before = save_best(begin(make_data(40, 8)), np.concatenate([LOGITS, LOGITS]))
    resumed = RunWriter(tmp_path / "run", quick_recipe, make_data(40, 8))
    model = load_model(resumed.model)
    resumed.save_tested_model(model, TEST_LOGITS)
    after = read_header(resumed.model).content
    for key in (VALIDATION, DRIFT, GATE, HEAT_SCALE):
        assert before[key] is not None
        assert after[key] == before[key]
    assert after["sha256"] == before["sha256"]
