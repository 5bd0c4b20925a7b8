"""Packed convolutions."""

import pytest
import torch
from torch import nn

from core.inference.packed_convolution import pack_convolutions
from core.inference.scorer import fold_batch_norm
from core.networks.architectures import ARCHITECTURES
from core.networks.preprocessing import network_input, to_unit_range
from tests.core.inference.networks import FILMS, PREPROCESSING, lively


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_packed_convolutions_answer_as_those_they_replace(architecture):
    backbone, packed = (fold_batch_norm(lively(architecture).backbone) for _ in range(2))
    pack_convolutions(packed)
    shown = network_input(to_unit_range(torch.from_numpy(FILMS)), PREPROCESSING)
    with torch.inference_mode():
        expected = backbone(shown)  # up to 600, of sums as large that are rounded in another order on each processor
        torch.testing.assert_close(packed(shown), expected, atol=1e-5 * float(expected.abs().max()), rtol=0)
    left = [type(module) for module in packed.modules() if isinstance(module, nn.Conv2d)]
    assert left == []
    if architecture == "efficientnet_lite0":  # every addition and every ReLU6 likewise
        assert not [module for module in packed.modules() if isinstance(module, nn.ReLU6)]
        assert not [node for node in packed.graph.nodes if node.op == "call_function"]
    if architecture.startswith("resnet"):  # every addition and every ReLU went into a convolution
        assert [str(node) for node in packed.graph.nodes if node.op == "call_function"] == ["flatten"]
