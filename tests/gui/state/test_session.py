"""What is open: dataset and model."""

from dataclasses import replace
from pathlib import Path

from core.datasets.dataset import Dataset
from core.datasets.events import AuditResult, Finding, FindingKind
from core.datasets.preparation import AS_IT_IS, Action, Correction, Step
from core.jobs.events import Severity

SOURCE = Path("/films")
CLEAN = AuditResult(AS_IT_IS, Dataset(SOURCE, ("A", "B"), ()), None, (), (), (), {}, {}, (), True)
LEAK = Finding(FindingKind.COPY_LEAK, Severity.BLOCKING, "Copies.", "Look.")
LEAKY = replace(CLEAN, findings=(LEAK,))


def test_nothing_is_open_at_first(session):
    assert (session.source, session.audit, session.model) == (None, None, None)
    assert session.preparation == AS_IT_IS
    assert not session.is_blocked


def test_an_opened_dataset_is_announced(session, qtbot):
    with qtbot.waitSignal(session.dataset_changed) as changed:
        session.open_dataset(SOURCE, CLEAN)
    assert changed.args == [CLEAN]
    assert (session.source, session.audit) == (SOURCE, CLEAN)
    assert not session.is_blocked


def test_a_leak_blocks_until_it_is_accepted_and_again_with_the_next_dataset(session, qtbot):
    session.open_dataset(SOURCE, LEAKY)
    assert session.is_blocked
    with qtbot.waitSignal(session.dataset_changed) as changed:
        session.accept_leaks(True)
    assert changed.args == [LEAKY]
    assert not session.is_blocked
    assert session.preparation.accepts_leaks
    session.open_dataset(SOURCE, LEAKY)
    assert session.is_blocked
    assert not session.preparation.accepts_leaks


def test_a_warning_does_not_block(session):
    session.open_dataset(SOURCE, replace(CLEAN, findings=(replace(LEAK, severity=Severity.WARNING),)))
    assert not session.is_blocked


def test_the_preparation_is_that_of_the_dataset(session):
    prepared = AS_IT_IS.with_step(Step("by hand", (Correction("a.png", Action.EXCLUDE),)))
    session.open_dataset(SOURCE, replace(CLEAN, preparation=prepared))
    assert session.preparation == prepared


def test_a_model_is_announced_and_given_back(session, qtbot):
    with qtbot.waitSignal(session.model_changed) as changed:
        session.use_model(SOURCE / "m.safetensors")
    assert changed.args == [session.model] == [SOURCE / "m.safetensors"]
    with qtbot.waitSignal(session.model_changed) as changed:
        session.use_model(None)
    assert changed.args == [session.model] == [None]


def test_a_run_to_go_on_from_is_handed_over(session, qtbot):
    run = object()
    with qtbot.waitSignal(session.continuation_wanted) as wanted:
        session.continue_from(run)
    assert wanted.args == [run]
