"""Check the bundled model on films with known outputs."""

import threading
import time
from collections.abc import Generator

from core.jobs.events import Progressed, Stage
from core.models.events import SelfTestResult
from core.models.model_file import compute_known_answers, load_model


def run_self_test(cancel: threading.Event) -> Generator[Progressed, None, SelfTestResult]:
    """Score the self-test phantoms with the bundled model and return actual and stored outputs.

    Too short to be cancelled. Raises JobFailed (model_invalid): loading compares them as well.
    """
    start = time.monotonic()
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    model = load_model(None)
    answers, expected = compute_known_answers(model)
    seconds = time.monotonic() - start
    return SelfTestResult(model.header.name, tuple(answers.ravel().tolist()), tuple(expected.ravel().tolist()), seconds)
