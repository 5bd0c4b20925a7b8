"""The model that films are read with is the one of last time, while its file is there."""

import pytest

from gui.shell.model_memory import ModelMemory
from gui.state.session import Session
from gui.state.settings import load_settings


@pytest.fixture
def model(tmp_path):
    (tmp_path / "ours.safetensors").write_bytes(b"model")
    return tmp_path / "ours.safetensors"


def test_the_model_comes_back_at_the_next_start(own_settings, model):
    first = Session()
    ModelMemory(first)
    assert first.model is None
    first.use_model(model)
    assert load_settings().model == model
    second = Session()
    ModelMemory(second)
    assert second.model == model
    second.use_model(None)
    assert load_settings().model is None


def test_a_model_that_is_gone_is_the_bundled_one(own_settings, model):
    first = Session()
    ModelMemory(first)
    first.use_model(model)
    model.unlink()
    second = Session()
    ModelMemory(second)
    assert second.model is None
