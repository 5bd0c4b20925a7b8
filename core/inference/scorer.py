"""Score films with the fastest accurate form of the network, chosen by timing on this computer.

Full precision (`compute_logits` of core.models.model_file) stays the reference for evaluation,
calibration and self-test.
"""

import copy
import math
import time
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.inference.form_choice import BATCHES, TRIED_FILMS, Choice, Form, recall_choice, remember_choice
from core.inference.packed_convolution import pack_convolutions
from core.inference.winograd import MinimalConvolution, can_be_minimal
from core.models.calibration import Logits
from core.models.model_file import Model, draw_known_films
from core.networks.architectures import Network
from core.networks.device import computer_key
from core.networks.preprocessing import Preprocessing, network_input, per_film_input, to_unit_range
from core.recipes.recipe import Normalisation
from core.system.measurement_cache import measurement_path

Films = npt.NDArray[np.uint8]
Features = npt.NDArray[np.float32]

REAL_FILMS: Final = 4  # compared with full precision, besides the four phantoms
LARGEST_DIFFERENCE: Final = 0.01  # in probability, between a form and full precision
EVEN: Final = 4  # batches of 4, 8 and 16 films were measured to give bitwise equal results
WORTH: Final = 0.97  # of the best time so far: a smaller gain is ignored
MEASURING_SECONDS: Final = 1.2  # CPU time after which no further form or batch is tried


class FastNetwork:
    """A network in one form. `features_and_logits` may run on several threads at once.

    The backbone is a copy, so the hooks of a concurrent heat map do not affect it.
    """

    def __init__(self, network: Network, preprocessing: Preprocessing, form: Form) -> None:
        self._preprocessing, self._head = preprocessing, network.head
        self._precision = torch.bfloat16 if form is Form.HALF else torch.float32
        self._one_channel = False
        if form is Form.PLAIN:
            self._backbone: nn.Module = copy.deepcopy(network.backbone)
            return
        backbone = fold_batch_norm(network.backbone)
        # three equal input channels are equivalent to one, with the kernels summed over channels
        channels_are_equal = preprocessing.normalisation is Normalisation.PER_FILM
        self._one_channel = channels_are_equal and merge_input_channels(backbone)
        if form is Form.MINIMAL:
            replace_convolutions(backbone)
        self._backbone = backbone.to(self._precision, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if form is Form.HALF:
            pack_convolutions(backbone)

    @torch.inference_mode()
    def features_and_logits(self, films: Films) -> tuple[Features, Logits]:
        """Return (n, features) float32 before the head, and logits (n, outputs) float32.

        films: grey, (n, size, size) uint8.
        Batches are padded to a multiple of EVEN, because matrix products of other heights are
        summed in another order. So a film's result does not depend on its batch, and a resumed
        screening gives the same results as an uninterrupted one.
        """
        count = len(films)
        padded = np.concatenate([films, np.repeat(films[-1:], -count % EVEN, axis=0)])
        grey = to_unit_range(torch.from_numpy(padded))
        if self._one_channel:
            inputs = _as_channels_last(per_film_input(grey, self._preprocessing.size_px))
        else:
            inputs = network_input(grey, self._preprocessing)  # (n, 3, size, size)
        features = self._backbone(inputs.to(self._precision)).float()
        return features[:count].numpy(), self._head(features)[:count].numpy()


@lru_cache(maxsize=1)
def reuse_form(network: Network, preprocessing: Preprocessing, form: Form) -> FastNetwork:
    """Return the network in a form known to be accurate; the last one is cached for reuse."""
    return FastNetwork(network, preprocessing, form)


class Scorer:
    """Score films with a model: first exactly as trained, then in the form that `settle` chose.

    form: words for the log. batch: films at once. is_settled: whether `settle` has been called.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._network: FastNetwork | None = None
        self._choice = Choice(Form.PLAIN, TRIED_FILMS)
        self.is_settled = False

    @property
    def form(self) -> str:
        return f"{self._choice.form}, channels last, batches of {self._choice.batch}"

    @property
    def batch(self) -> int:
        return self._choice.batch

    def logits(self, films: Films) -> Logits:
        """Return logits (n, outputs) float32 of grey films (n, size, size) uint8, n >= 1."""
        return self.features_and_logits(films)[1]

    def features_and_logits(self, films: Films) -> tuple[Features, Logits]:
        """Return (n, features) float32 before the head, and `logits`."""
        if self._network is None:
            self._network = FastNetwork(self._model.network, self._model.preprocessing, Form.PLAIN)
        return self._network.features_and_logits(films)

    def settle(self, films: Films) -> None:
        """Choose the form in which films are scored from now on.

        A form stored for these weights is taken as it is. One stored for other weights of the
        architecture is taken if it is accurate for these. Otherwise the forms are timed, and PLAIN
        stays where no other is both faster and accurate.
        CPU time: 0.6 s to reuse a form for the same weights, 1.2 s to test it for other weights,
        1.8 s to time all forms.

        films: (n, size, size) uint8, n >= 1. A form is tested on them and the self-test phantoms.
        """
        self.is_settled = True
        path, key, weights = remembered_path(self._model), form_key(self._model), self._model.header.content["sha256"]
        choice = recall_choice(path, key)
        if choice is not None and choice.weights == weights:
            self._network = reuse_form(self._model.network, self._model.preprocessing, choice.form)
            self._choice = choice
            return
        trial = Trial(self._model, films)
        if choice is None or trial.network(choice.form) is None:  # inaccurate for these weights
            choice = find_fastest(trial)
        choice = replace(choice, weights=weights)
        remember_choice(path, key, choice)
        self._network = trial.network(choice.form) or self._network
        self._choice = choice


class Trial:
    """Forms of one model, each built once and compared with full precision."""

    def __init__(self, model: Model, films: Films) -> None:
        self.films = np.resize(films, (TRIED_FILMS, *films.shape[1:]))  # repeated if fewer
        self._model = model
        self._tested = np.concatenate([draw_known_films(model.preprocessing.size_px), films[:REAL_FILMS]])
        self._expected = model.probabilities(self._tested)
        plain = FastNetwork(model.network, model.preprocessing, Form.PLAIN)
        self._networks: dict[Form, FastNetwork | None] = {Form.PLAIN: plain}

    def network(self, form: Form) -> FastNetwork | None:
        """Return the network in a form, or None where it is inaccurate or not supported."""
        if form not in self._networks:
            self._networks[form] = self._build_accurate(form)
        return self._networks[form]

    def _build_accurate(self, form: Form) -> FastNetwork | None:
        try:
            network = FastNetwork(self._model.network, self._model.preprocessing, form)
            logits = network.features_and_logits(self._tested)[1]
        except (RuntimeError, NotImplementedError):  # not supported by this CPU or torch
            return None
        if not np.isfinite(logits).all():
            return None
        difference = np.abs(self._model.calibration.probabilities(logits) - self._expected).max()
        return network if difference <= LARGEST_DIFFERENCE else None


def find_fastest(trial: Trial) -> Choice:
    """Return the fastest accurate form and its best batch size.

    Measured in CPU time of this thread, which other programs hardly disturb. Call it where torch
    has one thread, as in `core.inference.pipeline`.
    """
    start = time.thread_time()
    best, seconds = Form.PLAIN, math.inf
    for form in (Form.MINIMAL, Form.HALF, Form.FOLDED):
        late = time.thread_time() - start > MEASURING_SECONDS and best is not Form.PLAIN
        if late or (form is Form.HALF and not has_fast_bfloat16()):
            continue
        network = trial.network(form)
        taken = time_per_film(network, trial.films) if network else math.inf
        if taken < WORTH * seconds:
            best, seconds = form, taken
    batch, network = TRIED_FILMS, trial.network(best)
    for size in BATCHES:
        if network is None or time.thread_time() - start > MEASURING_SECONDS:
            break
        taken = time_per_film(network, np.resize(trial.films, (size, *trial.films.shape[1:])))
        if taken < WORTH * seconds:
            batch, seconds = size, taken
    return Choice(best, batch)


def time_per_film(network: FastNetwork, films: Films) -> float:
    """Return the CPU seconds of this thread per film, for `films` in one batch."""
    start = time.thread_time()
    network.features_and_logits(films)
    return (time.thread_time() - start) / len(films)


@torch.inference_mode()
def has_fast_bfloat16() -> bool:
    """Return whether a bfloat16 convolution is faster than float32 on this CPU.

    Without bfloat16 instructions it takes 10 times as long.
    """
    taken = []
    for precision in (torch.float32, torch.bfloat16):
        films = torch.zeros(2, 64, 28, 28, dtype=precision).contiguous(memory_format=torch.channels_last)
        kernel = torch.zeros(64, 64, 3, 3, dtype=precision).contiguous(memory_format=torch.channels_last)
        nn.functional.conv2d(films, kernel, padding=1)
        start = time.perf_counter()
        for _ in range(5):
            nn.functional.conv2d(films, kernel, padding=1)
        taken.append(time.perf_counter() - start)
    return taken[1] < taken[0]


def fold_batch_norm(backbone: nn.Module) -> fx.GraphModule:
    """Return a copy with each BatchNorm folded into the convolution before it: the same function.

    Only a BatchNorm that is the sole user of a convolution's output is folded.
    """
    folded = fx.symbolic_trace(copy.deepcopy(backbone).eval())
    modules = dict(folded.named_modules())
    for node in list(folded.graph.nodes):
        norm = modules.get(str(node.target)) if node.op == "call_module" else None
        before = node.args[0] if isinstance(norm, nn.BatchNorm2d) else None
        if not isinstance(before, fx.Node) or before.op != "call_module" or len(before.users) != 1:
            continue
        convolution = modules[str(before.target)]
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            modules[str(before.target)] = fused = fuse_conv_bn_eval(convolution, norm)
            folded.set_submodule(str(before.target), fused)
            node.replace_all_uses_with(before)
            folded.graph.erase_node(node)
    folded.delete_all_unused_submodules()
    folded.recompile()
    return folded.requires_grad_(requires_grad=False)


def merge_input_channels(backbone: fx.GraphModule) -> bool:
    """Make the first convolution, after padding if any, take one channel in place of three equal ones.

    Returns False where the network has no such convolution.
    """
    modules = dict(backbone.named_modules())
    films = next(node for node in backbone.graph.nodes if node.op == "placeholder")
    first = next(iter(films.users))
    if first.op == "call_module" and isinstance(modules.get(str(first.target)), nn.ZeroPad2d):
        films, first = first, next(iter(first.users))
    convolution = modules.get(str(first.target)) if first.op == "call_module" and len(films.users) == 1 else None
    if not isinstance(convolution, nn.Conv2d) or convolution.groups != 1:
        return False
    convolution.weight = nn.Parameter(convolution.weight.sum(dim=1, keepdim=True), requires_grad=False)
    convolution.in_channels = 1
    return True


def replace_convolutions(backbone: fx.GraphModule) -> None:
    """Replace every convolution that allows it by its Winograd form."""
    for name, module in list(backbone.named_modules()):
        if isinstance(module, nn.Conv2d) and can_be_minimal(module):
            backbone.set_submodule(name, MinimalConvolution(module))


def _as_channels_last(films: Tensor) -> Tensor:
    """Return films (n, 1, h, w) with strides that make torch continue in channels-last format."""
    count, _, height, width = films.shape
    return films.contiguous().as_strided((count, 1, height, width), (height * width, 1, width, 1))


def form_key(model: Model) -> list[str]:
    """Return the strings on which the fastest form depends: computer, architecture and input."""
    traits = (model.header.architecture, model.preprocessing.size_px, model.preprocessing.normalisation)
    return [*computer_key(), *map(str, traits)]


def remembered_path(model: Model) -> Path:
    return measurement_path("inference", form_key(model))
