"""Evaluation, operating point, acceptance, card: through the command line and the jobs, on phantoms."""

import csv
import json
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

import main
from core.datasets.demo import DEMO_RECIPE
from core.datasets.events import FindingKind
from core.datasets.preparation import Preparation
from core.evaluation.acceptance_test import accept, judge_acceptance
from core.evaluation.evaluate import evaluate, write_evaluation
from core.evaluation.evaluation import Evaluation, Target
from core.evaluation.label_errors import find_contradicted, find_label_errors
from core.evaluation.subgroups import age_group
from core.films.phantoms import draw_phantom
from core.jobs.events import Noted
from core.metrics.figures import compute_binary_figures
from core.models.model_card import build_card_document
from core.models.model_file import load_in_use, load_model
from core.models.model_header import ACCEPTED, bundled_model_path, read_header
from core.models.operating_point import Goal, Wish, evaluate_band
from core.models.point_selection import propose_point, select_point
from core.models.predictions import Predictions
from core.models.site_record import apply_site_record, read_record
from core.runs.test_set_use import read_use_count
from core.screening.screening import screen
from core.screening.single_film import read_single_film
from core.system.errors import JobFailed
from core.training.training import train
from tests.factories import drained, write_dicom


def write_films(root, films, first=0, size=96):
    """Phantoms of so many patients a class, in class folders."""
    for label, name in enumerate(("NORMAL", "PNEUMONIA")):
        (root / name).mkdir(parents=True)
        for seed in range(first, first + films):
            Image.fromarray(draw_phantom(seed, label == 1, size)).save(root / name / f"{name[0]}{seed:04d}.png")
    return root


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model trained on 30 phantoms a class, with its run folder."""
    root = tmp_path_factory.mktemp("trained")
    write_films(root / "data", 30)
    recipe = replace(DEMO_RECIPE, epochs=3, image_size_px=64)
    _, result = drained(train(root / "data", recipe, root / "run", threading.Event()))
    return root, result


@pytest.fixture
def model(trained):
    return trained[1].model


@pytest.fixture
def local_films(tmp_path):
    """Films that the model was not made with."""
    return write_films(tmp_path / "local", 25, first=500)


def test_the_file_carries_validation_answers_that_give_its_own_calibration(model):
    header = read_header(model)
    answers = header.validation
    assert len(answers.labels) == len(header.content["film_codes"]["val"]) == header.content["films"]["val"]
    rejoined = propose_point(header, Wish(Goal.BALANCED))
    assert rejoined.threshold == pytest.approx(header.threshold, abs=1e-4)
    assert rejoined.band.low == pytest.approx(header.calibration.review_band[0], abs=1e-4)
    assert not header.film_codes("train") & header.film_codes("test")
    assert str(model.parent) not in json.dumps(header.content)  # no path of the machine


def test_the_sealed_test_films_are_what_is_left_and_each_look_counts(trained, cancel):
    root, result = trained
    before = read_use_count(root / "run")
    assert before >= 1  # the training's own
    _, evaluation = drained(evaluate(result.model, root / "data", None, cancel, unseen=True))
    assert evaluation.figures == result.figures
    assert evaluation.looks == before + 1 == read_use_count(root / "run")
    assert f"{before + 1} times" in evaluation.seen
    _, again = drained(evaluate(result.model, root / "data", None, cancel, unseen=True))
    assert again.looks == before + 2


def test_films_the_model_was_made_with_are_called_out(trained, cancel):
    root, result = trained
    events, evaluation = drained(evaluate(result.model, root / "data", None, cancel))
    counts = read_header(result.model).content["films"]
    assert any(f"{counts['train']} of these 60 films" in warning for warning in evaluation.warnings)
    assert any(f"{counts['val']} of these 60 films" in warning for warning in evaluation.warnings)
    assert {event.sentence for event in events if isinstance(event, Noted)} >= set(evaluation.warnings)


def test_reports_say_the_same_everywhere(model, local_films, tmp_path, cancel):
    (local_films / "NORMAL" / "broken.png").write_bytes(b"no film")
    output = tmp_path / "out"
    _, evaluation = drained(evaluate(model, local_films, output, cancel, prevalence=0.02))
    metrics = json.loads((output / "metrics.json").read_text())
    assert metrics["n"] == 50 == evaluation.figures.n
    assert metrics["left_out"] == 1
    assert metrics["at_prevalence"]["prevalence"] == 0.02
    assert metrics["looks"] == evaluation.looks
    assert metrics["sensitivity"]["low"] <= metrics["sensitivity"]["value"] <= metrics["sensitivity"]["high"]
    page = (output / "report.html").read_text()
    paper = "".join(sheet.extract_text() for sheet in PdfReader(output / "report.pdf").pages)
    for text in (page, paper):
        assert "not a diagnosis" in text
        assert "Not validated here" in text
        assert f"{metrics['roc_auc']['value']:.3f}" in text
        assert "1 more could not be read" in text
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert {path.suffix for path in output.iterdir()} == {".json", ".html", ".pdf", ".svg"}
    plots = {"intervals", "confusion", "roc", "precision", "reliability", "scores", "rates"}
    assert {path.stem for path in output.glob("*.svg")} == plots


def test_mistakes_and_cells_are_the_films_they_say(model, local_films, cancel):
    _, evaluation = drained(evaluate(model, local_films, None, cancel))
    calls, labels = evaluation.calls(), evaluation.answers.labels
    wrong = evaluation.mistakes()
    assert sorted(wrong) == np.flatnonzero(calls != labels).tolist()
    for truth in (0, 1):
        for called in (0, 1):
            cell = evaluation.cell(truth, called)
            assert len(cell) == evaluation.figures.confusion[truth][called]
            assert all(labels[cell] == truth)
            certain = evaluation.probabilities[cell] if called else 1 - evaluation.probabilities[cell]
            assert (np.diff(certain) <= 0).all()


def test_the_point_chosen_is_the_one_that_screening_uses_and_void_for_another_model(
    model, local_films, tmp_path, cancel, capsys
):
    own = read_header(model)
    probabilities = own.validation.probabilities(own.calibration.temperature)
    threshold = float(np.sort(probabilities)[-2])  # an odd place that no fit would take
    assert main.main(["operating-point", str(model), "--wish", f"{threshold:.6f}"]) == 0
    assert "chosen here on" in capsys.readouterr().out
    _, ledger = drained(screen(local_films, tmp_path / "r.csv", model, cancel))
    rounded = float(f"{threshold:.6f}")
    for row in ledger.rows:
        assert row.label == own.classes[int(row.probability >= rounded)]
        assert row.model == apply_site_record(own).name != own.name
    _, evaluation = drained(evaluate(model, local_films, None, cancel))
    assert evaluation.figures.threshold == rounded
    _, reading = drained(read_single_film(local_films / "NORMAL" / "N0500.png", model, cancel))
    assert reading.threshold == rounded
    assert load_in_use(None).header.threshold == load_model(None).header.threshold
    assert main.main(["operating-point", str(model), "--own"]) == 0
    assert load_in_use(model).header.calibration == own.calibration


def test_a_damaged_record_stops_work_instead_of_changing_answers(model, local_films, tmp_path, cancel):
    select_point(read_header(model), Wish(Goal.THRESHOLD, 0.9))
    (record,) = (tmp_path / "app-data").rglob("models/*.json")
    record.write_text(record.read_text()[:-20])
    with pytest.raises(JobFailed, match="Restore it, or delete it"):
        drained(screen(local_films, tmp_path / "r.csv", model, cancel))


def test_acceptance_writes_one_page_and_marks_the_model(model, local_films, tmp_path, cancel):
    _, result = drained(accept(model, local_films, tmp_path / "out", cancel, Target(0.6, 0.6), "Dr <b>X</b> & Co"))
    reader = PdfReader(tmp_path / "out" / "acceptance.pdf")
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert "Dr <b>X</b> & Co" in text
    assert result.acceptance.sentence[:12] in text
    content = json.loads((tmp_path / "out" / "acceptance.json").read_text())
    assert content["passed"] == result.acceptance.passed
    assert content["n"] == 50
    _, ledger = drained(screen(local_films, tmp_path / "r.csv", model, cancel))
    word = "Accepted here" if result.acceptance.passed else "Not accepted here"
    assert ledger.validation.startswith(word)
    select_point(read_header(model), Wish(Goal.THRESHOLD, 0.987))
    _, ledger = drained(screen(local_films, tmp_path / "r2.csv", model, cancel))
    assert "another operating point" in ledger.validation


def made_evaluation(found, spared, films=100):
    """An evaluation of which so many of 100 films of each class are called rightly."""
    labels = np.repeat([1, 0], films)
    called = np.concatenate([np.arange(films) < found, np.arange(films) >= spared])
    logits = np.where(called, 3.0, -3.0)[:, None].astype(np.float32)
    header = read_header(bundled_model_path())
    groups, probabilities = np.arange(2 * films), np.where(called, 0.9, 0.1)
    figures = compute_binary_figures(labels, probabilities, header.threshold)
    shares = evaluate_band(labels, probabilities, (0.2, 0.8), groups)
    answers = Predictions(labels, logits, groups, ())
    return Evaluation(header, bundled_model_path(), (), answers, "", figures, None, shares, (), 1, ("w",), ())


@pytest.mark.parametrize(
    ("found", "spared", "passed", "words"),
    [
        (95, 90, True, "Go"),
        (88, 95, False, "not shown to reach 0.85"),
        (70, 95, False, "shown to lie below 0.85"),
        (95, 60, False, "shown to lie below 0.75"),
    ],
)
def test_go_needs_the_interval_not_the_value(found, spared, passed, words):
    result = judge_acceptance(made_evaluation(found, spared), Target(), "")
    assert result.acceptance.passed is passed
    assert words in result.acceptance.sentence


def test_acceptance_needs_films_of_its_own(trained, cancel, tmp_path):
    root, result = trained
    with pytest.raises(JobFailed, match="takes at least 20 of each"):
        drained(accept(result.model, root / "data", tmp_path / "out", cancel, Target()))
    assert read_record(read_header(result.model)).acceptance is None


def test_groups_come_from_lists_and_from_dicom(model, tmp_path, cancel):
    rows = []
    for seed in range(24):
        label = seed % 2
        path = tmp_path / f"f{seed}.dcm"
        age = "003Y" if seed < 12 else "070Y"
        write_dicom(
            path, draw_phantom(700 + seed, label == 1, 96), PatientAge=age, PatientName="Doe^Jane", PatientID=f"{seed}"
        )
        rows.append([path.name, ("NORMAL", "PNEUMONIA")[label], "f" if seed % 4 < 2 else "M"])
    with (tmp_path / "list.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["file", "label", "sex"], *rows])
    output = tmp_path / "out"
    _, evaluation = drained(evaluate(model, tmp_path / "list.csv", output, cancel))
    groups = {(group.attribute, group.value): group for group in evaluation.subgroups}
    assert {key[1] for key in groups} == {"1 to 5 years", "65 years and over", "female", "male"}
    assert groups["age", "1 to 5 years"].n == 12
    assert groups["sex", "male"].positives == 6
    assert all(group.is_small for group in groups.values())
    assert not any("Doe" in path.read_text("latin-1") for path in output.iterdir())


@pytest.mark.parametrize(
    ("text", "group"),
    [("045Y", "40 to 64 years"), ("006M", "under 1 year"), ("18", "18 to 39 years"), ("5.5", "1 to 5 years"),
     ("90D", "under 1 year"), ("", ""), ("old", ""), ("999Y", "")],
)  # fmt: skip
def test_ages_are_put_into_groups(text, group):
    assert age_group(text) == group


def test_several_classes_are_evaluated_class_by_class(tmp_path, quick_recipe, cancel):
    write_films(tmp_path / "data", 12)
    (tmp_path / "data" / "VIRUS").mkdir()
    for seed in range(12):
        Image.fromarray(draw_phantom(900 + seed, True, 96)[::-1]).save(tmp_path / "data" / "VIRUS" / f"V{seed:04d}.png")
    _, result = drained(train(tmp_path / "data", quick_recipe, tmp_path / "run", cancel))
    _, evaluation = drained(evaluate(result.model, tmp_path / "data", tmp_path / "out", cancel))
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert [one["name"] for one in metrics["each"]] == ["NORMAL", "PNEUMONIA", "VIRUS"]
    assert metrics["macro_auc"]["value"] == evaluation.figures.macro_auc.value
    assert "Each class against the rest" in (tmp_path / "out" / "report.html").read_text()
    with pytest.raises(JobFailed, match="two classes"):
        select_point(read_header(result.model), Wish(Goal.BALANCED))
    with pytest.raises(JobFailed, match="two classes"):
        drained(accept(result.model, tmp_path / "data", tmp_path / "acc", cancel, Target()))


def test_the_card_has_mitchells_headings_and_the_faults(trained, tmp_path, cancel, quick_recipe, capsys):
    root, result = trained
    header = read_header(result.model)
    document = build_card_document(header)
    titles = [block.text for block in document.blocks if hasattr(block, "level")]
    assert titles == [
        "Model details", "Intended use", "Factors", "Metrics", "Training data", "Evaluation data",
        "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
    ]  # fmt: skip
    assert header.content["card"][0][0] == "Model details"
    assert main.main(["card", str(result.model), "--pdf", str(tmp_path / "card.pdf")]) == 0
    assert "Quantitative analyses" in "".join(page.extract_text() for page in PdfReader(tmp_path / "card.pdf").pages)
    films = sorted((root / "data" / "NORMAL").iterdir())
    (root / "data" / "PNEUMONIA" / "P9999.png").write_bytes(films[0].read_bytes())
    try:
        preparation = Preparation(accepts_leaks=True)
        _, leaky = drained(train(root / "data", quick_recipe, tmp_path / "run", cancel, preparation=preparation))
    finally:
        (root / "data" / "PNEUMONIA" / "P9999.png").unlink()
    accepted = read_header(leaky.model).content[ACCEPTED]
    assert accepted
    assert any(accepted[0] in paragraph for _, part in read_header(leaky.model).content["card"] for paragraph in part)
    capsys.readouterr()
    assert main.main(["card", str(leaky.model)]) == 0
    assert accepted[0] in capsys.readouterr().out


def test_wrong_labels_are_found(trained, tmp_path, cancel):
    _, result = trained
    data = write_films(tmp_path / "data", 40, first=2000)
    wrong = {data / "NORMAL" / f"swapped{seed}.png" for seed in (2003, 2017)}
    for path, seed in zip(sorted(wrong), (2003, 2017), strict=True):
        (data / "PNEUMONIA" / f"P{seed}.png").rename(path)
    _, finding = drained(find_label_errors(data, result.model, cancel))
    assert finding.kind is FindingKind.DOUBTFUL
    assert wrong <= set(finding.files[:8])


def test_contradicted_films_are_those_that_fit_another_class_better():
    labels = np.array([0] * 5 + [1] * 5)
    positive = np.array([0.1, 0.2, 0.15, 0.1, 0.95, 0.9, 0.85, 0.9, 0.4, 0.05])
    probabilities = np.stack([1 - positive, positive], axis=1)
    assert find_contradicted(labels, probabilities).tolist() == [9, 4]


def test_an_evaluation_can_be_written_later(model, local_films, tmp_path, cancel):
    _, evaluation = drained(evaluate(model, local_films, None, cancel))
    write_evaluation(evaluation, tmp_path / "later")
    assert json.loads((tmp_path / "later" / "metrics.json").read_text())["looks"] == evaluation.looks


def test_cancel_ends_an_evaluation_without_a_report(model, local_films, tmp_path, cancel):
    job = evaluate(model, local_films, tmp_path / "out", cancel)
    next(job)
    cancel.set()
    _, evaluation = drained(job)
    assert evaluation is None
    assert not list((tmp_path / "out").iterdir())
