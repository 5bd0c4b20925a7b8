"""Networks of random weights whose answers are no certainties."""

import numpy as np
import torch
from torch import nn

from core.films.phantoms import draw_phantom
from core.models.model_file import compute_logits
from core.networks.architectures import build_network
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation

SIDE = 64
PREPROCESSING = Preprocessing(SIDE, Normalisation.PER_FILM)
FILMS = np.stack([draw_phantom(seed, seed % 2 == 1, SIDE) for seed in range(6)])


def lively(architecture, classes=2):
    """A network of random weights whose batch norms are not the identity and whose answers are no certainties."""
    torch.manual_seed(0)
    network = build_network(architecture, classes).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    # a deep one may answer in thousands
    network.head.weight.data /= np.abs(compute_logits(network, PREPROCESSING, FILMS)).max()
    return network
