"""Model files: whole, or refused."""

import numpy as np
import pytest

from core.models.model_file import load_model
from core.system.errors import JobFailed, Reason


def test_one_flipped_byte_is_noticed(model, tmp_path):
    content = bytearray(model.read_bytes())
    content[-1000] ^= 1
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(JobFailed, match="weights were changed") as error:
        load_model(tmp_path / "model.safetensors")
    assert error.value.reason is Reason.MODEL_INVALID


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"\x80\x04K\x01."])
def test_what_is_no_model_is_refused(tmp_path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(JobFailed, match="cannot be used as a model"):
        load_model(tmp_path / "model.safetensors")


def test_answers_do_not_depend_on_the_batch(model):
    loaded = load_model(model)
    films = np.random.default_rng(0).integers(0, 255, (20, 64, 64), dtype=np.uint8)
    together = loaded.probabilities(films)
    alone = np.concatenate([loaded.probabilities(film[None]) for film in films])
    assert np.abs(together - alone).max() < 1e-4
