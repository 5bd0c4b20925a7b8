"""A model for other programs: a grey picture in, calibrated probabilities out."""

import json

import numpy as np
import onnxruntime
import pytest

from core.exports import onnx_file
from core.exports.onnx_file import export_onnx
from core.films.phantoms import draw_phantom
from core.models.calibration import Calibration
from core.models.model_file import load_model, save_model
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation
from core.system.errors import JobFailed
from core.system.product import NOTICE
from tests.core.inference.networks import lively
from tests.factories import drained

SIDE = 64
FILMS = np.stack([draw_phantom(seed, seed % 2 == 1, SIDE) for seed in range(20, 25)])


def write_model(path, classes, normalisation=Normalisation.PER_FILM):
    calibration = Calibration(0.7, 0.45 if len(classes) == 2 else None, (0.4, 0.6))
    network = lively("resnet18", len(classes))
    entries = {"licence": "CC BY 4.0"}
    save_model(path, "resnet18", classes, network, Preprocessing(SIDE, normalisation), calibration, entries)
    return load_model(path)


@pytest.mark.parametrize(
    ("classes", "normalisation"),
    [
        (("NORMAL", "PNEUMONIA"), Normalisation.PER_FILM),
        (("NORMAL", "PNEUMONIA"), Normalisation.RESNET),
        (("NORMAL", "Bäckteria", "VIRUS"), Normalisation.PER_FILM),
    ],
)
def test_another_program_gets_the_same_probabilities(classes, normalisation, tmp_path, cancel):
    model = write_model(tmp_path / "m.safetensors", classes, normalisation)
    _, exported = drained(export_onnx(model.path, tmp_path / "m.onnx", cancel))
    assert exported.model == model.header.name
    assert exported.difference < 1e-5
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    (given,) = session.get_inputs()
    assert (given.name, given.type, given.shape) == ("films", "tensor(uint8)", ["n", SIDE, SIDE])
    (answers,) = session.run(["probabilities"], {"films": FILMS})
    assert answers.shape == (5, len(classes))
    assert answers.sum(axis=1) == pytest.approx(1, abs=1e-6)
    expected = model.probabilities(FILMS)
    assert (answers if len(classes) > 2 else answers[:, 1]) == pytest.approx(expected, abs=1e-5)
    told = session.get_modelmeta().custom_metadata_map
    assert tuple(json.loads(told["pneumoscreen.classes"])) == classes
    assert told["pneumoscreen.size_px"] == str(SIDE)
    assert told["pneumoscreen.licence"] == "CC BY 4.0"
    assert told["pneumoscreen.notice"] == NOTICE
    assert ("pneumoscreen.threshold" in told) == (len(classes) == 2)
    if len(classes) == 2:
        assert float(told["pneumoscreen.threshold"]) == 0.45


@pytest.mark.usefixtures("tiny_network")
def test_own_files_are_replaced_and_others_are_not(tmp_path, cancel):
    write_model(tmp_path / "m.safetensors", ("A", "B"))
    output = tmp_path / "m.onnx"
    drained(export_onnx(tmp_path / "m.safetensors", output, cancel))
    drained(export_onnx(tmp_path / "m.safetensors", output, cancel))
    output.write_bytes(b"somebody's own")
    with pytest.raises(JobFailed, match="not an earlier output"):
        drained(export_onnx(tmp_path / "m.safetensors", output, cancel))
    with pytest.raises(JobFailed):
        drained(export_onnx(tmp_path / "m.safetensors", tmp_path / "m.safetensors", cancel))
    assert output.read_bytes() == b"somebody's own"


@pytest.mark.usefixtures("tiny_network")
def test_a_file_that_answers_otherwise_is_not_written(tmp_path, cancel, monkeypatch):
    write_model(tmp_path / "m.safetensors", ("A", "B"))
    monkeypatch.setattr(onnx_file, "LARGEST_DIFFERENCE", -1)
    with pytest.raises(JobFailed, match="other probabilities"):
        drained(export_onnx(tmp_path / "m.safetensors", tmp_path / "m.onnx", cancel))
    assert not (tmp_path / "m.onnx").exists()
