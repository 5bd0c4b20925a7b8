"""Convolutions by minimal filtering."""

import pytest
import torch
from torch import nn

from core.inference.winograd import MinimalConvolution


@pytest.mark.parametrize(("height", "width", "count"), [(8, 8, 1), (7, 7, 3), (14, 9, 5), (3, 1, 2)])
def test_minimal_filtering_is_a_convolution(height, width, count):
    torch.manual_seed(1)
    convolution = nn.Conv2d(32, 40, 3, padding=1)
    films = torch.randn(count, 32, height, width)
    with torch.inference_mode():
        torch.testing.assert_close(
            MinimalConvolution(convolution)(films), convolution(films), atol=1e-4, rtol=1e-4, check_stride=False
        )
