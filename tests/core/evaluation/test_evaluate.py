"""Evaluation of a model on films, seen and unseen ones."""

import json

import pytest
from PIL import Image

from core.evaluation.acceptance_test import run_acceptance_test
from core.evaluation.evaluate import evaluate
from core.evaluation.evaluation import Target
from core.evaluation.report_files import write_evaluation
from core.films.phantoms import draw_phantom
from core.jobs.events import Noted
from core.models.model_header import read_header
from core.models.operating_point import Goal, Wish
from core.models.point_selection import select_point
from core.runs.test_set_use import read_use_count
from core.system.errors import JobFailed
from core.training.training import train
from tests.factories import drained, write_films


def test_the_sealed_test_films_are_what_is_left_and_each_look_counts(trained, cancel):
    before = read_use_count(trained.run)
    assert before >= 1  # the training's own
    _, evaluation = drained(evaluate(trained.result.model, trained.dataset, None, cancel, unseen=True))
    assert evaluation.figures == trained.result.figures
    assert evaluation.looks == before + 1 == read_use_count(trained.run)
    assert f"{before + 1} times" in evaluation.use_sentence
    _, again = drained(evaluate(trained.result.model, trained.dataset, None, cancel, unseen=True))
    assert again.looks == before + 2


@pytest.mark.parametrize("prevalence", [0, 1, 1.5, float("nan")])
def test_an_impossible_prevalence_is_refused_before_the_test_films_are_used(trained, cancel, prevalence):
    before = read_use_count(trained.run)
    with pytest.raises(JobFailed, match="prevalence is a fraction"):
        drained(evaluate(trained.result.model, trained.dataset, None, cancel, prevalence=prevalence))
    assert read_use_count(trained.run) == before


def test_films_the_model_was_made_with_are_called_out(trained, cancel):
    events, evaluation = drained(evaluate(trained.result.model, trained.dataset, None, cancel))
    counts = read_header(trained.result.model).content["films"]
    assert any(f"{counts['train']} of these 60 films" in warning for warning in evaluation.warnings)
    assert any(f"{counts['val']} of these 60 films" in warning for warning in evaluation.warnings)
    assert {event.sentence for event in events if isinstance(event, Noted)} >= set(evaluation.warnings)


def test_several_classes_are_evaluated_class_by_class(tmp_path, quick_recipe, tiny_network, no_shortcut_probe, cancel):
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
        drained(run_acceptance_test(result.model, tmp_path / "data", tmp_path / "acc", cancel, Target()))


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
