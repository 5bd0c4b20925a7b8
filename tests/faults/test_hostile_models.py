"""Files that are no model, or no longer the one that was saved: each refused in one sentence that says why."""

import json
import pickle
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import main
from core.models import model_header
from core.models.model_file import load_model
from core.models.model_header import KEY, SEAL, compute_seal, read_header
from core.models.weights import digest_weights
from core.system.errors import JobFailed, Reason
from core.system.exit_status import FAILED
from core.training.initial_weights import load_initial_weights
from tests.factories import QUICK, drained, write_films
from tests.faults.hostile_names import network, write_model


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("made") / "m.safetensors", ("NORMAL", "PNEUMONIA"))


def parts_of(path):
    """Length of the header, its JSON, and the weights' bytes."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    return length, json.loads(content[8 : 8 + length]), content[8 + length :]


def rewritten(path, made, change, sealed=True):
    """The model with its description changed, and sealed anew as a forger or another program would."""
    _, header, weights = parts_of(made)
    description = json.loads(header["__metadata__"][KEY])
    change(description)
    if sealed:
        description[SEAL] = compute_seal(description)
    header["__metadata__"][KEY] = json.dumps(description)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + weights)
    return path


def refused(path):
    with pytest.raises(JobFailed) as refusal:
        load_model(path)
    assert refusal.value.reason is Reason.MODEL_INVALID
    sentence = refusal.value.sentence
    assert sentence.startswith(f"{path} cannot be used as a model: ")
    assert "\n" not in sentence
    return sentence


class Bomb:
    """A pickle that would leave a file behind if anybody loaded it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("suffix", ["safetensors", "pth", "pt", "ckpt", "bin", "pkl", "zip"])
def test_a_pickle_is_never_run_whatever_its_suffix(tmp_path, suffix):
    trace = tmp_path / "trace"
    plain, packed = tmp_path / f"plain.{suffix}", tmp_path / f"packed.{suffix}"
    plain.write_bytes(pickle.dumps(Bomb(trace)))
    torch.save({"x": Bomb(trace)}, packed)
    for path in (plain, packed):
        assert "not a safetensors file" in refused(path)
        with pytest.raises(JobFailed):
            drained(load_initial_weights(network(), QUICK.__class__(name="q", start=str(path)), ("A", "B"), None))
        assert main.main(["evaluate", str(path), str(tmp_path), "--output", str(tmp_path / "out")]) == FAILED
    assert not trace.exists()


@pytest.mark.parametrize("share", [0, 4, 7, 9, 100, 0.5, 0.99])
def test_a_model_that_is_cut_off_is_refused(tmp_path, made, share):
    content = made.read_bytes()
    path = tmp_path / "cut.safetensors"
    path.write_bytes(content[: share if isinstance(share, int) else int(share * len(content))])
    assert "not a safetensors file, or it is truncated" in refused(path)


def test_giant_and_nested_headers_are_refused(tmp_path, made):
    _, header, weights = parts_of(made)
    giant, long = tmp_path / "giant.safetensors", tmp_path / "long.safetensors"
    giant.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    long.write_bytes(struct.pack("<Q", 100_000_001) + b"{" + b" " * 100)
    assert "not a safetensors" in refused(giant)
    assert "not a safetensors" in refused(long)
    header["__metadata__"][KEY] = "[" * 200_000
    text = json.dumps(header).encode()
    nested = tmp_path / "nested.safetensors"
    nested.write_bytes(struct.pack("<Q", len(text)) + text + weights)
    assert "nested too deeply" in refused(nested)


def source_entry(**figure):
    """Figures for a source of films, one of which may be changed."""
    share = {"value": 0.5, "low": 0.2, "high": 0.8, "n": 8} | figure
    return {"name": "North", "measured": "test_films", "weak_labels": False, "ages_years": None, "views": {},
            "films": 10, "refused": 2, "scored": 8, "figures": {"review": share}}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("format", 99, "format is 99"),
        ("format", "1", "format is '1'"),
        ("architecture", "resnet34", "fit"),
        ("architecture", "vgg16", "not known"),
        ("architecture", "../../etc/passwd", "not known"),
        ("classes", ["A"], "classes"),
        ("classes", ["A", "A"], "classes"),
        ("classes", ["A", ""], "names of classes"),
        ("classes", ["A", "B" * 5000], "names of classes"),
        ("classes", [str(number) for number in range(5000)], "classes"),
        ("classes", ["A", "B", "C"], "operating point"),
        ("classes", None, "incomplete"),
        ("temperature", 0, "operating point"),
        ("temperature", -1, "temperature"),
        ("threshold", None, "operating point"),
        ("threshold", 7, "threshold"),
        ("threshold", float("nan"), "no number"),
        ("threshold", 1e999, "no number"),
        ("review_band", [0.9, 0.1], "operating point"),
        ("review_band", [0.1], "not valid (review band)"),
        ("review_band", 7, "not valid (review band)"),
        ("preprocessing", None, "not valid (size_px)"),
        ("temperature", "warm", "not valid (temperature)"),
        ("ages_years", [1], "not valid (ages_years)"),
        ("validation", 7, "not valid (validation)"),
        ("review_band", [-5, 5], "review band"),
        ("preprocessing", {"size_px": 10**9, "normalisation": "per_film"}, "size of films"),
        ("preprocessing", {"size_px": 64, "normalisation": "odd"}, "fit"),
        ("preprocessing", {}, "size_px"),
        ("ages_years", [5, 1], "ages_years"),
        ("ages_years", [[1, 5], [5, 1]], "ages_years"),
        ("ages_years", [[18, 92], [1, 5]], "ages_years"),
        ("ages_years", [[1, 5], None], "ages_years"),
        ("ages_years", [], "ages_years"),
        ("sha256", "0" * 64, "weights were changed"),
        ("self_test", [[0.1, 0.2, 0.3, 0.4]], "self-test films"),
        ("self_test", None, "self-test films"),
        ("self_test", "x", "self_test"),
        ("format", True, "format is True"),
        ("classes", "AB", "classes"),
        ("classes", ["NORMAL", 5], "names of classes"),
        ("classes", ["PNEUMONIA", "Pneumonia"], "classes"),
        ("classes", ["PNEUMONIA", " PNEUMONIA "], "classes"),
        ("classes", ["PNEUMONIA", "PNEU\u200bMONIA"], "classes"),
        ("classes", ["A", "\ud800"], "not valid"),
        ("classes", ["A", "  "], "names of classes"),
        ("architecture", ["resnet18"], "architecture"),
        ("app_version", None, "app_version"),
        ("sha256", 5, "sha256"),
        ("sha256", "x" * 64, "sha256"),
        ("temperature", True, "temperature"),
        ("temperature", "1", "temperature"),
        ("temperature", float("nan"), "no number"),
        ("temperature", float("inf"), "no number"),
        ("threshold", "0.5", "threshold"),
        ("threshold", -0.1, "threshold"),
        ("review_band", [0.6, 0.9], "operating point"),
        ("review_band", "01", "review band"),
        ("review_band", [True, True], "review band"),
        ("review_band", [0.1, 1.0005], "review band"),
        ("review_band", [-0.001, 0.9], "review band"),
        ("band_error", "none", "band_error"),
        ("band_error", 7, "band_error"),
        ("preprocessing", {"size_px": 64.0, "normalisation": "per_film"}, "size of films"),
        ("preprocessing", [64], "not valid"),
        ("ages_years", "15", "ages_years"),
        ("heat_scale", 0, "heat_scale"),
        ("heat_scale", -1.0, "heat_scale"),
        ("heat_scale", True, "heat_scale"),
        ("heat_scale", "0.2", "heat_scale"),
        ("heat_scale", 10**400, "heat_scale"),
        ("ages_years", [True, 5], "ages_years"),
        ("accepted_findings", "text", "accepted_findings"),
        ("film_codes", {"test": "abc"}, "film_codes"),
        ("film_codes", ["abc"], "film_codes"),
        ("films", {"later": 5}, "films"),
        ("films", {"test": "many"}, "films"),
        ("best_epoch", "last", "best_epoch"),
        ("licence", 5, "licence"),
        ("recipe", [], "recipe"),
        ("recipe", {"name": 5}, "recipe"),
        ("metrics", {"accuracy": {"value": "high", "low": 0, "high": 1}, "n": 5}, "accuracy"),
        ("metrics", {"accuracy": {"value": 0.5, "low": 0, "high": 1}}, "n"),
        ("drift", {"score": []}, "drift"),
        ("drift", {"score": "abc"}, "drift"),
        ("drift", [1], "drift"),
        ("validation", {"labels": [0.5], "logits": [[1]], "patients": [0], "films": ["a"]}, "validation"),
        ("validation", {"labels": [7], "logits": [[1]], "patients": [0], "films": ["a"]}, "validation"),
        ("validation", {"labels": [1], "logits": [["1"]], "patients": [0], "films": ["a"]}, "validation"),
        ("validation", {"labels": [1], "logits": [[1, 2, 3]], "patients": [0], "films": ["a"]}, "validation"),
        ("validation", "none", "not valid"),
        ("gate", "open", "gate"),
        ("sources", {"name": "one"}, "sources"),
        ("sources", [7], "sources"),
        ("sources", [source_entry() | {"name": "  "}], "sources"),
        ("sources", [source_entry() | {"measured": "somehow"}], "sources"),
        ("sources", [source_entry() | {"weak_labels": "no"}], "sources"),
        ("sources", [source_entry() | {"films": "many"}], "sources"),
        ("sources", [source_entry() | {"scored": 9}], "sources"),
        ("sources", [source_entry() | {"ages_years": [9, 1]}], "sources"),
        ("sources", [source_entry() | {"views": {"AP": -1}}], "sources"),
        ("sources", [source_entry(value=1.2)], "sources"),
        ("sources", [source_entry(low=0.9)], "sources"),
        ("sources", [source_entry(n=0)], "sources"),
        ("sources", [source_entry(n=None)], "sources"),
        ("literature", ["text"], "literature"),
        ("literature", [{"study": "S", "trained_on": "a", "tested_on": "b", "films": 0, "figures": {}}], "literature"),
        ("literature", [{"study": "S", "trained_on": "a", "tested_on": "b", "films": 1}], "literature"),
        ("attributions", "text", "attributions"),
        ("attributions", [5], "attributions"),
    ],
)
def test_a_description_that_does_not_fit_is_refused_by_name(tmp_path, made, key, value, why):
    path = rewritten(tmp_path / "m.safetensors", made, lambda description: description.update({key: value}))
    assert why in refused(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [("classes", ["PNEUMONIA", "pneumonia"]), ("temperature", "1"), ("metrics", {"f1": {"low": 0}}), ("drift", [1]),
     ("licence", ["mine"]), ("gate", {"films": 1}), ("gate", [])],
)  # fmt: skip
def test_every_command_refuses_an_odd_description_in_one_sentence(tmp_path, told, made, key, value):
    path = rewritten(tmp_path / "m.safetensors", made, lambda description: description.update({key: value}))
    films = write_films(tmp_path / "films", 1)
    commands = [("screen", films, "--output", tmp_path / "r.csv", "--model", path)]
    if key != "gate":  # which a card does not show, and figures do not need
        commands += [("card", path), ("evaluate", path, films, "--output", tmp_path / "out")]
    for command in commands:
        status, said = told(*command)
        assert status == FAILED
        (line,) = said.strip().splitlines()
        assert line.startswith(f"{path} cannot be used as a model: ")
    assert not (tmp_path / "r.csv").exists()


@pytest.mark.parametrize("change", ["missing", "renamed", "empty", "null"])
def test_the_seal_cannot_be_switched_off(tmp_path, told, made, change):
    def switch_off(description):
        seal = description.pop(SEAL)
        description |= {"missing": {}, "renamed": {"Seal": seal}, "empty": {SEAL: ""}, "null": {SEAL: None}}[change]

    path = rewritten(tmp_path / "m.safetensors", made, switch_off, sealed=False)
    assert "has no seal" in refused(path) if change in {"missing", "renamed"} else "was changed" in refused(path)
    assert told("card", path)[0] == FAILED


def test_swapped_classes_and_a_moved_threshold_break_the_seal(tmp_path, made):
    changes = ({"classes": ["PNEUMONIA", "NORMAL"]}, {"threshold": 0.1}, {"temperature": 3.0}, {"licence": "mine"})
    for change in changes:
        path = rewritten(
            tmp_path / "m.safetensors", made, lambda description, new=change: description.update(new), False
        )
        assert "description was changed" in refused(path)


def test_one_flipped_byte_anywhere_in_the_weights_is_noticed(tmp_path, made):
    content = bytearray(made.read_bytes())
    start = 8 + struct.unpack("<Q", content[:8])[0]
    path = tmp_path / "m.safetensors"
    for place in np.linspace(start, len(content) - 1, 5).astype(int):
        wrong = content.copy()
        wrong[place] ^= 1
        path.write_bytes(wrong)
        assert "weights were changed" in refused(path)


def with_other_weights(path, made, change):
    """The model with weights that `change` made others, under their own right hash and seal."""
    state, header = load_file(made), parts_of(made)[1]
    change(state)
    description = json.loads(header["__metadata__"][KEY])
    description["sha256"] = digest_weights({name: value.numpy() for name, value in state.items()})
    description[SEAL] = compute_seal(description)
    save_file(state, path, {KEY: json.dumps(description)})
    return path


def test_weights_that_are_no_numbers_are_refused(tmp_path, made):
    broken = with_other_weights(
        tmp_path / "nan.safetensors", made, lambda state: state["head.bias"][0].fill_(float("nan"))
    )
    assert "not finite numbers" in refused(broken)


def test_weights_of_another_model_under_a_right_hash_answer_otherwise(tmp_path, made):
    other = with_other_weights(tmp_path / "other.safetensors", made, lambda state: state["head.bias"].add_(1.0))
    assert "self-test films" in refused(other)


def test_files_of_others_and_none_are_refused(tmp_path, made):
    save_file({"x": torch.zeros(2)}, tmp_path / "foreign.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    assert "not made by PneumoScreen" in refused(tmp_path / "foreign.safetensors")
    assert "no such file" in refused(tmp_path / "folder.safetensors")
    assert "no such file" in refused(tmp_path / "none.safetensors")


def test_a_whole_model_loads_and_one_that_is_known_from_before_the_seal(tmp_path, made, monkeypatch):
    assert load_model(made).header.classes == ("NORMAL", "PNEUMONIA")
    old = rewritten(tmp_path / "old.safetensors", made, lambda description: description.pop(SEAL), False)
    known = json.loads(parts_of(made)[1]["__metadata__"][KEY])[SEAL]
    monkeypatch.setattr(model_header, "EARLIER_MODELS", {known})
    assert load_model(old).header.classes == ("NORMAL", "PNEUMONIA")
    assert read_header(made).ages is None
    assert load_model(None).header.ages[0] == (1.0, 5.0)
