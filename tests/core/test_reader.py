"""The reader's calls, agreement, and drift: against independent computations."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from scipy.stats import kstwobign
from sklearn.metrics import cohen_kappa_score

from core.datasets.dataset import read_dataset
from core.films.phantoms import draw_phantom
from core.input_checks.drift import DriftMonitor, Reference, kolmogorov_smirnov, measure_films, reference_from_json
from core.metrics.agreement import cohen_kappa, measure_agreement
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import UNSURE, Call, calls_path, format_calls, format_labels, load_calls
from core.system.errors import JobFailed


def call(file, reader="NORMAL", blind=False, note=""):
    return Call(file, reader, blind, note, "2026-01-02T03:04:05+00:00")


def test_calls_are_on_disk_at_once_and_the_last_word_counts(tmp_path):
    output = tmp_path / "results.csv"
    book = load_calls(output)
    book.say(call("a.png"))
    book.say(call("b.png", UNSURE, note="=1+1\nsecond line"))
    book.say(call("a.png", "PNEUMONIA", blind=True))
    again = load_calls(output)
    assert (
        again.calls()
        == book.calls()
        == (
            call("a.png", "PNEUMONIA", True),
            call("b.png", UNSURE, note="=1+1\nsecond line"),
        )
    )
    assert len(again) == 2


def test_undo_goes_back_step_by_step_also_on_disk(tmp_path):
    book = load_calls(tmp_path / "r.csv")
    book.say(call("a.png"))
    book.say(call("a.png", "PNEUMONIA"))
    assert book.undo() == "a.png"
    assert load_calls(tmp_path / "r.csv").of("a.png") == call("a.png")
    assert book.undo() == "a.png"
    assert book.of("a.png") is None
    assert load_calls(tmp_path / "r.csv").calls() == ()
    assert book.undo() is None


def test_a_torn_last_line_loses_only_itself(tmp_path):
    book = load_calls(tmp_path / "r.csv")
    book.say(call("a.png"))
    book.say(call("b.png"))
    path = calls_path(tmp_path / "r.csv")
    path.write_bytes(path.read_bytes()[:-30])
    left = load_calls(tmp_path / "r.csv")
    assert [one.file for one in left.calls()] == ["a.png"]
    left.say(call("c.png"))
    assert [one.file for one in load_calls(tmp_path / "r.csv").calls()] == ["a.png", "c.png"]


def test_a_foreign_file_is_not_written_into(tmp_path):
    calls_path(tmp_path / "r.csv").write_text("something else\n")
    with pytest.raises(JobFailed, match="holds no reader's calls"):
        load_calls(tmp_path / "r.csv")


@settings(max_examples=30)
@given(st.text(max_size=30), st.text(max_size=60))
def test_any_name_and_note_come_back(tmp_path_factory, name, note):
    if any(0xD800 <= ord(letter) < 0xE000 for letter in name + note) or "\0" in name + note:
        return  # file names in ledgers are always valid text
    output = tmp_path_factory.mktemp("calls") / "r.csv"
    said = call(name.replace("\r", ""), note=note.replace("\r", ""))
    load_calls(output).say(said)
    assert load_calls(output).of(said.file) == said


def row(file, label, probability=0.9):
    return LedgerRow(file, Status.SCORED, "", label, probability, Decision.LIKELY, "m 12345678")


def test_exports_stand_beside_the_answers_and_open_as_a_dataset(tmp_path):
    for number in range(4):
        Image.fromarray(draw_phantom(number, number % 2 == 1, 64)).save(tmp_path / f"f{number}.png")
    rows = [row("f0.png", "NORMAL"), row("f1.png", "NORMAL"), row("f2.png", "PNEUMONIA"), row("f3.png", "PNEUMONIA")]
    calls = [call("f0.png", "NORMAL"), call("f1.png", "PNEUMONIA"), call("f2.png", "NORMAL"), call("f3.png", UNSURE)]
    table = list(csv.DictReader(io.StringIO(format_calls(calls, rows))))
    assert [(line["reader"], line["label"]) for line in table][1] == ("PNEUMONIA", "NORMAL")
    (tmp_path / "labels.csv").write_text(format_labels(tmp_path, calls, rows, only_disagreements=True))
    dataset = read_dataset(tmp_path / "labels.csv")
    assert {(film.path.name, dataset.classes[film.label]) for film in dataset.films} == {
        ("f1.png", "PNEUMONIA"), ("f2.png", "NORMAL"),
    }  # fmt: skip
    every = format_labels(tmp_path, calls, rows, only_disagreements=False)
    assert every.count("\n") == 4  # the header and three; unsure is no label


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=80))
def test_kappa_equals_sklearn(pairs):
    one, two = zip(*[*pairs, (0, 0), (1, 2)], strict=True)
    table = np.zeros((3, 3), np.int64)
    np.add.at(table, (one, two), 1)
    assert cohen_kappa(table).value == pytest.approx(cohen_kappa_score(one, two, labels=[0, 1, 2]))


def test_kappas_interval_is_that_of_resampling():
    random = np.random.default_rng(0)
    one = random.integers(0, 2, 400)
    two = np.where(random.random(400) < 0.8, one, random.integers(0, 2, 400))
    table = np.zeros((2, 2), np.int64)
    np.add.at(table, (one, two), 1)
    figure = cohen_kappa(table)
    values = []
    for _ in range(600):
        drawn = random.integers(0, 400, 400)
        values.append(cohen_kappa_score(one[drawn], two[drawn]))
    low, high = np.quantile(values, [0.025, 0.975])
    assert figure.low == pytest.approx(low, abs=0.012)
    assert figure.high == pytest.approx(high, abs=0.012)


def test_agreement_leaves_out_what_is_no_class():
    seen = measure_agreement(["P", "N", "unsure", "P"], ["P", "P", "P", "N"], ("N", "P"))
    assert seen.films == 3
    assert seen.sensitivity.value == pytest.approx(0.5)
    assert seen.specificity.value == 0
    assert "3 films called" in seen.sentence
    assert measure_agreement([], [], ("N", "P")).sentence == "No film was called by the reader yet."


def test_the_gap_has_the_distribution_of_kolmogorov():
    random = np.random.default_rng(1)
    first, second = random.normal(size=150), random.normal(0.2, size=90)
    largest, chance = kolmogorov_smirnov(first, second)
    films = np.sqrt(150 * 90 / 240)
    assert chance == pytest.approx(kstwobign.sf((films + 0.12 + 0.11 / films) * largest), abs=1e-9)
    assert kolmogorov_smirnov(first, first) == (0.0, 1.0)


@pytest.fixture(scope="module")
def films():
    return np.stack([draw_phantom(seed, seed % 2 == 1, 96) for seed in range(120)])


def reference(films):
    return reference_from_json(
        Reference({**measure_films(films), "score": np.linspace(0, 1, len(films))}).to_json_object()
    )


def test_films_like_the_known_ones_raise_no_warning(films):
    watch = DriftMonitor(reference(films[:60]))
    watch.add(films[60:], np.linspace(0, 1, 60))
    assert watch.warnings() == ()


@pytest.mark.parametrize(
    "change", [lambda film: film.filter(ImageFilter.GaussianBlur(2)), lambda film: film.point(lambda v: v * 0.5)]
)
def test_another_processing_is_named(films, change):
    changed = np.stack([np.asarray(change(Image.fromarray(film))) for film in films[60:]])
    watch = DriftMonitor(reference(films[:60]))
    for start in range(0, 60, 16):
        watch.add(changed[start : start + 16], np.linspace(0, 1, 60)[start : start + 16])
    (sentence,) = watch.warnings()
    assert "look otherwise" in sentence


def test_other_answers_are_named_and_few_films_are_not(films):
    watch = DriftMonitor(reference(films[:60]))
    watch.add(films[60:], np.full(60, 0.99))
    assert any("spread otherwise" in sentence for sentence in watch.warnings())
    few = DriftMonitor(reference(films[:60]))
    few.add(films[60:70], np.full(10, 0.99))
    assert few.warnings() == ()
