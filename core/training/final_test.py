"""Score the test films once, after the last epoch, and write the model in its final form."""

import threading
from collections.abc import Generator

from core.datasets.entries import Split
from core.inference.int8_fitting import ComparedFilms, fit_int8_form
from core.jobs.events import Noted, Progressed, Stage
from core.metrics.figures import Figures
from core.models.model_file import compute_logits, load_model
from core.training.model_likeness import fit_model_likeness
from core.training.run_writer import RunWriter


def run_final_test(writer: RunWriter, cancel: threading.Event) -> Generator[Progressed | Noted, None, Figures | None]:
    """Test the run's best model, and end the run; return the figures, None if cancelled.

    The model also gets its 8-bit form, and what its training films look like to it.
    """
    training, validation, test = (writer.data.splits[split] for split in Split)
    yield from writer.restore_files()
    yield Progressed(Stage.TESTING, 0, len(test.labels))
    model = load_model(writer.model)
    logits = compute_logits(model.network, model.preprocessing, test.pixels, cancel)
    features, validation_logits = model.features_and_logits(validation.pixels, cancel)
    likeness, unlike = fit_model_likeness(model, training, features, cancel)
    compared = ComparedFilms(validation.pixels, validation.labels, validation_logits)
    fitted = yield from fit_int8_form(model, training.pixels, compared, cancel)
    if cancel.is_set():
        return None
    figures = writer.save_tested_model(model, logits, likeness, unlike, fitted)
    writer.end()
    return figures
