"""The network in the quickest form that answers the same, chosen by measurement on this computer. Trains nothing.

Full precision (`compute_logits` of core.models.model_file) stays the reference: of evaluation, calibration and the
self-test.
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

REAL_FILMS: Final = 4  # beside the four phantoms, held against full precision
LARGEST_DIFFERENCE: Final = 0.01  # of a probability, between a form and full precision
EVEN: Final = 4  # films at once; batches of 4, 8 and 16 were found to give the same answers bit for bit
WORTH: Final = 0.97  # of the time so far: a form or a batch that gains less is not taken
MEASURING_SECONDS: Final = 1.2  # of the processor, after which no further form or batch is tried


class FastNetwork:
    """A network in one form. `features_and_logits` may run on several threads at once.

    Its backbone is a copy, which the hooks of a heat map that is made meanwhile do not reach.
    """

    def __init__(self, network: Network, preprocessing: Preprocessing, form: Form) -> None:
        self._preprocessing, self._head = preprocessing, network.head
        self._precision = torch.bfloat16 if form is Form.HALF else torch.float32
        self._one_channel = False
        if form is Form.PLAIN:
            self._backbone: nn.Module = copy.deepcopy(network.backbone)
            return
        backbone = fold_batch_norm(network.backbone)
        # three equal channels: the sum of the kernels on one of them
        equal = preprocessing.normalisation is Normalisation.PER_FILM
        self._one_channel = equal and merge_input_channels(backbone)
        if form is Form.MINIMAL:
            replace_convolutions(backbone)
        self._backbone = backbone.to(self._precision, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if form is Form.HALF:
            pack_convolutions(backbone)

    @torch.inference_mode()
    def features_and_logits(self, films: Films) -> tuple[Features, Logits]:
        """(n, features) float32 before the head, and (n, outputs) float32, of grey films (n, size, size) uint8.

        A film's answer does not depend on the others beside it, so that a screening that was interrupted ends as an
        unbroken one: films are filled up to a multiple of EVEN, for products of other heights are summed otherwise.
        """
        count = len(films)
        given = np.concatenate([films, np.repeat(films[-1:], -count % EVEN, axis=0)])
        grey = to_unit_range(torch.from_numpy(given))
        if self._one_channel:
            shown = _channels_last(per_film_input(grey, self._preprocessing.size_px))
        else:
            shown = network_input(grey, self._preprocessing)  # (n, 3, size, size)
        features = self._backbone(shown.to(self._precision)).float()
        return features[:count].numpy(), self._head(features)[:count].numpy()


@lru_cache(maxsize=1)
def reuse_form(network: Network, preprocessing: Preprocessing, form: Form) -> FastNetwork:
    """The network in a form that answered right before; the last one is kept for the next folder of films."""
    return FastNetwork(network, preprocessing, form)


class Scorer:
    """Answers films by a model: at first exactly as trained, and in a quicker form once `settle` found one.

    form: words for the log. batch: how many films it takes at once. is_settled: `settle` has been called.
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
        """(n, outputs) float32 of grey films (n, size, size) uint8 of the model's size, n >= 1."""
        return self.features_and_logits(films)[1]

    def features_and_logits(self, films: Films) -> tuple[Features, Logits]:
        """(n, features) float32 before the head, and `logits`."""
        if self._network is None:
            self._network = FastNetwork(self._model.network, self._model.preprocessing, Form.PLAIN)
        return self._network.features_and_logits(films)

    def settle(self, films: Films) -> None:
        """Take the form that is remembered for these weights; for others of the architecture, once it answers right.

        Where none is remembered, measures which is quickest: 1.8 s of the processor, where 1.2 s prove other weights
        and 0.6 s take a form for the same again. films: (n, size, size) uint8, n >= 1; with the self-test's phantoms
        they are what a form must answer as full precision does. The form stays where no other is quicker and right.
        """
        self.is_settled = True
        path, key, weights = remembered_path(self._model), form_key(self._model), self._model.header.content["sha256"]
        choice = recall_choice(path, key)
        if choice is not None and choice.weights == weights:
            self._network, self._choice = (
                reuse_form(self._model.network, self._model.preprocessing, choice.form),
                choice,
            )
            return
        trial = Trial(self._model, films)
        if choice is None or trial.network(choice.form) is None:  # other weights need not bear a form
            choice = find_fastest(trial)
        choice = replace(choice, weights=weights)
        remember_choice(path, key, choice)
        self._network, self._choice = trial.network(choice.form) or self._network, choice


class Trial:
    """Forms of one model, made once, each held against full precision on phantoms and on real films."""

    def __init__(self, model: Model, films: Films) -> None:
        self.films = np.resize(films, (TRIED_FILMS, *films.shape[1:]))  # repeats them where they are fewer
        self._model = model
        self._given = np.concatenate([draw_known_films(model.preprocessing.size_px), films[:REAL_FILMS]])
        self._expected = model.probabilities(self._given)
        plain = FastNetwork(model.network, model.preprocessing, Form.PLAIN)
        self._made: dict[Form, FastNetwork | None] = {Form.PLAIN: plain}

    def network(self, form: Form) -> FastNetwork | None:
        """The network in a form, or None where it answers otherwise or cannot be made."""
        if form not in self._made:
            self._made[form] = self._made_anew(form)
        return self._made[form]

    def _made_anew(self, form: Form) -> FastNetwork | None:
        try:
            network = FastNetwork(self._model.network, self._model.preprocessing, form)
            logits = network.features_and_logits(self._given)[1]
        except (RuntimeError, NotImplementedError):  # this processor or this build has no such operation
            return None
        if not np.isfinite(logits).all():
            return None
        difference = np.abs(self._model.calibration.probabilities(logits) - self._expected).max()
        return network if difference <= LARGEST_DIFFERENCE else None


def find_fastest(trial: Trial) -> Choice:
    """The quickest right form and its best batch. Measured in processor time, which other programs hardly disturb.

    One thread computes, as in `core.inference.pipeline`; call it where torch has one.
    """
    start, best, seconds = time.thread_time(), Form.PLAIN, math.inf
    for form in (Form.MINIMAL, Form.HALF, Form.FOLDED):
        late = time.thread_time() - start > MEASURING_SECONDS and best is not Form.PLAIN
        if late or (form is Form.HALF and not has_fast_bfloat16()):
            continue
        network = trial.network(form)
        taken = time_per_film(network, trial.films) if network else math.inf
        if taken < WORTH * seconds:
            best, seconds = form, taken
    batch, network = TRIED_FILMS, trial.network(best)
    for more in BATCHES:
        if network is None or time.thread_time() - start > MEASURING_SECONDS:
            break
        taken = time_per_film(network, np.resize(trial.films, (more, *trial.films.shape[1:])))
        if taken < WORTH * seconds:
            batch, seconds = more, taken
    return Choice(best, batch)


def time_per_film(network: FastNetwork, films: Films) -> float:
    """Processor seconds of this thread for each of `films`, computed together."""
    start = time.thread_time()
    network.features_and_logits(films)
    return (time.thread_time() - start) / len(films)


@torch.inference_mode()
def has_fast_bfloat16() -> bool:
    """Whether a convolution in bfloat16 beats single precision here; without its instructions it takes 10 times."""
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
    """A copy in which every BatchNorm that alone follows a convolution is part of it: the same function."""
    made = fx.symbolic_trace(copy.deepcopy(backbone).eval())
    modules = dict(made.named_modules())
    for node in list(made.graph.nodes):
        norm = modules.get(str(node.target)) if node.op == "call_module" else None
        before = node.args[0] if isinstance(norm, nn.BatchNorm2d) else None
        if not isinstance(before, fx.Node) or before.op != "call_module" or len(before.users) != 1:
            continue
        convolution = modules[str(before.target)]
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            modules[str(before.target)] = fused = fuse_conv_bn_eval(convolution, norm)
            made.set_submodule(str(before.target), fused)
            node.replace_all_uses_with(before)
            made.graph.erase_node(node)
    made.delete_all_unused_submodules()
    made.recompile()
    return made.requires_grad_(requires_grad=False)


def merge_input_channels(backbone: fx.GraphModule) -> bool:
    """Let the first convolution see one channel where it saw three equal ones. False where there is none to change."""
    modules = dict(backbone.named_modules())
    given = next(node for node in backbone.graph.nodes if node.op == "placeholder")
    first = next(iter(given.users))
    convolution = modules.get(str(first.target)) if first.op == "call_module" and len(given.users) == 1 else None
    if not isinstance(convolution, nn.Conv2d) or convolution.groups != 1:
        return False
    convolution.weight = nn.Parameter(convolution.weight.sum(dim=1, keepdim=True), requires_grad=False)
    convolution.in_channels = 1
    return True


def replace_convolutions(backbone: fx.GraphModule) -> None:
    """Put Winograd's in place of every convolution that allows it."""
    for name, module in list(backbone.named_modules()):
        if isinstance(module, nn.Conv2d) and can_be_minimal(module):
            backbone.set_submodule(name, MinimalConvolution(module))


def _channels_last(films: Tensor) -> Tensor:
    """Films (n, 1, h, w) with the strides that make torch go on with channels last."""
    count, _, height, width = films.shape
    return films.contiguous().as_strided((count, 1, height, width), (height * width, 1, width, 1))


def form_key(model: Model) -> list[str]:
    """What the quickest form depends on."""
    what = (model.header.architecture, model.preprocessing.size_px, model.preprocessing.normalisation)
    return [*computer_key(), *map(str, what)]


def remembered_path(model: Model) -> Path:
    return measurement_path("inference", form_key(model))
