"""A model file's weights are read without torch, and changed ones are noticed."""

import numpy as np
import pytest

from core.models.model_header import bundled_model_path, read_header
from core.models.weights import digest_weights, read_weights
from core.system.errors import JobFailed


def test_the_bundled_model_has_its_digest():
    path = bundled_model_path()
    header = read_header(path)
    weights = read_weights(path, header)
    assert digest_weights(weights) == header.content["sha256"]
    assert weights["head.weight"].dtype == np.float16


def test_name_type_shape_and_bytes_count():
    value = np.arange(6, dtype=np.float16)
    digests = {
        digest_weights(weights)
        for weights in (
            {"a": value},
            {"b": value},
            {"a": value.astype(np.float32)},
            {"a": value.reshape(2, 3)},
            {"a": value + 1},
            {"a": value.view(np.int16)},
        )
    }
    assert len(digests) == 6
    assert digest_weights({"a": value, "b": value}) == digest_weights({"b": value, "a": value})


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(bundled_model_path().read_bytes()[:-100])
    with pytest.raises(JobFailed, match="truncated"):
        read_weights(path, read_header(bundled_model_path()))
