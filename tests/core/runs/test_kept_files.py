"""A run's files are written again as they were, whatever became of them meanwhile."""

import json
import shutil
import stat

from core.datasets.dataset import Dataset
from core.datasets.preparation import AS_IT_IS
from core.runs.epoch_log import EVENTS, EpochEnded, log_epoch
from core.runs.kept_files import KeptFiles
from core.runs.run_folder import CARD, RECIPE, RunCard, begin_run, write_card, write_splits


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


def test_a_file_is_as_private_as_it_was_when_it_is_written_again(quick_recipe, tmp_path):
    run = tmp_path / "run"
    begin_run(run, quick_recipe, AS_IT_IS)
    write_card(run, RunCard("first", "", "films", "12345678", "2026-01-01T00:00:00+00:00"))
    write_splits(run, Dataset(tmp_path, ("NORMAL", "PNEUMONIA"), ()))
    log_epoch(run, EpochEnded(1, 1, *[0.5] * 10, is_best=True))
    kept = KeptFiles(run)
    kept.keep(*(path.name for path in run.iterdir()))
    before = {path.name: stat.S_IMODE(path.stat().st_mode) for path in run.iterdir()}
    assert before[EVENTS] == before[CARD] == 0o600 < before[RECIPE]
    shutil.rmtree(run)
    kept.restore()
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in run.iterdir()} == before
