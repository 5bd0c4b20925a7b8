import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.films.phantoms import draw_phantom
from core.inference import pipeline
from core.inference import scorer as scorer_module
from core.inference.form_choice import Choice, Form, recall_choice, remember_choice
from core.inference.packed_convolution import pack_convolutions
from core.inference.pipeline import score_films
from core.inference.scorer import (
    FastNetwork,
    Scorer,
    Trial,
    fold_batch_norm,
    form_key,
    has_fast_bfloat16,
    remembered_path,
)
from core.inference.winograd import MinimalConvolution
from core.models.calibration import Calibration
from core.models.model_file import compute_logits, load_model, save_model
from core.networks.architectures import ARCHITECTURES, build_network
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import Normalisation
from core.system import measurement_cache
from core.system.errors import FilmUnreadable, Reason

SIDE = 64
PREPROCESSING = Preprocessing(SIDE, Normalisation.PER_FILM)
FILMS = np.stack([draw_phantom(seed, seed % 2 == 1, SIDE) for seed in range(6)])


@pytest.fixture(autouse=True)
def one_thread():
    """Beside other programs two threads wait for each other after every layer of these small networks."""
    with pipeline.one_thread_of_torch():
        yield


def forms_here():
    """All forms but the one that this processor may not have."""
    return [form for form in Form if form is not Form.HALF or has_fast_bfloat16()]


def lively(architecture):
    """A network of random weights whose batch norms are not the identity and whose answers are no certainties."""
    torch.manual_seed(0)
    network = build_network(architecture, 2).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    # a deep one may answer in thousands
    network.head.weight.data /= np.abs(compute_logits(network, PREPROCESSING, FILMS)).max()
    return network


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.safetensors"
    save_model(path, "resnet18", ("A", "B"), lively("resnet18"), PREPROCESSING, Calibration(1.0, 0.5, (0.4, 0.6)), {})
    return load_model(path)


@pytest.mark.parametrize(
    ("architecture", "normalisation"),
    [*((name, Normalisation.PER_FILM) for name in ARCHITECTURES), ("resnet18", Normalisation.RESNET)],
)
def test_every_form_answers_as_the_network_does(model, architecture, normalisation):
    model = replace(model, network=lively(architecture), preprocessing=Preprocessing(SIDE, normalisation))
    expected = model.probabilities(FILMS)
    for form in (Form.PLAIN, Form.FOLDED, Form.MINIMAL):
        network = FastNetwork(model.network, model.preprocessing, form)
        features, logits = network.features_and_logits(FILMS)
        assert features.shape == (6, model.network.head.in_features)
        assert features.dtype == logits.dtype == np.float32
        assert model.calibration.probabilities(logits) == pytest.approx(expected, abs=1e-3)
        norms = sum(isinstance(module, nn.BatchNorm2d) for module in network._backbone.modules())
        if form is not Form.PLAIN and architecture != "densenet121":  # there many norms stand before convolutions
            assert norms == 0


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_packed_convolutions_answer_as_those_they_replace(architecture):
    backbone, packed = (fold_batch_norm(lively(architecture).backbone) for _ in range(2))
    pack_convolutions(packed)
    shown = network_input(to_unit_range(torch.from_numpy(FILMS)), PREPROCESSING)
    with torch.inference_mode():
        expected = backbone(shown)  # up to 600, of sums as large that are rounded in another order on each processor
        torch.testing.assert_close(packed(shown), expected, atol=1e-5 * float(expected.abs().max()), rtol=0)
    left = [type(module) for module in packed.modules() if isinstance(module, nn.Conv2d)]
    assert left == []
    if architecture.startswith("resnet"):  # every addition and every ReLU went into a convolution
        assert [str(node) for node in packed.graph.nodes if node.op == "call_function"] == ["flatten"]


def test_the_network_itself_is_left_as_it_was(model):
    before = model.logits(FILMS)
    trial = Trial(model, FILMS)
    assert [trial.network(form) for form in forms_here()].count(None) == 0
    assert (model.logits(FILMS) == before).all()
    assert isinstance(model.network.backbone.layer1[0].conv1, nn.Conv2d)


def test_hooks_of_a_heat_map_do_not_see_what_is_screened_meanwhile(model):
    seen, network = [], FastNetwork(model.network, model.preprocessing, Form.PLAIN)
    hook = model.network.backbone.layer4.register_forward_hook(lambda *_: seen.append(1))
    network.features_and_logits(FILMS)
    hook.remove()
    assert seen == []


@pytest.mark.parametrize(("height", "width", "count"), [(8, 8, 1), (7, 7, 3), (14, 9, 5), (3, 1, 2)])
def test_minimal_filtering_is_a_convolution(height, width, count):
    torch.manual_seed(1)
    convolution = nn.Conv2d(32, 40, 3, padding=1)
    films = torch.randn(count, 32, height, width)
    with torch.inference_mode():
        torch.testing.assert_close(
            MinimalConvolution(convolution)(films), convolution(films), atol=1e-4, rtol=1e-4, check_stride=False
        )


def test_a_choice_is_remembered_and_read_back(model, monkeypatch):
    first = Scorer(model)
    assert "as trained" in first.form
    first.settle(FILMS)
    assert first.is_settled
    assert recall_choice(remembered_path(model), form_key(model)) is not None
    monkeypatch.setattr(scorer_module, "Trial", lambda *_: pytest.fail("tried again"))
    second = Scorer(model)
    second.settle(FILMS)
    assert second.form == first.form
    assert second.logits(FILMS) == pytest.approx(model.logits(FILMS), abs=0.04)


FOREIGN = b'{"format": 3, "key": [], "form": "folded", "batch": 8, "weights": ""}'


def test_other_weights_are_held_against_full_precision_before_they_take_the_form(model):
    remember_choice(remembered_path(model), form_key(model), Choice(Form.FOLDED, 16, "of another model"))
    scorer = Scorer(model)
    scorer.settle(FILMS)
    assert scorer.form == "folded, channels last, batches of 16"
    assert recall_choice(remembered_path(model), form_key(model)).weights == model.header.content["sha256"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": 3}', FOREIGN])
def test_a_damaged_or_foreign_choice_is_measured_anew(model, content, monkeypatch):
    monkeypatch.setattr(scorer_module, "find_fastest", lambda trial: Choice(Form.FOLDED, 16))
    path, key = remembered_path(model), form_key(model)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert recall_choice(path, key) is None
    Scorer(model).settle(FILMS)
    assert recall_choice(path, key) == Choice(Form.FOLDED, 16, model.header.content["sha256"])


def test_impossible_values_in_a_remembered_choice_are_refused(model):
    path, key = remembered_path(model), form_key(model)
    remember_choice(path, key, Choice(Form.FOLDED, 1_000_000))
    assert recall_choice(path, key) is None
    remember_choice(path, key, Choice(Form.FOLDED, 8))
    assert recall_choice(path, key) == Choice(Form.FOLDED, 8)
    path.write_text(path.read_text().replace('"folded"', '"magic"'))
    assert recall_choice(path, key) is None
    assert recall_choice(path, [*key, "another machine"]) is None


def test_a_cache_that_cannot_be_written_only_costs_the_memory(model, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(measurement_cache, "cache_folder", lambda: tmp_path / "file")
    scorer = Scorer(model)
    scorer.settle(FILMS)
    assert scorer.logits(FILMS).shape == (6, 1)


class Wrong(FastNetwork):
    """Answers otherwise in every form but the first."""

    def __init__(self, network, preprocessing, form):
        super().__init__(network, preprocessing, form)
        self.form = form

    def features_and_logits(self, films):
        features, logits = super().features_and_logits(films)
        return features, logits + (0 if self.form is Form.PLAIN else self.error)


@pytest.mark.parametrize("error", [0.5, np.nan])
def test_a_form_that_answers_otherwise_is_refused(model, monkeypatch, error):
    monkeypatch.setattr(Wrong, "error", np.float32(error), raising=False)
    monkeypatch.setattr(scorer_module, "FastNetwork", Wrong)
    trial = Trial(model, FILMS)
    assert all(trial.network(form) is None for form in Form if form is not Form.PLAIN)
    remember_choice(remembered_path(model), form_key(model), Choice(Form.FOLDED, 8))  # right for other weights
    scorer = Scorer(model)
    scorer.settle(FILMS)
    assert "as trained" in scorer.form
    assert (scorer.logits(FILMS) == Scorer(model).logits(FILMS)).all()


def test_a_form_that_cannot_be_computed_here_is_refused(model, monkeypatch):
    class Missing(FastNetwork):
        def __init__(self, network, preprocessing, form):
            if form is not Form.PLAIN:
                raise RuntimeError("no such operation")
            super().__init__(network, preprocessing, form)

    monkeypatch.setattr(scorer_module, "FastNetwork", Missing)
    assert Trial(model, FILMS).network(Form.MINIMAL) is None


def unsettled(model):
    """A scorer that stays as it is."""
    scorer = Scorer(model)
    scorer.is_settled = True
    return scorer


def read(number):
    if number % 7 == 3:
        raise FilmUnreadable(Reason.DAMAGED, "It is damaged.")
    return FILMS[number % 6]


def test_each_item_comes_once_and_in_order(model, cancel):
    threads, items = torch.get_num_threads(), list(range(71))
    scorer = Scorer(model)
    answers = list(score_films(items, read, scorer, cancel))
    assert scorer.is_settled
    assert [answer.item for answer in answers] == items
    expected = model.logits(FILMS)
    for answer in answers:
        if answer.item % 7 == 3:
            assert isinstance(answer.film, FilmUnreadable)
            assert answer.logits is answer.features is None
        else:
            assert (answer.film == FILMS[answer.item % 6]).all()
            assert answer.logits == pytest.approx(expected[answer.item % 6], abs=0.04)
            assert answer.features.shape == (512,)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_few_items(model, cancel, count):
    scorer = Scorer(model)
    assert [answer.item for answer in score_films(range(count), read, scorer, cancel)] == list(range(count))
    assert not scorer.is_settled


def test_nothing_readable(model, cancel):
    def refuse(path):
        raise FilmUnreadable(Reason.EMPTY_FILE, "Empty.")

    answers = list(score_films([Path("a")] * 80, refuse, Scorer(model), cancel))
    assert len(answers) == 80
    assert all(answer.logits is None for answer in answers)


@pytest.mark.parametrize("after", [0, 2, 30])
def test_cancel_ends_it_soon(model, cancel, after):
    begun = []

    def noted(number):
        begun.append(number)
        return read(number)

    if after == 0:
        cancel.set()
    answers = []
    for answer in score_films(range(5000), noted, unsettled(model), cancel):
        answers.append(answer.item)
        if len(answers) == after:
            cancel.set()
    assert answers == list(range(len(answers)))
    assert len(answers) < after + 16
    assert len(begun) < 300


def test_only_a_few_batches_are_in_memory(model, cancel):
    begun, lock = [], threading.Lock()

    def noted(number):
        with lock:
            begun.append(number)
        return read(number)

    scorer = unsettled(model)
    most = (pipeline.AHEAD * pipeline.MOST_THREADS + 1) * scorer.batch + pipeline.FIRST_FILMS
    job = score_films(range(5000), noted, scorer, cancel)
    for taken in range(1, 60):
        next(job)
        assert len(begun) <= taken + most
    job.close()
    done = len(begun)
    assert done < 300
    time.sleep(0.05)
    assert len(begun) == done  # nothing goes on behind our back
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("screen")]


@pytest.mark.parametrize("bad", [1, 40])
def test_an_error_of_the_reader_ends_it(model, cancel, bad):
    threads = torch.get_num_threads()

    def broken(number):
        if number == bad:
            raise ZeroDivisionError
        return read(number)

    with pytest.raises(ZeroDivisionError):
        list(score_films(range(500), broken, unsettled(model), cancel))
    assert torch.get_num_threads() == threads
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("screen")]


def test_batches_are_small_at_first_and_towards_the_end():
    batches = list(pipeline._batches(range(100), 4, 16, 2))
    assert [item for batch in batches for item in batch] == list(range(4, 100))
    sizes = [len(batch) for batch in batches]
    assert sizes[:3] == [4, 4, 16]
    assert sizes[-1] == 1
    assert all(before >= after for before, after in pairwise(sizes[2:]))


def test_other_size_or_model_is_another_key(model):
    larger = replace(model, preprocessing=Preprocessing(SIDE + 32, Normalisation.PER_FILM))
    assert form_key(larger) != form_key(model)
    assert remembered_path(larger) != remembered_path(model)


def test_an_answer_does_not_depend_on_the_films_beside_it():
    model = load_model(None)
    films = np.stack([draw_phantom(seed, seed % 2 == 1, 224) for seed in range(8)])
    for form in forms_here():
        network = FastNetwork(model.network, model.preprocessing, form)
        together = network.features_and_logits(films)[1]
        for count in (1, 3, 5):
            alone = network.features_and_logits(films[2 : 2 + count])[1]
            assert (alone == together[2 : 2 + count]).all(), form
