"""The remembered choice of a form."""

import pytest

from core.inference import scorer as scorer_module
from core.inference.form_choice import Choice, Form, recall_choice, remember_choice
from core.inference.scorer import Scorer, form_key, remembered_path
from tests.core.inference.networks import FILMS


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
