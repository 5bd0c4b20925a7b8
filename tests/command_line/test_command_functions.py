"""Commands on jobs that are faked: what they pass on, print and return."""

import io
import json
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest

from command_line import commands
from command_line.screen_command import run_screen
from core.datasets.dataset import Dataset
from core.datasets.entries import FilmLeftOut
from core.datasets.events import AuditResult, Finding, FindingKind
from core.datasets.preparation import (
    AS_IT_IS,
    Action,
    Correction,
    Preparation,
    Step,
    load_preparation,
    save_preparation,
)
from core.evaluation.evaluation import Target
from core.exports.outbox import Outbox, OutboxResult
from core.jobs.events import Noted, Severity
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import read_record
from core.recipes.recipe import change_start
from core.recipes.recipe_json import load_recipe
from core.screening.events import ScreeningResult
from core.system.errors import JobFailed, Reason
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from core.training.events import SearchResult, TrainingResult

UNREADABLE = FilmLeftOut(Path("a.png"), Reason.DAMAGED, "Cut off.")


@pytest.fixture
def fake(monkeypatch):
    """Replace a job by one that notes a sentence and returns `result`; give the arguments it was called with."""

    def replace_job(name, result):
        calls = []

        def job(*arguments):
            calls.append(arguments)
            yield Noted("The job runs.")
            return result

        monkeypatch.setattr(name, job)
        return calls

    return replace_job


# screen


def screened(completed=True, refused=0, failed=0):
    return ScreeningResult(Path("r.csv"), completed, 9, 9 - refused - failed, refused, failed, "Not validated.", (), ())


def screen_options(**more):
    options = {
        "folder": Path("films"), "output": Path("r.csv"), "model": None, "heatmaps": None,
        "resume": False, "retry_failed": False, "watch": False, "outbox": None, "identified": False,
    }  # fmt: skip
    return Namespace(**(options | more))


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (screened(), DONE),
        (screened(refused=1), SOME_LEFT_OUT),
        (screened(failed=1), SOME_LEFT_OUT),
        (screened(completed=False, failed=1), INTERRUPTED),
    ],
)
def test_screening_says_what_became_of_the_files(fake, cancel, capsys, result, status):
    calls = fake("core.screening.screening.screen", result)
    assert run_screen(screen_options(heatmaps=Path("h"), resume=True), cancel) == status
    assert calls == [(Path("films"), Path("r.csv"), None, cancel, Path("h"), True, False)]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The job runs."
    assert lines[1] == f"9 files: {result.scored} scored, {result.refused} refused, {result.failed} failed; r.csv"
    assert "not a diagnosis" in lines[3]
    assert ("--resume" in lines[-1]) == (status == INTERRUPTED)


def test_a_folder_is_watched_on_demand(fake, cancel):
    calls = fake("core.screening.watch_folder.watch", screened())
    assert run_screen(screen_options(watch=True), cancel) == DONE
    assert calls == [(Path("films"), Path("r.csv"), None, cancel)]


@pytest.mark.parametrize(("left", "without", "status"), [(0, 0, DONE), (2, 0, SOME_LEFT_OUT), (2, 2, SOME_LEFT_OUT)])
def test_screening_says_what_came_into_the_outbox(fake, cancel, capsys, left, without, status):
    outbox = fake("core.exports.outbox.fill_outbox", OutboxResult(screened(), 7, left, without))
    assert run_screen(screen_options(outbox=Path("out"), identified=True), cancel) == status
    assert outbox[0][1:] == (Outbox(Path("films"), Path("r.csv"), Path("out"), True), None, cancel)
    said = capsys.readouterr().out
    assert "7 answers were put into out." in said
    assert ("2 films name no study" in said) == (without == 2)
    assert ("2 answers are not there yet" in said) == (left > without)


# train and search


def train_options(tmp_path, **more):
    options = {
        "dataset": Path("films"), "output": tmp_path / "run", "recipe": "fast", "arch": None, "epochs": None,
        "seed": None, "start": None, "resume": False, "accept_leaks": False, "preparation": None,
    }  # fmt: skip
    return Namespace(**(options | more))


def trained(tmp_path, completed=True, model=True):
    path = tmp_path / "best.safetensors" if model else None
    return TrainingResult(tmp_path, completed, path, 4 if model else None, 5 if model else 0, 0.5, None)


def test_training_takes_the_recipe_with_what_the_options_override(fake, cancel, tmp_path, capsys):
    calls = fake("core.training.training.train", trained(tmp_path))
    options = train_options(tmp_path, arch="resnet34", epochs=3, seed=9, start="random", accept_leaks=True)
    assert commands.run_train(options, cancel) == DONE
    ((source, recipe, output, given_cancel, resume, preparation),) = calls
    assert (source, output, given_cancel, resume) == (Path("films"), tmp_path / "run", cancel, False)
    assert (recipe.architecture, recipe.epochs, recipe.seed, recipe.start) == ("resnet34", 3, 9, "random")
    assert recipe.name == load_recipe("fast").name
    assert preparation == Preparation(accepts_leaks=True)
    out = capsys.readouterr().out
    assert f"Model of epoch 4: {tmp_path / 'best.safetensors'}" in out
    assert commands.REFERENCE not in out


@pytest.mark.parametrize(
    ("arch", "start", "expected"),
    [
        ("efficientnet_lite0", None, ("imagenet", "resnet")),
        ("efficientnet_lite0", "random", ("random", "per_film")),
        ("efficientnet_lite0", "bundled", ("bundled", "per_film")),
        ("resnet34", None, ("bundled", "per_film")),
        (None, "imagenet", ("imagenet", "resnet")),
    ],
)
def test_a_network_brings_its_start_unless_one_is_asked_for(fake, cancel, tmp_path, arch, start, expected):
    calls = fake("core.training.training.train", trained(tmp_path))
    commands.run_train(train_options(tmp_path, arch=arch, start=start), cancel)
    recipe = calls[0][1]
    assert (recipe.architecture, recipe.start, recipe.normalisation) == (arch or "resnet18", *expected)


def test_training_without_options_takes_the_recipe_as_it_is(fake, cancel, tmp_path, capsys):
    calls = fake("core.training.training.train", trained(tmp_path))
    save_preparation(Preparation(patient_pattern="p(.)"), tmp_path / "p.json")
    commands.run_train(train_options(tmp_path, recipe="seed", preparation=tmp_path / "p.json"), cancel)
    assert calls[0][1] == load_recipe("seed")
    assert calls[0][5] == Preparation(patient_pattern="p(.)")
    assert commands.REFERENCE in capsys.readouterr().out  # only beside the recipe of that project


@pytest.mark.parametrize(("model", "kept"), [(True, "the best model so far is "), (False, "no epoch finished")])
def test_an_interrupted_training_says_what_is_kept(fake, cancel, tmp_path, capsys, model, kept):
    fake("core.training.training.train", trained(tmp_path, completed=False, model=model))
    assert commands.run_train(train_options(tmp_path), cancel) == INTERRUPTED
    out = capsys.readouterr().out
    assert kept in out
    assert "Continue with --resume" in out


def test_a_search_says_where_its_best_recipe_is(fake, cancel, tmp_path, capsys):
    best = change_start(load_recipe("best"), "random")
    calls = fake("core.training.search.search", SearchResult(best, 0.912, 7, 3))
    options = train_options(tmp_path, output=tmp_path, recipe="best", hours=0.5, trials=10)
    assert commands.run_search(options, cancel) == DONE
    assert calls == [(Path("films"), load_recipe("best"), tmp_path, cancel, 1800, 10, AS_IT_IS)]
    out = capsys.readouterr().out
    assert (
        f"7 trials finished, 3 stopped early; best validation AUC 0.912. Train with --recipe {tmp_path}/recipe" in out
    )


def test_a_search_without_a_finished_trial_writes_nothing(fake, cancel, tmp_path, capsys):
    fake("core.training.search.search", SearchResult(None, None, 0, 0))
    options = train_options(tmp_path, output=tmp_path, hours=2.0, trials=None)
    cancel.set()
    assert commands.run_search(options, cancel) == INTERRUPTED
    assert list(tmp_path.glob("recipe.json")) == []
    assert "No trial finished" in capsys.readouterr().out


# evaluate and accept


def evaluated(left_out=()):
    figures = SimpleNamespace(n=24)
    return SimpleNamespace(
        point="Threshold 0.5.", figures=figures, frequencies="", use_sentence="Once.", left_out=left_out
    )


@pytest.mark.parametrize(
    ("result", "status"), [(evaluated(), DONE), (evaluated((UNREADABLE,)), SOME_LEFT_OUT), (None, INTERRUPTED)]
)
def test_an_evaluation_prints_its_figures_and_where_the_report_is(
    fake, cancel, tmp_path, capsys, monkeypatch, result, status
):
    monkeypatch.setattr("core.metrics.figure_labels.format_summary", lambda figures: [f"{figures.n} films"])
    calls = fake("core.evaluation.evaluate.evaluate", result)
    options = Namespace(
        model="m.safetensors",
        dataset=Path("d"),
        output=tmp_path,
        preparation=None,
        prevalence=0.02,
        unseen=True,
        overwrite=False,
    )
    assert commands.run_evaluate(options, cancel) == status
    assert calls == [(Path("m.safetensors"), Path("d"), tmp_path, cancel, AS_IT_IS, 0.02, True, False)]
    lines = capsys.readouterr().out.splitlines()
    if result is None:
        assert lines == ["The job runs."]
    else:
        assert lines[1:4] == ["Threshold 0.5.", "24 films", "Once."]
        assert lines[4].startswith(f"Report: {tmp_path / 'report.html'}")


@pytest.mark.parametrize(("left_out", "status"), [((), DONE), ((UNREADABLE,), SOME_LEFT_OUT)])
def test_an_acceptance_test_passes_its_target_on(fake, cancel, tmp_path, capsys, left_out, status):
    result = SimpleNamespace(acceptance=SimpleNamespace(sentence="Not accepted."), evaluation=evaluated(left_out))
    calls = fake("core.evaluation.acceptance_test.run_acceptance_test", result)
    options = Namespace(
        model="bundled", dataset=Path("d"), output=tmp_path, preparation=None, sensitivity=0.9, specificity=0.6,
        signed_by="Dr. Roe", overwrite=False,
    )  # fmt: skip
    assert commands.run_accept(options, cancel) == status
    assert calls == [(None, Path("d"), tmp_path, cancel, Target(0.9, 0.6), "Dr. Roe", AS_IT_IS, False)]
    assert "Not accepted.\n" in capsys.readouterr().out


def test_a_cancelled_acceptance_test_is_interrupted(fake, cancel, tmp_path):
    fake("core.evaluation.acceptance_test.run_acceptance_test", None)
    options = Namespace(
        model="bundled", dataset=Path("d"), output=tmp_path, preparation=None, sensitivity=0.9, specificity=0.6,
        signed_by="", overwrite=False,
    )  # fmt: skip
    assert commands.run_accept(options, cancel) == INTERRUPTED


# audit


def audited(completed=True, severity=None, left_out=()):
    exclusion = Step("Exclude a.png", (Correction("a.png", Action.EXCLUDE),))
    findings = ()
    if severity:
        findings = (Finding(FindingKind.COPY_LEAK, severity, "A leak.", "Mend it.", (), (exclusion,)),)
    dataset = Dataset(Path("/films"), ("NORMAL", "SICK"), ())
    return AuditResult(AS_IT_IS, dataset, None, left_out, findings, (), {}, {}, (), completed)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (audited(), DONE),
        (audited(severity=Severity.WARNING), DONE),
        (audited(severity=Severity.BLOCKING), SOME_LEFT_OUT),
        (audited(left_out=(UNREADABLE,)), SOME_LEFT_OUT),
        (audited(completed=False), INTERRUPTED),
    ],
)
def test_an_audit_is_unclean_with_blocking_findings_or_unreadable_films(fake, cancel, result, status):
    calls = fake("core.datasets.audit.audit", result)
    options = Namespace(dataset=Path("d"), preparation=None, json=None, resolve=None, finding=None)
    assert commands.run_audit(options, cancel) == status
    ((*told, gate),) = calls
    assert told == [Path("d"), cancel, AS_IT_IS]
    assert gate.is_chest


def test_an_audit_writes_its_report_and_the_preparation_that_resolves_it(fake, cancel, tmp_path, capsys):
    fake("core.datasets.audit.audit", audited(severity=Severity.BLOCKING))
    options = Namespace(
        dataset=Path("d"),
        preparation=None,
        json=tmp_path / "a.json",
        resolve=tmp_path / "p.json",
        finding=None,
        overwrite=False,
    )
    commands.run_audit(options, cancel)
    assert [finding["sentence"] for finding in json.loads((tmp_path / "a.json").read_text())["findings"]] == ["A leak."]
    assert load_preparation(tmp_path / "p.json").corrections() == {("a.png", Action.EXCLUDE): ""}
    assert f"--preparation {tmp_path / 'p.json'}" in capsys.readouterr().out


def test_an_audit_that_could_not_be_written_never_begins(fake, cancel, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    calls = fake("core.datasets.audit.audit", audited())
    options = Namespace(
        dataset=Path("d"),
        preparation=None,
        json=tmp_path / "file" / "a.json",
        resolve=None,
        finding=None,
        overwrite=False,
    )
    with pytest.raises(JobFailed) as refused:
        commands.run_audit(options, cancel)
    assert refused.value.reason is Reason.OUTPUT_NOT_WRITABLE
    assert calls == []


def test_a_damaged_preparation_is_refused(fake, cancel, tmp_path):
    (tmp_path / "p.json").write_text('{"format": 99}')
    calls = fake("core.datasets.audit.audit", audited())
    options = Namespace(dataset=Path("d"), preparation=tmp_path / "p.json", json=None, resolve=None, finding=None)
    with pytest.raises(JobFailed, match=r"p\.json is not a dataset preparation"):
        commands.run_audit(options, cancel)
    assert calls == []


# the bundled model's header


def test_a_card_is_printed_or_written_as_pdf(cancel, tmp_path, capsys):
    assert commands.run_card(Namespace(model="bundled", pdf=None), cancel) == DONE
    assert "Intended use" in capsys.readouterr().out
    assert (
        commands.run_card(
            Namespace(model=str(bundled_model_path()), pdf=tmp_path / "card.pdf", overwrite=False), cancel
        )
        == DONE
    )
    assert capsys.readouterr().out == ""
    pages = pypdf.PdfReader(io.BytesIO((tmp_path / "card.pdf").read_bytes())).pages
    assert "Intended use" in "".join(page.extract_text() for page in pages)


def test_an_operating_point_is_shown_chosen_and_restored(cancel, capsys):
    def run(wish=None, error=None, own=False):
        options = Namespace(model="bundled", wish=wish, error=error, own=own)
        assert commands.run_operating_point(options, cancel) == DONE
        return capsys.readouterr().out

    header = read_header(bundled_model_path())
    own = run()
    assert f"Threshold {header.threshold:.4f}, the model's own" in own
    assert read_record(header).point is None  # showing it chooses nothing
    assert "Threshold 0.2500, chosen here" in run(wish="threshold 0.25")
    assert read_record(header).point.threshold == 0.25
    assert "best balance" in run(error=0.2)  # an error rate alone keeps the balanced threshold
    assert read_record(header).point.band_error == 0.2
    assert run(own=True) == own


def test_a_self_test_prints_the_answers(fake, cancel, capsys):
    fake(
        "core.inference.self_test.run_self_test",
        SimpleNamespace(
            model="m 1234",
            answers=(0.12345, 0.9),
            expected=(),
            seconds=1.26,
            engine="Films are scored by ONNX Runtime.",
        ),
    )
    assert commands.run_self_test(Namespace(), cancel) == DONE
    printed = capsys.readouterr().out
    assert "Self-test passed: m 1234 gives 0.1235, 0.9000, as expected (1.3 s).\n" in printed
    assert "Films are scored by ONNX Runtime.\n" in printed


def test_a_demo_that_is_interrupted_trains_nothing(fake, cancel):
    calls = fake("core.training.training.train", None)
    cancel.set()
    fake("core.datasets.demo.make_demo", Path("d"))
    assert commands.run_demo(cancel) == INTERRUPTED
    assert calls == []
