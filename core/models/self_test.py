"""Check the bundled model on films with known answers."""

import threading
import time
from collections.abc import Generator

from core.jobs.events import Progressed, Stage
from core.models.events import SelfTestResult
from core.models.model_file import compute_known_answers, load_model


def run_self_test(cancel: threading.Event) -> Generator[Progressed, None, SelfTestResult]:
    """Score the known phantoms with the bundled model and compare with the answers stored when it was made.

    Too short to be cancelled. Raises JobFailed (model_invalid): loading compares as well.
    """
    start = time.monotonic()
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    model = load_model(None)
    answers, expected = compute_known_answers(model)
    flat = [tuple(float(value) for value in part.ravel()) for part in (answers, expected)]
    return SelfTestResult(model.header.name, flat[0], flat[1], time.monotonic() - start)
