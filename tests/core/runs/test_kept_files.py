"""A run's files are written again as they were, whatever became of them meanwhile."""

import json
import shutil

from core.runs.kept_files import KeptFiles
from core.runs.run_folder import CARD, RECIPE, RunCard, write_card


def test_what_is_lost_or_changed_is_written_again_but_a_new_name_stays(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / RECIPE).write_bytes(b"{}")
    card = RunCard("first", "", "films", "12345678", "2026-01-01T00:00:00+00:00")
    write_card(run, card)
    kept = KeptFiles(run)
    kept.keep(RECIPE, CARD, "missing.json")
    assert kept.restore() == ()
    (run / RECIPE).write_bytes(b"{")
    write_card(run, RunCard("renamed", "note", card.dataset, card.data_fingerprint, card.started))
    assert kept.restore() == (RECIPE,)
    assert (run / RECIPE).read_bytes() == b"{}"
    shutil.rmtree(run)
    assert set(kept.restore()) == {RECIPE, CARD}
    assert json.loads((run / CARD).read_text())["name"] == "renamed"
    assert not (run / "missing.json").exists()
