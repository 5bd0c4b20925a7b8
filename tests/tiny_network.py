"""A network of two layers in place of resnet18: these tests are about files and endings, not about films."""

from torch import nn

from core.networks.architectures import ARCHITECTURES, Architecture


class Tiny(nn.Module):
    """One convolution and a classifier, with the names that an architecture asks for."""

    def __init__(self):
        super().__init__()
        self.layer4 = nn.Sequential(nn.Conv2d(3, 8, 7, 8), nn.BatchNorm2d(8), nn.ReLU())
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(8, 2)

    def forward(self, films):
        return self.fc(self.pool(self.layer4(films)))


TINY = Architecture(Tiny, "fc", ("layer4",), "layer4", None)


def use_tiny_network():
    """For a child process; tests use the fixture `tiny_network`."""
    ARCHITECTURES["resnet18"] = TINY
