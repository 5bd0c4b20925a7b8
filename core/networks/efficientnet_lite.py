"""EfficientNet-Lite0: a network made for processors without a graphics card.

Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", table 1,
with the changes of the Lite variants: no squeeze-and-excitation, ReLU6 in place of swish, and a stem
and a last convolution of fixed width. Stochastic depth is left out. Its ImageNet weights are among
the program's own files: they need no network.
"""

import hashlib
from collections import OrderedDict
from typing import Final

import torch
from safetensors.torch import load
from torch import Tensor, nn

from core.networks.preprocessing import IMAGENET_DEVIATION, IMAGENET_MEAN
from resources import resource

WEIGHTS: Final = "models/imagenet-efficientnet-lite0.safetensors"  # made by packaging/imagenet_weights.py
WEIGHTS_SHA256: Final = "0469a116c76a5fce2f6a5c5464bd043d6a8de133cfbfef33267b7e5228c8ad63"
# of grey values 0..1 in every channel, as the weights were trained: (grey - 127) / 128 of 0..255
TRAINED_MEAN: Final = 127 / 255
TRAINED_DEVIATION: Final = 128 / 255
STEM_CHANNELS: Final = 32
FEATURES: Final = 1280
CLASSES: Final = 1000  # of ImageNet
EPSILON: Final = 1e-3  # of BatchNorm, as the published weights were trained
# stages of table 1: expansion, kernel size, stride of the first block, output channels, blocks
STAGES: Final = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


def make_convolution(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, *, active: bool = True
) -> nn.Sequential:
    """Make a convolution with BatchNorm and, if `active`, ReLU6.

    It maps (n, inputs, height, width) to (n, outputs, height / stride, width / stride). With stride
    2 the published weights expect TensorFlow's padding of even sizes, one pixel less above and left
    than below and right.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    padding = (kernel - 1) // 2
    if stride == 2:
        layers["padding"] = nn.ZeroPad2d((padding - 1, padding, padding - 1, padding))
        padding = 0
    layers["convolution"] = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
    layers["norm"] = nn.BatchNorm2d(outputs, EPSILON)
    if active:
        layers["activation"] = nn.ReLU6(inplace=True)
    return nn.Sequential(layers)


class InvertedResidual(nn.Module):
    """Widen by `expansion`, filter each channel alone, narrow; added to the input where shapes allow.

    forward: (n, inputs, height, width) to (n, outputs, height / stride, width / stride).
    Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", section 3.4.
    """

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        width = inputs * expansion
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        if expansion > 1:
            layers["expand"] = make_convolution(inputs, width)
        layers["depthwise"] = make_convolution(width, width, kernel, stride, width)
        layers["project"] = make_convolution(width, outputs, active=False)
        self.layers = nn.Sequential(layers)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, maps: Tensor) -> Tensor:
        narrowed: Tensor = self.layers(maps)
        return maps + narrowed if self.is_residual else narrowed


class EfficientNetLite0(nn.Module):
    """EfficientNet-Lite0 with random weights (He et al. 2015) and ImageNet's classifier.

    features: the stem, the seven stages, the last convolution.
    forward: (n, 3, height, width) to (n, 1000). Sizes that are multiples of 32 fit its strides.
    """

    def __init__(self) -> None:
        super().__init__()
        parts, inputs = [make_convolution(3, STEM_CHANNELS, 3, 2)], STEM_CHANNELS
        for expansion, kernel, stride, outputs, blocks in STAGES:
            stage = [InvertedResidual(inputs, outputs, expansion, kernel, stride)]
            stage += [InvertedResidual(outputs, outputs, expansion, kernel, 1) for _ in range(blocks - 1)]
            parts.append(nn.Sequential(*stage))
            inputs = outputs
        self.features = nn.Sequential(*parts, make_convolution(inputs, FEATURES))
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(FEATURES, CLASSES)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def forward(self, films: Tensor) -> Tensor:
        return self.classifier(self.pool(self.features(films)))  # type: ignore[no-any-return]


def read_imagenet_weights() -> dict[str, Tensor]:
    """Return the published weights without the classifier, for input as Normalisation.RESNET makes it.

    Raises ValueError if the file was changed, FileNotFoundError if it is missing.
    """
    data = resource(WEIGHTS).read_bytes()
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise ValueError(f"{WEIGHTS} was changed")
    state = {key: value.float() if value.is_floating_point() else value for key, value in load(data).items()}
    _rescale_input(state)
    return state


def _rescale_input(state: dict[str, Tensor]) -> None:
    """Change the first layer so that it answers to the program's input as it did to that of its training.

    Of a channel with mean m and deviation s the latter is s / d times the former, plus (m - t) / d
    for the trained mean t and deviation d. Only the padding of the last row and column remains
    another: 0 stands for another grey there. Normalisation.PER_FILM gives about the same contrast.
    """
    kernel = state["features.0.convolution.weight"]  # (32, 3, 3, 3)
    mean, deviation = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_DEVIATION)
    offset = kernel.sum(dim=(2, 3)) @ ((mean - TRAINED_MEAN) / TRAINED_DEVIATION)  # (32,)
    state["features.0.norm.running_mean"] = state["features.0.norm.running_mean"] - offset
    state["features.0.convolution.weight"] = kernel * (deviation / TRAINED_DEVIATION).view(1, 3, 1, 1)
