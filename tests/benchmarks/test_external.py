"""The table of how a model does on films of several sources, from a list or class folders."""

import csv
import json

import numpy as np
import pytest

from benchmarks import external
from core.films.phantoms import draw_phantom
from core.metrics.intervals import wilson_interval
from core.screening.results_csv import read_rows
from tests.factories import drained, draw_film, write_dicom, write_films

COLUMNS = ("file", "source", "label", "patient", "view", "age")


def write_list(folder, lines, columns=COLUMNS):
    with (folder / "films.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([columns, *lines])
    return folder


@pytest.fixture
def sources(tmp_path):
    """Two sources of twelve phantoms each, one of them partly DICOM, and pictures that are no chest films."""
    folder, lines = tmp_path / "sources", []
    folder.mkdir()
    for seed in range(24):
        label = seed % 2
        name = f"film-{seed:02}.{'dcm' if seed < 4 else 'png'}"
        if seed < 4:
            write_dicom(folder / name, draw_phantom(seed, bool(label), 96))
        else:
            draw_film(seed, label, 96).save(folder / name)
        place = "north" if seed < 12 else "south"
        view = "AP" if seed % 4 < 2 else "pa"
        lines.append((name, place, ("Normal", "PNEUMONIA")[label], f"patient {seed // 4}", view, f"{20 + seed}"))
    noise = np.random.default_rng(0).integers(0, 255, (96, 96), np.uint8)
    write_dicom(folder / "noise.dcm", noise)
    lines += [("noise.dcm", "south", "not_chest_hand", "", "", ""), ("gone.png", "south", "OTHER", "", "", "")]
    return write_list(folder, lines)


def measure(capsys, *arguments):
    """The report that the program prints and writes."""
    external.main([str(argument) for argument in arguments])
    return capsys.readouterr().out


def group_of(report, source, view=None, age=None):
    (group,) = [
        group for group in report["groups"] if (group["source"], group["view"], group["age"]) == (source, view, age)
    ]
    return group


def test_each_source_is_measured_as_it_would_be_screened(sources, model, tmp_path, capsys, cancel):
    from core.screening.screening import screen

    written = tmp_path / "report.json"
    text = measure(capsys, sources, "--model", model, "--json", written)
    report = json.loads(written.read_text())
    _, screened = drained(screen(sources, tmp_path / "r.csv", model, cancel))
    rows = {row.file: row for row in screened.rows}
    north = group_of(report, "north")
    normals = [rows[f"film-{seed:02}.{'dcm' if seed < 4 else 'png'}"] for seed in range(0, 12, 2)]
    scored = [row for row in normals if row.status == "scored"]
    specificity = north["figures"]["specificity"]
    assert specificity["n"] == len(scored) > 0
    assert specificity["value"] == sum(row.label == "NORMAL" for row in scored) / len(scored)
    likely = sum(row.decision == "likely" for row in scored)
    assert north["figures"]["normals_likely"]["value"] == likely / len(scored)
    assert north["films"] == north["scored"] + north["refused"] == 12
    assert (north["views"], north["ages_years"], north["patients"]) == ({"AP": 6, "PA": 6}, [20, 31], 3)
    assert report["model"] == screened.rows[0].model
    assert "| north |" in text


def test_views_ages_and_all_trusted_sources_have_their_own_rows(sources, model, tmp_path, capsys):
    written = tmp_path / "report.json"
    text = measure(capsys, sources, "--model", model, "--json", written)
    report = json.loads(written.read_text())
    assert group_of(report, "north", view="AP")["films"] == 6
    assert group_of(report, "south", age="40 to 64 years")["films"] == 4
    assert report["pooled"]["films"] == 26
    assert report["pooled"]["figures"]["roc_auc"]["n"] == report["pooled"]["figures"]["ece"]["n"]
    assert "all trusted sources" in text
    measure(capsys, sources, "--model", model, "--json", written, "--weak", "south")
    report = json.loads(written.read_text())
    assert not group_of(report, "south")["trusted"]
    assert report["pooled"] is None


def test_other_disease_is_negative_and_what_is_no_film_should_be_refused(sources, model, tmp_path, capsys):
    lines = [("film-05.png", "a", "OTHER", "", "", ""), ("film-07.png", "a", "PNEUMONIA", "", "", ""),
             ("film-06.png", "a", "NORMAL", "", "", ""), ("film-08.png", "a", "chest_frontal", "", "", ""),
             ("film-09.png", "a", "chest_rotated", "", "", ""), ("film-10.png", "a", "not_chest_leg", "", "", ""),
             ("film-11.png", "a", "chest_lateral", "", "", ""), ("gone.png", "a", "NORMAL", "", "", "")]  # fmt: skip
    written = tmp_path / "report.json"
    measure(capsys, write_list(sources, lines), "--model", model, "--json", written)
    group = group_of(json.loads(written.read_text()), "a")
    figures = group["figures"]
    assert (group["films"], group["failed"], group["reasons"]["missing"]) == (8, 1, 1)
    for name in ("not_chest_scored", "rotated_scored", "lateral_scored"):
        assert figures[name]["n"] == 1
    assert figures["refused"]["n"] == 4
    assert figures["roc_auc_other"]["n"] == figures["roc_auc"]["n"] + figures["other_likely"]["n"]


def test_films_of_one_patient_widen_the_interval(sources, model, tmp_path, capsys):
    widths = []
    for patients in ("one", ""):
        lines = [(f"film-{seed:02}.png", "a", "Normal", patients, "", "") for seed in range(4, 24, 2)]
        measure(capsys, write_list(sources, lines), "--model", model, "--json", tmp_path / "r.json")
        figure = group_of(json.loads((tmp_path / "r.json").read_text()), "a")["figures"]["refused"]
        widths.append(figure["high"] - figure["low"])
        if not patients:
            expected = wilson_interval(round(figure["value"] * 10), 10)
            assert (figure["low"], figure["high"]) == (expected.low, expected.high)
    assert widths[0] > widths[1]


def test_class_folders_are_one_source_of_which_some_films_may_be_named(model, tmp_path, capsys):
    folder = write_films(tmp_path / "own", 5, first=700)
    measure(capsys, folder, "--model", model, "--json", tmp_path / "r.json")
    assert group_of(json.loads((tmp_path / "r.json").read_text()), "own")["films"] == 10
    (tmp_path / "only.txt").write_text("NORMAL/N0700.png\r\n\nPNEUMONIA/P0701.png\n")
    measure(capsys, folder, "--model", model, "--json", tmp_path / "r.json", "--only", tmp_path / "only.txt")
    assert group_of(json.loads((tmp_path / "r.json").read_text()), "own")["labels"] == {"NORMAL": 1, "PNEUMONIA": 1}


def test_rows_that_were_kept_are_not_screened_again(sources, model, tmp_path, capsys, monkeypatch):
    kept = tmp_path / "RESULTS.csv"
    first = measure(capsys, sources, "--model", model, "--screened", kept)
    before = kept.read_bytes()
    (sources / "films.csv").write_text((sources / "films.csv").read_text().replace("film-23.png", "film-22b.png"))
    (sources / "film-23.png").rename(sources / "film-22b.png")
    external.main([str(sources), "--model", str(model), "--screened", str(kept)])
    said = capsys.readouterr()
    assert "1 of 1 films" in said.err
    assert said.out == first
    names = {row.file for row in read_rows(kept, ("NORMAL", "PNEUMONIA"), json_model(first))}
    assert {"film-22b.png", "gone.png"} <= names
    assert "film-23.png" not in names
    assert kept.read_bytes() != before


def json_model(report):
    """The model's name in the first line of a report."""
    return report.partition(", threshold")[0]


def test_a_list_groups_by_another_column_and_may_come_from_excel(sources, model, tmp_path, capsys):
    text = (sources / "films.csv").read_text().replace("source", "Hospital").replace(",", ";")
    (sources / "films.csv").write_text(text, encoding="utf-16")
    report = measure(capsys, sources, "--model", model, "--source-column", "hospital")
    assert "| south |" in report


@pytest.mark.parametrize(
    ("columns", "line", "sentence"),
    [
        (("file", "label"), ("film-05.png", "NORMAL"), "no column source"),
        (COLUMNS, ("film-05.png", "a", "TUMOUR", "", "", ""), "'TUMOUR' is unknown"),
        (COLUMNS, ("film-05.png", "a", "NORMAL", "", "", ""), "listed 2 times"),
    ],
)
def test_a_list_that_cannot_be_measured_is_refused(sources, model, columns, line, sentence):
    write_list(sources, [line, line], columns)
    with pytest.raises(SystemExit, match=sentence):
        external.main([str(sources), "--model", str(model)])


def test_names_that_are_not_there_are_refused(sources, model, tmp_path):
    (tmp_path / "only.txt").write_text("film-05.png\nfilm-99.png\n")
    with pytest.raises(SystemExit, match=r"such as film-99\.png"):
        external.main([str(sources), "--model", str(model), "--only", str(tmp_path / "only.txt")])
    with pytest.raises(SystemExit, match="--weak names east"):
        external.main([str(sources), "--model", str(model), "--weak", "east"])
    with pytest.raises(SystemExit, match="cannot be used as a model"):
        external.main([str(sources), "--model", str(tmp_path / "none.safetensors")])
