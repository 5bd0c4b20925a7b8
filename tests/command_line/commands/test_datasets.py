"""Commands on a dataset: what they pass on, print and return."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

import main
from command_line.commands import datasets
from core.datasets.dataset import Dataset
from core.datasets.entries import FilmLeftOut
from core.datasets.events import AuditResult, Finding, FindingKind
from core.datasets.preparation import (
    AS_IT_IS,
    Action,
    Correction,
    Step,
    load_preparation,
)
from core.jobs.events import Severity
from core.system.errors import JobFailed, Reason
from core.system.exit_status import DONE, INTERRUPTED, SOME_LEFT_OUT
from tests.factories import write_films

UNREADABLE = FilmLeftOut(Path("a.png"), Reason.DAMAGED, "Cut off.")


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
    assert datasets.run_audit(options, cancel) == status
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
    datasets.run_audit(options, cancel)
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
        datasets.run_audit(options, cancel)
    assert refused.value.reason is Reason.OUTPUT_NOT_WRITABLE
    assert calls == []


def test_a_damaged_preparation_is_refused(fake, cancel, tmp_path):
    (tmp_path / "p.json").write_text('{"format": 99}')
    calls = fake("core.datasets.audit.audit", audited())
    options = Namespace(dataset=Path("d"), preparation=tmp_path / "p.json", json=None, resolve=None, finding=None)
    with pytest.raises(JobFailed, match=r"p\.json is not a dataset preparation"):
        datasets.run_audit(options, cancel)
    assert calls == []


# labels


def test_contradicted_labels_are_listed_and_what_could_not_be_read(model, tmp_path, capsys):
    data = write_films(tmp_path / "data", 14, first=2000)
    (data / "PNEUMONIA" / "P2003.png").rename(data / "NORMAL" / "wrong.png")
    damaged = data / "NORMAL" / "N2005.png"
    damaged.write_bytes(damaged.read_bytes()[:200])
    assert main.main(["check-labels", str(data), "--model", str(model)]) == SOME_LEFT_OUT
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"Left out: {damaged} (damaged)")
    assert str(data / "NORMAL" / "wrong.png") in lines
    assert "contradicted by a classifier" in lines[-2]
    assert lines[-1] == "For research and education, not a diagnosis."


def test_a_check_of_labels_that_is_stopped_is_interrupted(fake, cancel):
    calls = fake("core.evaluation.label_errors.find_label_errors", None)
    options = Namespace(dataset=Path("d"), model="bundled", preparation=None)
    assert datasets.run_check_labels(options, cancel) == INTERRUPTED
    assert calls == [(Path("d"), None, cancel, AS_IT_IS)]
