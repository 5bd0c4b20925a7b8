"""What the gate is trained with, how, and how it gets into a model file."""

from collections import Counter

import numpy as np
import pytest

from core.films.phantoms import draw_phantom
from core.input_checks.gate_features import describe_films, reorient_features, shrink_films
from core.input_checks.recogniser import KINDS
from core.models.model_file import load_model
from core.models.model_gate import read_gate
from core.models.model_header import GATE, read_header
from core.system.errors import Reason
from tests.faults.hostile_names import write_model

FILMS = {"one": np.stack([draw_phantom(seed, seed % 2 == 0, 96) for seed in range(8)])}
OTHERS = {"noise": np.random.default_rng(0).integers(0, 256, (4, 96, 96)).astype(np.uint8)}


@pytest.fixture
def examples(packaging_modules, monkeypatch):
    """Examples of all kinds from few films, and fewer drawn pictures than otherwise."""
    import gate_examples

    for name, count in {"COPIES": 24, "OTHER_COPIES": 5, "THORAXES": 30, "DRAWN": 20}.items():
        monkeypatch.setattr(gate_examples, name, count)
    return gate_examples.make_examples(FILMS, OTHERS)


def test_examples_show_films_of_each_source_whole_in_part_and_from_the_side(examples):
    from gate_examples import CROPPED, FRONTAL, LATERAL, OTHER

    counts = Counter(zip(examples.kinds, examples.groups, strict=True))
    assert counts[FRONTAL, "one"] == 8 * (1 + 3)
    assert counts[CROPPED, "one, side"] == counts[CROPPED, "one, end"] == counts[LATERAL, "one, superposed"] == 8
    assert counts[OTHER, "noise"] == 4 * (1 + 5)
    assert counts[LATERAL, "drawn thorax"] == 2 * counts[FRONTAL, "drawn thorax"] == 20
    assert {"documents", "patterns", "limbs", "slices", "drawn skull", "drawn abdomen"} <= set(examples.groups)


def test_kinds_are_drawn_by_their_shares_and_groups_of_a_kind_equally(examples):
    from bundled_gate import SHARES, compute_weights

    weights = compute_weights(examples)
    for kind, share in enumerate(SHARES):
        assert weights[examples.kinds == kind].sum() == pytest.approx(share)
        groups = np.unique(examples.groups[examples.kinds == kind])
        sums = [weights[(examples.kinds == kind) & (examples.groups == group)].sum() for group in groups]
        assert sums == pytest.approx([share / max(1, len(groups))] * len(groups))


def test_turned_features_are_those_of_films_in_that_orientation(examples):
    from bundled_gate import MIRRORED, turn_features
    from gate_examples import FRONTAL

    chosen = examples.select(np.repeat(np.flatnonzero(examples.groups == "one")[:1], 400))
    features, kinds = turn_features(chosen, np.random.default_rng(0))
    assert {KINDS[kind] for kind in kinds} == {None, Reason.ROTATED, Reason.INVERTED}
    assert np.mean(kinds == FRONTAL) == pytest.approx(0.6, abs=0.08)
    own = chosen.features[:1]
    both = np.concatenate([own, own[:, MIRRORED]]).astype(np.float64)
    *turned, negative = reorient_features(both)
    ways = {None: both, Reason.ROTATED: np.concatenate(turned), Reason.INVERTED: negative}
    for row, kind in zip(features, kinds, strict=True):
        assert np.abs(ways[KINDS[kind]] - row).max(axis=1).min() < 1e-6


def test_mirrored_features_are_those_of_the_mirrored_film(packaging_modules):
    from bundled_gate import MIRRORED

    small = shrink_films(FILMS["one"])
    assert np.abs(describe_films(small)[:, MIRRORED] - describe_films(small[:, :, ::-1])).mean() < 1e-3


def test_a_trained_gate_tells_films_from_what_it_was_taught(examples, monkeypatch):
    import bundled_gate

    monkeypatch.setattr(bundled_gate, "STEPS", 150)
    gate = bundled_gate.fit_chest_gate(examples)
    upright = describe_films(shrink_films(FILMS["one"]))
    assert gate.find_refusals(upright).count(None) >= 7
    *turned, negative = reorient_features(upright)
    assert gate.find_refusals(np.concatenate(turned)).count(Reason.ROTATED) >= 28
    assert gate.find_refusals(negative).count(Reason.INVERTED) >= 7
    assert gate.find_refusals(describe_films(shrink_films(OTHERS["noise"]))) == [Reason.NOT_A_CHEST_FILM] * 4


def test_a_gate_is_written_into_a_model_file_and_nothing_else_changes(examples, monkeypatch, tmp_path):
    import bundled_gate
    from bundled_model_file import add_entries

    monkeypatch.setattr(bundled_gate, "STEPS", 5)
    gate = bundled_gate.fit_chest_gate(examples)
    path = write_model(tmp_path / "m.safetensors", ("NORMAL", "PNEUMONIA"))
    before = load_model(path).header
    add_entries(path, {GATE: gate.to_json_object()}, path)
    after = load_model(path).header
    changed = {key for key in after.content if after.content[key] != before.content.get(key)}
    assert GATE in changed
    assert changed <= {GATE, "seal", "card"}
    assert read_gate(read_header(path), path).to_json_object() == gate.to_json_object()
