"""Findings on how a dataset was read, on whole datasets."""

import json

import numpy as np
import pytest

import main
from core.datasets.audit import audit, find_blocking, resolve_blocking, to_json_object
from core.datasets.events import FindingKind
from core.datasets.preparation import AS_IT_IS, make_finding_step
from core.models.model_gate import read_bundled_gate
from core.system.errors import JobFailed, Reason
from tests.factories import drained, draw_film, write_dicom


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
    with pytest.raises(JobFailed, match="There is no class 'C'"):
        audited(folder, cancel, AS_IT_IS.with_step(make_finding_step("C")))


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
