"""The self-test of the bundled model."""

import numpy as np
import pytest

from core.inference.self_test import run_self_test
from core.models import known_answers
from core.models.model_header import bundled_model_path, read_header
from core.system.errors import JobFailed
from tests.factories import drained


def test_the_bundled_model_answers_as_it_did_when_it_was_made(cancel):
    _, result = drained(run_self_test(cancel))
    header = read_header(bundled_model_path())
    assert result.model == header.name
    assert len(result.answers) == len(result.expected) == 4
    assert result.answers == pytest.approx(result.expected, abs=1e-3)
    assert list(result.expected) == np.ravel(header.content["self_test"]).tolist()
    assert result.seconds > 0
    assert result.engine == "Films are scored by ONNX Runtime, 8-bit integers."


def test_a_model_that_answers_otherwise_does_not_pass(cancel, monkeypatch):
    monkeypatch.setattr(known_answers, "read_known_answers", lambda *_: np.array([[0.9, 0.1, 0.9, 0.1]]))
    with pytest.raises(JobFailed, match="differ from those stored"):
        drained(run_self_test(cancel))
