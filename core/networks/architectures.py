"""Build named networks, load ImageNet weights into them, and choose which of their layers train."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor, nn

from core.jobs.events import Progressed, Stage
from core.networks.efficientnet_lite import EfficientNetLite0, read_imagenet_weights
from core.networks.torchvision_import import import_models
from core.recipes.recipe import Depth
from core.recipes.recipe_labels import choice_value
from core.system.errors import JobFailed, Reason
from core.system.files import explain_write_errors
from core.system.language import tr

models = import_models()

CHUNK_BYTES = 1 << 20


class Network(nn.Module):
    """A backbone that computes one feature vector per film, with a linear head.

    forward: input (n, 3, size, size) to logits (n, outputs).
    """

    def __init__(self, backbone: nn.Module, features: int, outputs: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(features, outputs)

    def forward(self, films: Tensor) -> Tensor:
        return self.head(self.backbone(films))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Architecture:
    """How to build one kind of network.

    make: builds it with random weights and its original classifier. classifier: attribute name of
    that classifier; the input size of its last Linear is the feature count. last_stage: prefixes of
    the parameters that train with Depth.LAST_STAGE. maps: the module whose output (n, channels, h,
    w) Grad-CAM uses. weights: torchvision's published ImageNet weights, or None. read_weights: reads
    ImageNet weights from the program's own files, or None. is_rectified: whether a ReLU follows the
    output of `maps`; its mean over each map is the feature vector.
    """

    make: Callable[[], nn.Module]
    classifier: str
    last_stage: tuple[str, ...]
    maps: str
    weights: Any
    read_weights: Callable[[], dict[str, Tensor]] | None = None
    is_rectified: bool = False


ARCHITECTURES: dict[str, Architecture] = {
    "resnet18": Architecture(models.resnet18, "fc", ("layer4",), "layer4", models.ResNet18_Weights.IMAGENET1K_V1),
    "resnet34": Architecture(models.resnet34, "fc", ("layer4",), "layer4", models.ResNet34_Weights.IMAGENET1K_V1),
    "resnet50": Architecture(models.resnet50, "fc", ("layer4",), "layer4", models.ResNet50_Weights.IMAGENET1K_V2),
    "densenet121": Architecture(
        models.densenet121,
        "classifier",
        ("features.denseblock4", "features.norm5"),
        "features",
        models.DenseNet121_Weights.IMAGENET1K_V1,
        is_rectified=True,
    ),
    "efficientnet_b0": Architecture(
        models.efficientnet_b0,
        "classifier",
        ("features.7", "features.8"),
        "features",
        models.EfficientNet_B0_Weights.IMAGENET1K_V1,
    ),
    "efficientnet_lite0": Architecture(
        EfficientNetLite0,
        "classifier",
        ("features.7", "features.8"),
        "features",
        None,
        read_imagenet_weights,
    ),
}


def build_network(name: str, classes: int) -> Network:
    """Build a network with random weights: one logit for two classes, else one per class.

    Raises KeyError for an unknown name.
    """
    architecture = ARCHITECTURES[name]
    backbone = architecture.make()
    classifier = getattr(backbone, architecture.classifier)
    linears = [module for module in classifier.modules() if isinstance(module, nn.Linear)]
    features = linears[-1].in_features
    setattr(backbone, architecture.classifier, nn.Identity())
    return Network(backbone, features, 1 if classes == 2 else classes)


def unfreeze(network: Network, name: str, depth: Depth) -> list[nn.Parameter]:
    """Make only the part of the backbone that `depth` names trainable; return its parameters."""
    stages = {Depth.HEAD: None, Depth.LAST_STAGE: ARCHITECTURES[name].last_stage, Depth.ALL: ("",)}[depth]
    chosen = []
    for key, parameter in network.backbone.named_parameters():
        parameter.requires_grad_(stages is not None and key.startswith(stages))
        if parameter.requires_grad:
            chosen.append(parameter)
    return chosen


def load_imagenet(network: Network, name: str, cancel: threading.Event) -> Generator[Progressed, None, bool]:
    """Load published ImageNet weights into the backbone, where possible from the program's own files.

    Else they are torchvision's, from torch's cache or by download. Returns False if cancelled
    before they were complete. Raises JobFailed (weights_unavailable).
    """
    weights, read_weights = ARCHITECTURES[name].weights, ARCHITECTURES[name].read_weights
    if read_weights is not None:
        try:
            network.backbone.load_state_dict(read_weights())
        except (FileNotFoundError, ValueError) as error:
            raise _weights_unavailable(name, tr("this copy of the program is damaged; install it again")) from error
        return True
    if weights is None:
        raise _weights_unavailable(name, tr("none are published for this network"))
    file_name = weights.url.rpartition("/")[2]
    path = Path(torch.hub.get_dir()) / "checkpoints" / file_name
    expected = Path(file_name).stem.rpartition("-")[2]  # the file name ends with the first digits of its SHA-256
    if not path.is_file() and not (yield from _download(weights.url, path, expected, name, cancel)):
        return False
    if not _hash_file(path).startswith(expected):
        raise _weights_unavailable(name, tr("{path} is damaged; delete it and try again", path=path))
    state = torch.load(path, map_location="cpu", weights_only=True)
    if name == "densenet121":
        state = {_rename_densenet_key(key): value for key, value in state.items()}
    own = network.backbone.state_dict()
    network.backbone.load_state_dict({key: value for key, value in state.items() if key in own})
    return True


def _rename_densenet_key(key: str) -> str:
    """Convert a key of the published file, with its older names: norm.1 is now norm1."""
    for part in ("norm", "relu", "conv"):
        for number in "12":
            key = key.replace(f".{part}.{number}.", f".{part}{number}.")
    return key


def _weights_unavailable(name: str, why: str) -> JobFailed:
    sentence = tr("The ImageNet weights of {name} cannot be used: {why}.", name=choice_value(name), why=why)
    return JobFailed(Reason.WEIGHTS_UNAVAILABLE, sentence)


def _hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    digest = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _download(
    url: str, path: Path, expected: str, name: str, cancel: threading.Event
) -> Generator[Progressed, None, bool]:
    """Download `url` to `path` by way of a temporary file, and verify it.

    This is the program's only network access. Returns False if cancelled.
    """
    part = path.with_suffix(".part")
    try:
        with explain_write_errors(path), urllib.request.urlopen(url, timeout=30) as response:  # https, from torchvision
            path.parent.mkdir(parents=True, exist_ok=True)
            total = int(response.headers.get("Content-Length") or 0) or None
            with part.open("wb") as stream:
                if not (yield from _copy_stream(response, stream, total, cancel)):
                    return False
        if not _hash_file(part).startswith(expected):
            raise _weights_unavailable(name, tr("the download was damaged; try again"))
        part.replace(path)
    except (urllib.error.URLError, TimeoutError, JobFailed) as error:
        if isinstance(error, JobFailed) and not isinstance(error.__cause__, urllib.error.URLError):
            raise
        why = tr(
            "they are not on this computer and could not be downloaded. Connect to the internet once, or copy "
            "{file} to {folder}, or train an EfficientNet-Lite0, whose ImageNet weights are in this program, or start "
            "from bundled or random weights",
            file=path.name,
            folder=path.parent,
        )
        raise _weights_unavailable(name, why) from error
    finally:
        part.unlink(missing_ok=True)
    return True


def _copy_stream(
    source: IO[bytes], target: IO[bytes], total: int | None, cancel: threading.Event
) -> Generator[Progressed, None, bool]:
    """Copy a stream with progress events. total: bytes if known. Returns False if cancelled."""
    done = 0
    while chunk := source.read(CHUNK_BYTES):
        if cancel.is_set():
            return False
        target.write(chunk)
        done += len(chunk)
        yield Progressed(Stage.DOWNLOADING, done, total)
    return True
