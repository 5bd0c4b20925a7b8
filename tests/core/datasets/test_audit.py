"""Planted faults must be found, and nothing must be found among clean films."""

import io
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import main
from core.datasets.audit import audit, find_blocking, is_current, resolve_blocking
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.events import FindingKind
from core.datasets.preparation import AS_IT_IS, Action, Correction, SplitChoice, Step, save_preparation
from core.datasets.shortcut_probe import TOGETHER
from core.films.phantoms import draw_phantom
from core.jobs.events import Progressed, Severity, Stage
from core.system.errors import JobFailed
from tests.factories import ROOT, drained, draw_film, write_dicom

REAL = ROOT.parent / "shared/data/kermany-224"
CLASSES = ("NORMAL", "PNEUMONIA")


def encoded(picture, quality):
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue()))


def brighter(picture):
    return Image.fromarray(np.clip(np.asarray(picture, np.float64) * 1.1, 0, 255).astype(np.uint8))


def cropped(picture):
    width, height = picture.size
    return picture.crop((round(0.03 * width), round(0.03 * height), round(0.97 * width), round(0.97 * height)))


ALTERED = {
    "quality60": lambda picture: encoded(picture, 60),
    "resized": lambda picture: picture.resize((150, 190)),
    "cropped": cropped,
    "brighter": brighter,
    "mirrored": lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "everything": lambda picture: encoded(cropped(brighter(picture)).resize((180, 180)), 60),
}


def found(result, kind):
    return [finding for finding in result.findings if finding.kind is kind]


def files(result, kind):
    return {path for finding in found(result, kind) for path in finding.files}


def test_clean_films_block_nothing(split_folders, cancel):
    events, result = drained(audit(split_folders, cancel))
    assert result.completed
    assert find_blocking(result) == ()
    assert result.copies == ()
    assert not found(result, FindingKind.INVERTED)
    assert {Stage.CHECKING_FILMS, Stage.COMPARING} <= {e.stage for e in events if isinstance(e, Progressed)}


@pytest.mark.usefixtures("no_shortcut_probe")
@pytest.mark.parametrize("kind", ALTERED)
def test_altered_copies_across_splits_are_leaks(split_folders, cancel, kind):
    planted = set()
    for seed in range(6):
        original = split_folders / "train/NORMAL" / f"p0{seed:02}_1.png"
        copy = split_folders / "test/NORMAL" / f"q{kind}x{seed}9.png"
        ALTERED[kind](Image.open(original)).save(copy)
        planted |= {original, copy}
    _, result = drained(audit(split_folders, cancel))
    assert files(result, FindingKind.COPY_LEAK) == planted
    assert found(result, FindingKind.COPY_LEAK)[0].severity is Severity.BLOCKING


@pytest.mark.usefixtures("no_shortcut_probe")
def test_copies_inside_a_split_and_across_classes(split_folders, cancel):
    shutil.copy(split_folders / "train/NORMAL/p000_1.png", split_folders / "train/NORMAL/x7.png")
    ALTERED["quality60"](draw_film(1, 0)).save(split_folders / "train/NORMAL/y7.jpg")
    shutil.copy(split_folders / "train/NORMAL/p002_1.png", split_folders / "train/PNEUMONIA/z7.png")
    _, result = drained(audit(split_folders, cancel))
    train = split_folders / "train"
    assert files(result, FindingKind.EXACT_COPIES) == {train / "NORMAL/p000_1.png", train / "NORMAL/x7.png"}
    assert files(result, FindingKind.NEAR_COPIES) == {train / "NORMAL/p001_1.png", train / "NORMAL/y7.jpg"}
    assert files(result, FindingKind.LABEL_CONFLICT) == {train / "NORMAL/p002_1.png", train / "PNEUMONIA/z7.png"}
    assert {finding.kind for finding in find_blocking(result)} == {FindingKind.LABEL_CONFLICT}


@pytest.mark.usefixtures("no_shortcut_probe")
def test_patients_across_splits_are_a_leak(split_folders, cancel):
    draw_film(90, 0).save(split_folders / "test/NORMAL/p000_2.png")
    _, result = drained(audit(split_folders, cancel))
    expected = {split_folders / "test/NORMAL/p000_2.png", split_folders / "train/NORMAL/p000_1.png"}
    assert files(result, FindingKind.PATIENT_LEAK) == expected


@pytest.mark.usefixtures("no_shortcut_probe")
def test_broken_inverted_deep_and_coloured_films(split_folders, cancel):
    train = split_folders / "train/NORMAL"
    whole = (train / "p000_1.png").read_bytes()
    (train / "cut7.png").write_bytes(whole[: len(whole) // 2])
    (train / "empty7.png").write_bytes(b"")
    Image.fromarray(255 - draw_phantom(70, False, 224)).save(train / "inv7.png")
    Image.fromarray(draw_phantom(71, False, 224).astype(np.uint16) * 257).save(train / "deep7.png")
    Image.merge("RGB", [draw_film(72, 0), Image.new("L", (224, 224), 200), Image.new("L", (224, 224))]).save(
        train / "red7.png"
    )
    Image.fromarray(np.pad(draw_phantom(73, False, 224), 40)).save(train / "frame7.png")
    events, result = drained(audit(split_folders, cancel))
    assert files(result, FindingKind.UNREADABLE) == {train / "cut7.png", train / "empty7.png"}
    assert {event.path for event in events if isinstance(event, FilmLeftOut)} == {
        train / "cut7.png",
        train / "empty7.png",
    }
    assert files(result, FindingKind.INVERTED) == {train / "inv7.png"}
    assert files(result, FindingKind.DEPTHS) == {train / "deep7.png"}
    assert files(result, FindingKind.COLOURED) == {train / "red7.png"}
    assert files(result, FindingKind.BORDERS) == {train / "frame7.png"}
    assert found(result, FindingKind.SIZES)


def test_compression_that_tells_the_classes_apart_is_said_in_words(tmp_path, cancel):
    for label, name in enumerate(CLASSES):
        (tmp_path / "films" / name).mkdir(parents=True)
        for seed in range(30):
            draw_film(seed, label).save(
                tmp_path / "films" / name / f"{name}{seed:02}x.jpg", quality=60 if label else 92
            )
    _, result = drained(audit(tmp_path / "films", cancel))
    by_name = {shortcut.what: shortcut.auc for shortcut in result.shortcuts}
    assert by_name["JPEG quality"].value > 0.99
    assert by_name["JPEG quality"].low > 0.8
    (finding,) = found(result, FindingKind.SHORTCUT)
    assert finding.severity is Severity.WARNING
    assert finding.sentence.endswith("alone (100 of 100): the network may learn this, not the lung.")
    (together,) = [shortcut for shortcut in result.shortcuts if shortcut.what == TOGETHER]
    assert together.sentence == (
        "File size and format alone tell the classes apart (100 of 100): "
        "the network may learn the export, not the lung."
    )


def test_no_shortcut_among_films_recorded_alike(tmp_path, cancel):
    random = np.random.default_rng(0)
    for name in CLASSES:
        (tmp_path / "films" / name).mkdir(parents=True)
        for seed in random.choice(1000, 40, replace=False) + (1000 if name == "NORMAL" else 0):
            draw_film(int(seed), 0).save(tmp_path / "films" / name / f"{name}{seed:04}x.png")
    _, result = drained(audit(tmp_path / "films", cancel))
    assert result.shortcuts
    assert not found(result, FindingKind.SHORTCUT)


@pytest.mark.usefixtures("no_shortcut_probe")
def test_one_click_resolves_every_leak_and_undo_brings_it_back(split_folders, cancel):
    draw_film(90, 0).save(split_folders / "test/NORMAL/p000_2.png")
    ALTERED["resized"](draw_film(3, 1)).save(split_folders / "val/PNEUMONIA/c9.png")
    _, before = drained(audit(split_folders, cancel))
    assert len(find_blocking(before)) == 2
    mended = resolve_blocking(before, AS_IT_IS)
    _, after = drained(audit(split_folders, cancel, mended))
    assert find_blocking(after) == ()
    assert len(after.dataset.of_split(Split.TEST)) == len(before.dataset.of_split(Split.TEST))
    anew = AS_IT_IS.with_step(Step("anew", splits=SplitChoice.NEW))
    _, after = drained(audit(split_folders, cancel, anew))
    assert find_blocking(after) == ()
    split_of = {film.path: film.split for film in after.planned.films}
    for group in after.copies:
        assert len({split_of[path] for path in group}) == 1
    _, again = drained(audit(split_folders, cancel, anew.without_last_step()))
    assert again.findings == before.findings


@pytest.mark.usefixtures("no_shortcut_probe")
def test_a_tiny_validation_split_is_replaced_on_demand(tmp_path, cancel):
    for split, seeds in (("train", range(40)), ("val", range(40, 42)), ("test", range(42, 50))):
        for label, name in enumerate(CLASSES):
            (tmp_path / "films" / split / name).mkdir(parents=True)
            for seed in seeds:
                draw_film(seed, label).save(tmp_path / "films" / split / name / f"{name}{seed}x.png")
    _, result = drained(audit(tmp_path / "films", cancel))
    (finding,) = found(result, FindingKind.TINY_VALIDATION)
    assert "4 films" in finding.sentence
    _, mended = drained(audit(tmp_path / "films", cancel, AS_IT_IS.with_step(finding.fixes[0])))
    assert not found(mended, FindingKind.TINY_VALIDATION)
    assert len(mended.planned.of_split(Split.VALIDATION)) >= 10
    assert {f.path for f in mended.planned.of_split(Split.TEST)} == {
        f.path for f in result.dataset.of_split(Split.TEST)
    }


def test_cancelled_audit_keeps_what_was_read(split_folders, cancel):
    job = audit(split_folders, cancel)
    next(job)
    cancel.set()
    _, result = drained(job)
    assert not result.completed


def run(*arguments):
    return main.main([str(argument) for argument in arguments])


@pytest.mark.usefixtures("no_shortcut_probe")
def test_corrections_are_applied(split_folders, cancel, tmp_path):
    wanted = AS_IT_IS.with_step(
        Step(
            "by hand",
            (
                Correction("train/NORMAL/p000_1.png", Action.EXCLUDE),
                Correction("train/NORMAL/p001_1.png", Action.RELABEL, "PNEUMONIA"),
                Correction("train/NORMAL/p002_1.png", Action.MOVE, "test"),
            ),
        )
    )
    save_preparation(wanted, tmp_path / "p.json")
    assert run("audit", split_folders, "--preparation", tmp_path / "p.json", "--json", tmp_path / "a.json") == 0
    counts = {(c["class"], c["split"]): c["films"] for c in json.loads((tmp_path / "a.json").read_text())["counts"]}
    assert counts["NORMAL", "train"] == 21
    assert counts["PNEUMONIA", "train"] == 25
    assert counts["NORMAL", "test"] == 9


@pytest.mark.usefixtures("no_shortcut_probe")
@pytest.mark.skipif(not REAL.exists(), reason="the real films are not here")
def test_planted_copies_among_real_films(tmp_path, cancel):
    root = tmp_path / "films"
    films = {name: sorted((REAL / name).iterdir())[::12] for name in CLASSES}
    planted = set()
    for name, paths in films.items():
        for split in ("train", "test"):
            (root / split / name).mkdir(parents=True)
        for number, path in enumerate(paths):
            shutil.copy(path, root / "train" / name / f"a{number}x.jpeg")
            if number % 5 == 0:
                kind = list(ALTERED)[number // 5 % len(ALTERED)]
                copy = root / "test" / name / f"b{number}x.png"
                ALTERED[kind](Image.open(path).convert("L")).save(copy)
                planted.add(frozenset({root / "train" / name / f"a{number}x.jpeg", copy}))
    _, result = drained(audit(root, cancel))
    leaking = {frozenset(group) for group in result.copies if len({path.parts[-3] for path in group}) > 1}
    assert len(planted) > 80
    assert len(leaking & planted) >= 0.98 * len(planted)
    assert leaking <= planted


@pytest.mark.usefixtures("no_shortcut_probe")
def test_dicom_films_of_a_list_take_their_patient_id(tmp_path, cancel):
    lines = ["file,label"]
    for number in range(24):
        write_dicom(
            tmp_path / f"IM{number}.dcm", draw_phantom(number, number % 2 == 1, 96), PatientID=f"Doe^{number // 4}"
        )
        lines.append(f"IM{number}.dcm,{'yes' if number % 2 else 'no'}")
    (tmp_path / "labels.csv").write_text("\n".join(lines), "utf-8")
    _, result = drained(audit(tmp_path / "labels.csv", cancel))
    assert result.dataset.count_patients() == 6
    assert not any("Doe" in film.patient for film in result.dataset.films)


def test_a_dataset_without_any_readable_film_is_refused(tmp_path, cancel):
    for name in CLASSES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.png").write_text("no film")
    with pytest.raises(JobFailed, match="all files were left out"):
        drained(audit(tmp_path, cancel))


def write_list(dataset):
    (dataset / "films.csv").write_text("file,label\nNORMAL/NORMALa.png,NORMAL\nPNEUMONIA/PNEUMONIAa.png,PNEUMONIA\n")
    return dataset / "films.csv"


CHANGES = {
    "a film more": lambda dataset: draw_film(99, 0, 96).save(dataset / "NORMAL" / "new.png"),
    "a film less": lambda dataset: (dataset / "NORMAL" / "NORMALa.png").unlink(),
    "another picture": lambda dataset: draw_film(99, 0, 97).save(dataset / "NORMAL" / "NORMALa.png"),
    "another class": lambda dataset: (dataset / "NORMAL").rename(dataset / "HEALTHY"),
}


@pytest.mark.usefixtures("no_shortcut_probe")
@pytest.mark.parametrize("change", CHANGES)
def test_an_audit_is_current_until_its_dataset_changes(dataset_folder, cancel, change):
    _, result = drained(audit(dataset_folder, cancel))
    accepting = replace(AS_IT_IS, accepts_leaks=True)  # what a person accepts changes no finding
    assert is_current(result, dataset_folder, AS_IT_IS)
    assert is_current(result, dataset_folder, accepting)
    excluding = AS_IT_IS.with_step(Step("Exclude", (Correction("NORMAL/NORMALa.png", Action.EXCLUDE),)))
    assert not is_current(result, dataset_folder, excluding)
    CHANGES[change](dataset_folder)
    assert not is_current(result, dataset_folder, AS_IT_IS)


@pytest.mark.usefixtures("no_shortcut_probe")
def test_an_audit_of_a_list_is_current_until_the_list_changes(dataset_folder, cancel):
    source = write_list(dataset_folder)
    _, result = drained(audit(source, cancel))
    assert is_current(result, source, AS_IT_IS)
    assert not is_current(result, dataset_folder, AS_IT_IS)
    source.write_text(source.read_text().replace("a.png,NORMAL", "b.png,NORMAL"))
    assert not is_current(result, source, AS_IT_IS)
