"""Forms of a network: each answers as the network does, and the quickest is remembered."""

from dataclasses import replace

import numpy as np
import pytest
from torch import nn

from core.films.phantoms import draw_phantom
from core.inference import scorer as scorer_module
from core.inference.form_choice import Choice, Form, recall_choice, remember_choice
from core.inference.scorer import FastNetwork, Scorer, Trial, form_key, remembered_path
from core.models.model_file import load_model
from core.networks.architectures import ARCHITECTURES
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation
from core.system import measurement_cache
from tests.core.inference.networks import FILMS, SIDE, forms_here, lively


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


def test_other_weights_are_held_against_full_precision_before_they_take_the_form(model):
    remember_choice(remembered_path(model), form_key(model), Choice(Form.FOLDED, 16, "of another model"))
    scorer = Scorer(model)
    scorer.settle(FILMS)
    assert scorer.form == "folded, channels last, batches of 16"
    assert recall_choice(remembered_path(model), form_key(model)).weights == model.header.content["sha256"]


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
