"""Findings on how a dataset was read, on whole datasets."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import main
from core.datasets.audit import audit, find_blocking, resolve_blocking, to_json_object
from core.datasets.dataset import Dataset, Film
from core.datasets.entries import FilmLeftOut
from core.datasets.events import FindingKind
from core.datasets.intake_findings import find_not_frontal, find_unlabelled, find_unnamed_finding
from core.datasets.preparation import AS_IT_IS, make_finding_step
from core.jobs.events import Severity
from core.models.model_gate import read_bundled_gate
from core.system.errors import Reason
from tests.factories import drained, draw_film, write_dicom

pytestmark = pytest.mark.usefixtures("no_shortcut_probe")


def write_classes(folder, *names, films=12):
    for label, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for seed in range(films):
            draw_film(seed + 100 * label, label, 96).save(folder / name / f"{name}{chr(97 + seed)}.png")
    return folder


def audited(folder, cancel, preparation=AS_IT_IS):
    return drained(audit(folder, cancel, preparation, read_bundled_gate()))[1]


def kinds(result):
    return {finding.kind for finding in result.findings}


@pytest.mark.parametrize(("names", "finding"), [(("nein", "ja"), "ja"), (("kein Befund", "Befund"), "Befund")])
def test_the_finding_is_in_the_report(tmp_path, cancel, names, finding):
    content = to_json_object(audited(write_classes(tmp_path / "films", *names), cancel))
    assert (content["finding"], content["finding_is_certain"]) == (finding, True)


def test_an_unknown_finding_blocks_and_is_never_chosen_for_a_person(tmp_path, cancel):
    folder = write_classes(tmp_path / "films", "A", "B")
    result = audited(folder, cancel)
    assert {finding.kind for finding in find_blocking(result)} == {FindingKind.FINDING_UNKNOWN}
    assert resolve_blocking(result, AS_IT_IS) == AS_IT_IS
    named = audited(folder, cancel, AS_IT_IS.with_step(make_finding_step("A")))
    assert (named.dataset.classes, find_blocking(named)) == (("B", "A"), ())
    gone = audited(folder, cancel, AS_IT_IS.with_step(make_finding_step("C")))  # its folder was renamed since
    assert FindingKind.FINDING_UNKNOWN in kinds(gone)


def test_the_command_line_names_the_finding(tmp_path, capsys):
    folder = write_classes(tmp_path / "films", "A", "B")
    told = ["audit", str(folder), "--json", str(tmp_path / "a.json")]
    assert main.main(told) == 3
    assert "The finding is B (not certain)" in capsys.readouterr().out
    assert main.main([*told, "--finding", "A"]) == 0
    assert json.loads((tmp_path / "a.json").read_text())["finding"] == "A"
    assert main.main(["train", str(folder), "--output", str(tmp_path / "run"), "--epochs", "1"]) == 1
    assert "not known which class is the finding" in capsys.readouterr().err
    assert main.main([*told, "--finding", "pneumonia"]) == 1
    assert "There is no class 'pneumonia' that could be the finding; the classes are A, B." in capsys.readouterr().err


def test_what_is_no_frontal_film_is_left_out_with_one_click(tmp_path, cancel):
    folder = write_classes(tmp_path / "films", "NORMAL", "PNEUMONIA", films=20)
    side = write_dicom(folder / "NORMAL" / "side", np.asarray(draw_film(900, 0, 96)), ViewPosition="LL")
    result = audited(folder, cancel)
    (finding,) = [finding for finding in result.findings if finding.kind is FindingKind.NOT_FRONTAL]
    assert finding.files == (side,)
    again = audited(folder, cancel, AS_IT_IS.with_step(finding.fixes[0]))
    assert FindingKind.NOT_FRONTAL not in kinds(again)
    assert len(again.dataset.films) == 40


def test_one_patient_for_all_no_longer_blocks(tmp_path, cancel):
    for label, name in enumerate(("NORMAL", "PNEUMONIA")):
        (tmp_path / "films" / name).mkdir(parents=True)
        for seed in range(15):
            tags = {"PatientID": "ANONYMOUS", "StudyInstanceUID": f"1.2.{label}.{seed}"}
            pixels = np.asarray(draw_film(seed + 50 * label, label, 96))
            write_dicom(tmp_path / "films" / name / f"{label}{seed}.dcm", pixels, **tags)
    result = audited(tmp_path / "films", cancel)
    assert result.dataset.count_patients() == 30
    assert FindingKind.SHARED_PATIENT in kinds(result)
    assert find_blocking(result) == ()
    assert result.planned is not None


def test_every_file_is_used_left_out_or_counted(tmp_path, cancel):
    folder = write_classes(tmp_path / "films", "NORMAL", "PNEUMONIA")
    (folder / "NORMAL" / "letter.txt").write_text("Dear colleague")
    (folder / "NORMAL" / "Thumbs.db").write_bytes(b"x")
    (folder / "list.csv").write_text("file;label")
    result = audited(folder, cancel)
    content = to_json_object(result)
    assert {(film["file"], film["reason"]) for film in content["left_out"]} == {
        ("NORMAL/letter.txt", Reason.NOT_AN_IMAGE), ("list.csv", Reason.NO_LABEL)
    }  # fmt: skip
    assert content["system_files"] == 1
    assert len(result.dataset.films) + len(content["left_out"]) + content["system_files"] == 27
    assert {FindingKind.UNREADABLE, FindingKind.UNLABELLED} <= kinds(result)


ROOT = Path("/films")
FILMS = tuple(Film(ROOT / f"{name}.png", 0, name) for name in "abcd")
UNNAMED = Dataset(ROOT, ("A", "B"), FILMS, is_finding_certain=False)


def test_either_class_of_a_pair_is_offered_as_the_finding():
    (finding,) = find_unnamed_finding(UNNAMED)
    assert (finding.kind, finding.severity) == (FindingKind.FINDING_UNKNOWN, Severity.BLOCKING)
    assert [step.finding for step in finding.fixes] == ["B", "A"]
    assert find_unnamed_finding(replace(UNNAMED, is_finding_certain=True)) == []
    assert find_unnamed_finding(replace(UNNAMED, classes=("A", "B", "C"))) == []


def test_inverted_films_that_are_reported_elsewhere_are_not_reported_twice():
    a, b, c, _ = (film.path for film in FILMS)
    refused = {a: Reason.LATERAL_VIEW, b: Reason.INVERTED, c: Reason.INVERTED, ROOT / "e.png": Reason.ROTATED}
    (finding,) = find_not_frontal(UNNAMED, refused, frozenset({a, b}))
    assert finding.files == (a, c)
    assert finding.sentence.startswith("2 films would be refused in screening: ")
    assert [one.file for one in finding.fixes[0].corrections] == ["a.png", "c.png"]
    assert find_not_frontal(UNNAMED, {b: Reason.INVERTED}, frozenset({b})) == []


def test_files_without_a_label_are_told_from_those_that_cannot_be_read():
    reasons = (Reason.NO_LABEL, Reason.DAMAGED, Reason.LABELS_DIFFER, Reason.NOT_AN_IMAGE)
    left_out = [FilmLeftOut(film.path, reason, "why") for film, reason in zip(FILMS, reasons, strict=True)]
    (finding,) = find_unlabelled(UNNAMED, left_out)
    assert finding.files == (FILMS[0].path, FILMS[2].path)
    assert [one.file for one in finding.fixes[0].corrections] == ["a.png", "c.png"]
    assert find_unlabelled(UNNAMED, left_out[1::2]) == []
