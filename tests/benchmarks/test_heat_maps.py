"""The measurement of heat maps against boxes, on films made here."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import heat_maps
from core.films.phantoms import draw_phantom
from core.inference.grad_cam import weight_maps
from core.models.model_file import load_model
from tests.faults.hostile_names import small_model

BOX = {"x": 0, "y": 0, "w": 512, "h": 1024, "finding": "lung opacity", "source_width": 1024, "source_height": 1024}


def write_table(path, rows):
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path):
    """Four films with a box over their left half, one of them labelled NORMAL, and one film without boxes."""
    rows = []
    for number, label in enumerate(("PNEUMONIA", "PNEUMONIA", "PNEUMONIA", "NORMAL", "PNEUMONIA")):
        Image.fromarray(draw_phantom(number, True, 96)).save(tmp_path / f"{number}.png")
        rows.append({"file": f"{number}.png", "source": f"s{number % 2}", "label": label, "patient": f"p{number}"})
    write_table(tmp_path / "films.csv", rows)
    write_table(tmp_path / "boxes.csv", [{"file": f"{number}.png", **BOX} for number in range(4)])
    return tmp_path


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["heat_maps.py", str(small_model()), *map(str, arguments)])
    heat_maps.main()
    said = capsys.readouterr().out
    return said, {row.split(" | ")[0].strip("| "): row.split(" | ")[1:] for row in said.splitlines() if row[:1] == "|"}


def test_it_prints_a_row_for_every_method_and_place(folder, monkeypatch, capsys):
    said, rows = run(monkeypatch, capsys, "--folder", folder)
    assert said.startswith("3 films, 0 of them called likely.")
    sides = {f"{method}, {side} x {side}" for method in ("Grad-CAM", "Grad-CAM++", "LayerCAM") for side in (2, 4)}
    assert sides <= set(rows)
    assert rows["any place: area of the boxes"][0] == "0.500"
    assert rows["centre of the picture's left half"][0].startswith("1.000")
    assert rows["centre of the picture's right half"][0].startswith("0.000")


@pytest.mark.parametrize(
    ("options", "films"), [(("--sources", "s0"), 2), (("--only", "list.txt"), 1), (("--only", "full.txt"), 2)]
)
def test_only_the_chosen_films_are_measured(folder, monkeypatch, capsys, options, films):
    (folder / "list.txt").write_text("1.png\n3.png\n4.png\n")
    (folder / "full.txt").write_text("0.png\r\n1.png")
    chosen = [folder / one if Path(one).suffix == ".txt" else one for one in options]
    assert run(monkeypatch, capsys, "--folder", folder, *chosen)[0].startswith(f"{films} films")
    with pytest.raises(SystemExit, match="no such films"):
        run(monkeypatch, capsys, "--folder", folder, "--sources", "elsewhere")


def test_a_box_is_found_in_a_film_of_any_size():
    inside = heat_maps.draw_boxes([[0.5, 0, 1, 0.25]], 8)
    assert inside[:2, 4:].all()
    assert inside.sum() == 8


def test_one_channel_whose_gradient_is_even_is_its_own_map_by_every_method():
    maps = torch.rand(1, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    for method in (weight_maps, heat_maps.grad_cam_plus_plus, heat_maps.layer_cam):
        heat = method(maps, torch.full_like(maps, 0.5))
        assert torch.allclose(heat / heat.max(), maps[:, 0] / maps.max())
        assert not method(maps, torch.full_like(maps, -0.5)).any()


def test_grad_cam_plus_plus_counts_a_small_spot_as_much_as_a_large_one():
    """The point of its weights (Chattopadhyay et al. 2018, figure 4): the gradients are where the spots are."""
    maps = torch.zeros(1, 2, 4, 4)
    maps[0, 0, :2], maps[0, 1, 3, 3] = 1, 1
    heat = heat_maps.grad_cam_plus_plus(maps, 100 * maps)[0]
    assert heat[3, 3] / heat[0, 0] > 0.9
    plain = weight_maps(maps, 100 * maps)[0]
    assert plain[3, 3] / plain[0, 0] == pytest.approx(1 / 8)


def test_the_layers_are_the_last_of_their_size():
    assert heat_maps.find_layers(load_model(small_model()))[:3] == ["layer4", "layer3", "layer2"]


def test_the_shallow_layers_of_fused_maps_are_scaled():
    deep, shallow = torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 4, 4)
    deep[0, 0, 0, 0], shallow[0, 0, 3, 3] = 5, 7
    ones = torch.ones_like
    heat = heat_maps.fuse_layer_cams([(deep, ones(deep)), (shallow, ones(shallow))], 4)[0].numpy()
    assert heat[0, 0] == 1
    assert heat[3, 3] == pytest.approx(np.tanh(2))
