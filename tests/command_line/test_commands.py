"""The commands, with their files and exit statuses, on phantoms."""

import json
import shutil

import pytest

import main
from core.datasets.events import FindingKind
from core.models.model_header import read_header
from core.recipes.recipe_json import load_recipe, to_json_object
from tests.factories import draw_film


def run(*arguments):
    return main.main([str(argument) for argument in arguments])


def test_commands_and_exit_statuses(model, dataset_folder, tmp_path, capsys):
    worklist = shutil.copytree(dataset_folder, tmp_path / "films")
    (worklist / "notes.txt").write_text("no film")
    assert run("screen", worklist, "--output", tmp_path / "r.csv", "--model", model) == 3
    assert run("evaluate", model, dataset_folder, "--output", tmp_path / "figures") == 0
    assert json.loads((tmp_path / "figures" / "metrics.json").read_text())["n"] == 24
    assert "not a diagnosis" in (tmp_path / "figures" / "report.html").read_text()
    assert run("audit", dataset_folder, "--json", tmp_path / "audit.json") == 0
    assert json.loads((tmp_path / "audit.json").read_text())["classes"] == ["NORMAL", "PNEUMONIA"]
    capsys.readouterr()
    assert run("screen", tmp_path / "nowhere", "--output", tmp_path / "n.csv") == 1
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit) as usage:
        run("train")
    assert usage.value.code == 2


def test_command_line_refuses_a_leaky_dataset_until_it_is_resolved_or_accepted(
    split_folders, tmp_path, capsys, quick_recipe, tiny_network, no_shortcut_probe
):
    draw_film(90, 0).save(split_folders / "test/NORMAL/p000_2.png")
    assert run("audit", split_folders, "--json", tmp_path / "a.json", "--resolve", tmp_path / "p.json") == 3
    report = json.loads((tmp_path / "a.json").read_text())
    assert report["findings"][0]["title"] == FindingKind.PATIENT_LEAK
    assert sorted(report["findings"][0]["files"]) == ["test/NORMAL/p000_2.png", "train/NORMAL/p000_1.png"]
    (tmp_path / "quick.json").write_text(json.dumps(to_json_object(quick_recipe)))
    quick = ("--recipe", tmp_path / "quick.json")
    capsys.readouterr()
    assert run("train", split_folders, "--output", tmp_path / "r1", *quick) == 1
    assert "cannot be used for training" in capsys.readouterr().err
    assert list((tmp_path / "r1").iterdir()) == []  # so that the same folder may be used for what is advised
    assert run("audit", split_folders, "--preparation", tmp_path / "p.json") == 0
    assert run("train", split_folders, "--output", tmp_path / "r1", *quick, "--preparation", tmp_path / "p.json") == 0
    assert read_header(tmp_path / "r1/best.safetensors").warnings == ()
    assert run("train", split_folders, "--output", tmp_path / "r3", *quick, "--accept-leaks") == 0
    (warning,) = read_header(tmp_path / "r3/best.safetensors").warnings
    assert FindingKind.PATIENT_LEAK in warning
    assert run("evaluate", tmp_path / "r3/best.safetensors", split_folders, "--output", tmp_path / "e") == 0
    assert "Trained despite known problems" in (tmp_path / "e/report.html").read_text()
    assert json.loads((tmp_path / "e/metrics.json").read_text())["warnings"][0] == warning


def test_search_on_the_command_line_writes_a_recipe(
    dataset_folder, quick_recipe, tiny_network, no_shortcut_probe, tmp_path, capsys
):
    (tmp_path / "quick.json").write_text(json.dumps(to_json_object(quick_recipe)))
    quick = ("--recipe", tmp_path / "quick.json", "--trials", "2")
    assert run("search", dataset_folder, "--output", tmp_path / "s", *quick) == 0
    assert load_recipe(str(tmp_path / "s/recipe.json")).image_size_px == quick_recipe.image_size_px
    assert "validation AUC" in capsys.readouterr().out
