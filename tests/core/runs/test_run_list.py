"""Past trainings: listed and named."""

import pytest

from core.runs.epoch_log import EpochEnded
from core.runs.run_comparison import compare_runs
from core.runs.run_list import read_run
from core.system.errors import JobFailed
from core.training.training import train

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


def test_an_interrupted_run_is_listed_but_not_compared(dataset_folder, quick_recipe, tmp_path, cancel, two_runs):
    job = train(dataset_folder, quick_recipe, two_runs / "broken", cancel)
    for event in job:
        if isinstance(event, EpochEnded):
            break
    job.close()
    broken = read_run(two_runs / "broken")
    assert broken.is_resumable
    assert broken.metrics is None
    with pytest.raises(JobFailed, match="only finished trainings"):
        compare_runs(broken, read_run(two_runs / "long"))
