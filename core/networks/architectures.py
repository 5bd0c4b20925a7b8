"""Named networks, the weights they start from, and which of their layers train. Trains nothing itself."""

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
from core.networks.torchvision_import import import_models
from core.recipes.recipe import Depth
from core.system.errors import JobFailed, Reason
from core.system.files import explain_write_errors
from core.system.language import tr

models = import_models()

CHUNK_BYTES = 1 << 20


class Network(nn.Module):
    """A backbone that gives one feature vector a film, and a linear head on it.

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
    """How to make one kind of network.

    make: without weights, classifier still on it. classifier: attribute name of that classifier, whose last Linear
    gives the feature count. last_stage: prefixes of the parameters that train with Depth.LAST_STAGE. maps: the module
    whose output (n, channels, h, w) shows where the evidence lies, for Grad-CAM. weights: published ones, or None.
    """

    make: Callable[[], nn.Module]
    classifier: str
    last_stage: tuple[str, ...]
    maps: str
    weights: Any


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
    ),
    "efficientnet_b0": Architecture(
        models.efficientnet_b0,
        "classifier",
        ("features.7", "features.8"),
        "features",
        models.EfficientNet_B0_Weights.IMAGENET1K_V1,
    ),
}


def build_network(name: str, classes: int) -> Network:
    """A network with random weights; two classes give one logit, more give one each. Raises KeyError for no name."""
    architecture = ARCHITECTURES[name]
    backbone = architecture.make()
    classifier = getattr(backbone, architecture.classifier)
    linears = [module for module in classifier.modules() if isinstance(module, nn.Linear)]
    features = linears[-1].in_features
    setattr(backbone, architecture.classifier, nn.Identity())
    return Network(backbone, features, 1 if classes == 2 else classes)


def unfreeze(network: Network, name: str, depth: Depth) -> list[nn.Parameter]:
    """Let gradients flow into the part of the backbone that `depth` names and nowhere else; return its parameters."""
    stages = {Depth.HEAD: None, Depth.LAST_STAGE: ARCHITECTURES[name].last_stage, Depth.ALL: ("",)}[depth]
    chosen = []
    for key, parameter in network.backbone.named_parameters():
        parameter.requires_grad_(stages is not None and key.startswith(stages))
        if parameter.requires_grad:
            chosen.append(parameter)
    return chosen


def load_imagenet(network: Network, name: str, cancel: threading.Event) -> Generator[Progressed, None, bool]:
    """Give the backbone torchvision's published weights, from torch's cache or, missing there, from the network.

    Returns False where `cancel` was set before they were complete. Raises JobFailed (weights_unavailable).
    """
    weights = ARCHITECTURES[name].weights
    if weights is None:
        raise _unavailable(name, tr("there are no published ones for this network"))
    file_name = weights.url.rpartition("/")[2]
    path = Path(torch.hub.get_dir()) / "checkpoints" / file_name
    expected = Path(file_name).stem.rpartition("-")[2]  # the first digits of the SHA-256 stand in the name
    if not path.is_file() and not (yield from _download(weights.url, path, expected, name, cancel)):
        return False
    if not _digest(path).startswith(expected):
        raise _unavailable(name, tr("{path} is damaged; delete it and try again", path=path))
    state = torch.load(path, map_location="cpu", weights_only=True)
    if name == "densenet121":
        state = {_new_densenet_key(key): value for key, value in state.items()}
    own = network.backbone.state_dict()
    network.backbone.load_state_dict({key: value for key, value in state.items() if key in own})
    return True


def _new_densenet_key(key: str) -> str:
    """The published file is older than the module's names: norm.1 became norm1, conv.2 became conv2."""
    for part in ("norm", "relu", "conv"):
        for number in "12":
            key = key.replace(f".{part}.{number}.", f".{part}{number}.")
    return key


def _unavailable(name: str, why: str) -> JobFailed:
    sentence = tr("The ImageNet weights of {name} cannot be used: {why}.", name=name, why=why)
    return JobFailed(Reason.WEIGHTS_UNAVAILABLE, sentence)


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _download(
    url: str, path: Path, expected: str, name: str, cancel: threading.Event
) -> Generator[Progressed, None, bool]:
    """Fetch `url` into `path` by way of a temporary name, verified; the only network call of the program."""
    part = path.with_suffix(".part")
    try:
        with (
            explain_write_errors(path),
            urllib.request.urlopen(url, timeout=30) as answer,
        ):  # an https address from above
            path.parent.mkdir(parents=True, exist_ok=True)
            total = int(answer.headers.get("Content-Length") or 0) or None
            with part.open("wb") as stream:
                if not (yield from _copied(answer, stream, total, cancel)):
                    return False
        if not _digest(part).startswith(expected):
            raise _unavailable(name, tr("the download was damaged; try again"))
        part.replace(path)
    except (urllib.error.URLError, TimeoutError, JobFailed) as error:
        if isinstance(error, JobFailed) and not isinstance(error.__cause__, urllib.error.URLError):
            raise
        why = tr(
            "they are not on this computer and could not be downloaded. Connect to the internet once, or copy "
            "{file} to {folder}, or start from bundled or random weights",
            file=path.name,
            folder=path.parent,
        )
        raise _unavailable(name, why) from error
    finally:
        part.unlink(missing_ok=True)
    return True


def _copied(
    source: IO[bytes], target: IO[bytes], total: int | None, cancel: threading.Event
) -> Generator[Progressed, None, bool]:
    done = 0
    while chunk := source.read(CHUNK_BYTES):
        if cancel.is_set():
            return False
        target.write(chunk)
        done += len(chunk)
        yield Progressed(Stage.DOWNLOADING, done, total)
    return True
