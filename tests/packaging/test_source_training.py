"""How the bundled model is trained: balanced sources, heat in boxes, resumable epochs, calibration."""

import numpy as np
import pytest
import torch

from core.films.phantoms import draw_phantom
from core.networks.architectures import build_network

COUNTS = {
    ("kermany-224", "NORMAL", ""): 4,
    ("kermany-224", "PNEUMONIA", ""): 8,
    ("rsna_dicom", "NORMAL", "PA"): 4,
    ("rsna_dicom", "NORMAL", "AP"): 1,
    ("rsna_dicom", "PNEUMONIA", "AP"): 4,
    ("rsna_dicom", "OTHER", "PA"): 2,
    ("nih_chestxray14", "NORMAL", ""): 2,
}


pytestmark = pytest.mark.usefixtures("packaging_modules")


@pytest.fixture
def films(packaging_modules):
    from sources import Films

    columns = [key for key, count in COUNTS.items() for _ in range(count)]
    sources, labels, views = (np.array(values) for values in zip(*columns, strict=True))
    count = len(columns)
    pixels = np.stack([draw_phantom(seed, label == "PNEUMONIA", 224) for seed, label in enumerate(labels)])
    masks = np.zeros((count, 28, 28), np.float16)
    masks[labels == "PNEUMONIA", 4:12, 15:22] = 1
    names = np.array([f"film {number}" for number in range(count)])
    ages = np.full(count, np.nan)
    return Films(names, pixels, masks, sources, labels, names, views, np.full(count, "training"), names, ages)


def build_material(films, answers=None):
    from source_training import Material, make_targets
    from views import View

    indices = np.arange(len(films.labels))
    views = [View(films.pixels, films.masks)] * 2
    targets = make_targets(films, indices, answers, 0.6, np.zeros(len(indices)), 0.4)
    return Material(films, indices, views, targets)


def test_every_source_and_label_is_drawn_by_its_share(films):
    from source_training import SHARES

    weights = build_material(films).draw_weights((), with_unlabelled=False)
    present = {key[:2] for key in COUNTS}
    total = sum(share for key, share in SHARES.items() if key in present)
    for source, label in present & SHARES.keys():
        drawn = weights[(films.sources == source) & (films.labels == label)].sum()
        assert drawn == pytest.approx(SHARES[source, label] / total)
    assert weights[films.sources == "nih_chestxray14"].sum() == 0


def test_rare_view_is_drawn_more_often_than_it_occurs(films):
    weights = build_material(films).draw_weights((), with_unlabelled=False)
    is_normal = (films.sources == "rsna_dicom") & (films.labels == "NORMAL")
    from_front = weights[is_normal & (films.views == "AP")].sum() / weights[is_normal].sum()
    assert from_front == pytest.approx(1 / 3)  # square roots of 1 and 4 films


def test_source_left_out_is_never_drawn(films):
    weights = build_material(films).draw_weights(("kermany-224",), with_unlabelled=True)
    assert weights[films.sources == "kermany-224"].sum() == 0
    assert weights.sum() == pytest.approx(1)


def test_mined_labels_are_not_learned_but_what_teachers_say(films):
    answers = np.linspace(-3, 3, len(films.labels))
    targets = build_material(films, answers).targets.probabilities.numpy()
    mined = films.sources == "nih_chestxray14"
    assert targets[mined] == pytest.approx(1 / (1 + np.exp(-answers[mined])), abs=1e-6)
    assert targets[~mined] != pytest.approx(1 / (1 + np.exp(-answers[~mined])), abs=1e-2)


def test_heat_in_the_box_costs_less_than_heat_elsewhere(films):
    from source_training import compute_box_loss

    masks = torch.zeros(1, 28, 28)
    masks[:, :8, :8] = 1
    maps = torch.zeros(1, 7, 7)
    maps[0, 1, 1] = 5
    assert compute_box_loss(maps, masks) < 0.2
    assert compute_box_loss(maps.flip(1), masks) > 2


def test_interrupted_training_ends_with_the_same_weights(films, tiny_network, tmp_path, monkeypatch):
    import training_loop
    from source_training import train_on_sources

    schedule = training_loop.Schedule(2, 32, seed=5)

    def train(name):
        torch.manual_seed(0)
        network = build_network("resnet18", 2)
        return train_on_sources(network, "resnet18", build_material(films), schedule, tmp_path / name).state_dict()

    uninterrupted = train("a.pth")
    with monkeypatch.context() as patched:
        patched.setattr(training_loop.TrainingState, "save", save_and_stop(training_loop.TrainingState.save))
        with pytest.raises(KeyboardInterrupt):
            train("b.pth")
    resumed = train("b.pth")
    assert all(torch.equal(value, resumed[key]) for key, value in uninterrupted.items())
    assert not list(tmp_path.glob("*.unfinished"))


def save_and_stop(save):
    """Return a function that saves a state and then interrupts the training."""

    def saving(self, path, epochs):
        save(self, path, epochs)
        raise KeyboardInterrupt

    return saving


def test_calibration_serves_each_hospital():
    from source_calibration import calibrate_hospitals

    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 700)
    hospitals = np.where(np.arange(1400) < 1200, "large", "small")
    logits = rng.normal(2.5 * (2 * labels - 1), 1.0) - 1.5 * (hospitals == "small")
    bias, calibration = calibrate_hospitals(logits[:, None].astype(np.float32), labels, hospitals)
    probabilities = calibration.probabilities((logits + bias)[:, None])
    low, high = calibration.review_band
    for name in ("large", "small"):
        own = hospitals == name
        assert (probabilities[own & (labels == 1)] < low).mean() <= calibration.band_error
        assert (probabilities[own & (labels == 0)] >= high).mean() <= calibration.band_error
