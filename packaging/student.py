"""Train the bundled model, a ResNet-18, as the student of the teachers (knowledge distillation)."""

from pathlib import Path

import torch
from teachers import FEATURES, MAPS, TEACHERS, VIEWS, View, make_views
from torch.nn import functional
from training_loop import INPUT, SMOOTHING, Films, Schedule, fit

from core.models.model_file import load_model
from core.networks.architectures import build_network
from core.networks.device import choose_compute
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import Normalisation
from core.training.optimization import compute_class_weights, smooth_labels

ARCHITECTURE, EPOCHS, SEED = "resnet18", 52, 7
SMALL_FRACTION, SMALL_INPUT = 1 / 3, Preprocessing(160, Normalisation.PER_FILM)  # the first epochs use small films
TOP_RATE, WEIGHT_DECAY = 6e-4, 0.02
TEACHER_FRACTION, FEATURE_WEIGHT = 0.7, 0.3


class Student(torch.nn.Module):
    """The network with training-only layers that predict the teachers' features and maps."""

    def __init__(self, network, features: int) -> None:
        super().__init__()
        self.network, self.guess = network, torch.nn.Linear(network.head.in_features, features)
        layers = (torch.nn.Conv2d(maps.student_channels, maps.teacher_channels, 1) for maps in MAPS)
        self.maps = torch.nn.ModuleList(layers)

    def forward(self, films: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        """Return logits (n,), features (n, features) and maps (n, channels, side, side).

        films: network input.
        """
        body = self.network.backbone
        early = body.layer2(body.layer1(body.maxpool(body.relu(body.bn1(body.conv1(films))))))
        middle = body.layer3(early)
        deep = body.layer4(middle)
        pooled = body.avgpool(deep).flatten(1)
        predicted_maps = [
            functional.interpolate(layer(output).float(), maps.side, mode="bilinear")
            for maps, layer, output in zip(MAPS, self.maps, (middle, deep), strict=True)
        ]
        return self.network.head(pooled)[:, 0].float(), self.guess(pooled).float(), predicted_maps


class DistillationLoss:
    """The student's loss: labels and teachers' logits, features and maps.

    views: the unchanged films first. epochs: of the whole training.
    """

    def __init__(self, student: Student, films: Films, views: list[View], epochs: int) -> None:
        self._student, self._labels, self._epochs = student, films.labels, epochs
        self._unchanged, *self._changed = views
        self._class_weights = compute_class_weights(films.labels, 2)

    def __call__(self, indices: torch.Tensor, epoch: int, generator: torch.Generator) -> torch.Tensor:
        """Return the loss of the films at `indices` (n,); half of the batches are mirrored."""
        view = self._choose_view(epoch)
        films = to_unit_range(torch.from_numpy(view.pixels[indices.numpy()]))
        target_maps = [values[indices] for values in view.maps]
        if torch.rand(1, generator=generator) < 0.5:
            films, *target_maps = (values.flip(3) for values in (films, *target_maps))
        is_small = epoch < SMALL_FRACTION * self._epochs
        with choose_compute().autocast():
            logits, features, predicted_maps = self._student(network_input(films, SMALL_INPUT if is_small else INPUT))
        loss = self._compute_class_loss(logits, view.logits[indices], self._labels[indices])
        loss += FEATURE_WEIGHT * functional.smooth_l1_loss(features, view.features[indices].float())
        for maps, predicted, target in zip(MAPS, predicted_maps, target_maps, strict=True):
            loss += maps.weight * functional.smooth_l1_loss(predicted, target.float())
        return loss

    def _choose_view(self, epoch: int) -> View:
        """Return the unchanged films in every third epoch, else the changed views in turn."""
        return self._unchanged if epoch % 3 == 2 else self._changed[(epoch - epoch // 3) % VIEWS]

    def _compute_class_loss(self, logits, teacher_logits, labels) -> torch.Tensor:
        """Return the cross-entropy with a mixture of the labels and the teachers' probabilities."""
        targets = (1 - TEACHER_FRACTION) * smooth_labels(labels, SMOOTHING)
        targets = targets + TEACHER_FRACTION * torch.sigmoid(teacher_logits)
        return functional.binary_cross_entropy_with_logits(logits, targets, self._class_weights[labels])


def train_student(films: Films, work: Path, start: Path | None, epochs: int):
    """Return a ResNet-18 trained from the teachers, now or earlier in the work folder.

    start: the model file with the initial weights; None for random ones.
    """
    path = work / "student.pth"
    torch.manual_seed(SEED)
    network = build_network(ARCHITECTURE, 2) if start is None else load_model(start).network
    student = Student(network, FEATURES * len(TEACHERS)).to(memory_format=torch.channels_last)
    if not path.exists():
        loss = DistillationLoss(student, films, make_views(films, work), epochs)
        groups = [{"params": list(student.parameters()), "top": TOP_RATE}]
        optimizer = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY)
        fit(student, optimizer, films, loss, Schedule(epochs, SEED, warm_up=0.1), path)
    student.load_state_dict(torch.load(path, weights_only=True))
    return student.network.eval().requires_grad_(False)
