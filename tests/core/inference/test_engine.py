"""An engine gives a film the same answer whatever is computed beside it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.films.phantoms import draw_phantom
from core.inference.engine import compute_logits
from core.inference.graph_engine import GraphEngine
from core.inference.scoring_model import open_model


@pytest.fixture(scope="module")
def films():
    return [draw_phantom(seed, seed % 2 == 1, 224) for seed in range(12)]


def test_an_answer_depends_on_no_other_film_and_no_thread(films):
    engine = open_model(None).engine
    alone = [engine.compute(film) for film in films]
    for threads in (1, 2, 4):
        with ThreadPoolExecutor(threads) as pool:
            together = list(pool.map(engine.compute, films[::-1]))[::-1]
        for one, other in zip(alone, together, strict=True):
            for name in ("features", "logits", "evidence"):
                assert np.array_equal(getattr(one, name), getattr(other, name))


def test_outputs_are_of_one_film(films):
    outputs = open_model(None).compute(films[0])
    assert outputs.features.shape == (512,)
    assert outputs.logits.shape == (1,)
    assert outputs.evidence.shape == (1, 7, 7)
    assert {outputs.features.dtype, outputs.logits.dtype, outputs.evidence.dtype} == {np.dtype(np.float32)}
    assert outputs.evidence.min() >= 0
    assert compute_logits(open_model(None).engine, np.stack(films[:1])).shape == (1, 1)


def test_what_is_no_graph_is_an_error():
    with pytest.raises(Exception, match=r"(?i)protobuf|model"):
        GraphEngine(b"no graph")
