"""Check the bundled model on films with known outputs, and say how it is computed here."""

import threading
import time
from collections.abc import Generator

from core.inference.engine import compute_logits
from core.inference.scoring_model import open_model
from core.jobs.events import Progressed, Stage
from core.models.events import SelfTestResult
from core.models.int8_form import LARGEST_DIFFERENCE
from core.models.known_answers import check_known_answers, draw_known_films


def run_self_test(cancel: threading.Event) -> Generator[Progressed, None, SelfTestResult]:
    """Score the self-test phantoms with the bundled model and return actual and stored outputs.

    Too short to be cancelled. Raises JobFailed (model_invalid).
    """
    start = time.monotonic()
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    model = open_model(None)
    header = model.header
    answers = header.calibration.probabilities(compute_logits(model.engine, draw_known_films(header.size_px)))
    expected = check_known_answers(model.path, header, answers, LARGEST_DIFFERENCE)
    seconds = time.monotonic() - start
    return SelfTestResult(header.name, tuple(answers.ravel()), tuple(expected.ravel()), seconds, model.format_form())
