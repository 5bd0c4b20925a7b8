"""The point chosen here: from the file's own validation films, used by every screening."""

import json

import numpy as np
import pytest

import main
from core.evaluation.evaluate import evaluate
from core.models.model_file import load_model, load_model_in_use
from core.models.model_header import read_header
from core.models.operating_point import Goal, Wish
from core.models.point_selection import propose_point
from core.models.site_record import apply_site_record
from core.screening.screening import screen
from core.screening.single_film import read_single_film
from tests.factories import drained


def test_the_file_carries_validation_answers_that_give_its_own_calibration(model):
    header = read_header(model)
    answers = header.validation
    assert len(answers.labels) == len(header.content["film_codes"]["val"]) == header.content["films"]["val"]
    rejoined = propose_point(header, Wish(Goal.BALANCED))
    assert rejoined.threshold == pytest.approx(header.threshold, abs=1e-4)
    assert rejoined.band.low == pytest.approx(header.calibration.review_band[0], abs=1e-4)
    assert not header.film_codes("train") & header.film_codes("test")
    assert str(model.parent) not in json.dumps(header.content)  # no path of the machine


def test_the_point_chosen_is_the_one_that_screening_uses_and_void_for_another_model(
    model, local_films, tmp_path, cancel, capsys
):
    own = read_header(model)
    probabilities = own.validation.probabilities(own.calibration.temperature)
    threshold = float(np.sort(probabilities)[-2])  # an odd place that no fit would take
    assert main.main(["operating-point", str(model), "--wish", f"{threshold:.6f}"]) == 0
    assert "chosen here on" in capsys.readouterr().out
    _, ledger = drained(screen(local_films, tmp_path / "r.csv", model, cancel))
    rounded = float(f"{threshold:.6f}")
    for row in ledger.rows:
        assert row.label == own.classes[int(row.probability >= rounded)]
        assert row.model == apply_site_record(own).name != own.name
    _, evaluation = drained(evaluate(model, local_films, None, cancel))
    assert evaluation.figures.threshold == rounded
    _, reading = drained(read_single_film(local_films / "NORMAL" / "N0500.png", model, cancel))
    assert reading.threshold == rounded
    assert load_model_in_use(None).header.threshold == load_model(None).header.threshold
    assert main.main(["operating-point", str(model), "--own"]) == 0
    assert load_model_in_use(model).header.calibration == own.calibration
