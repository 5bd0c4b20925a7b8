"""A folder that is watched."""

import threading

from core.jobs.events import Progressed, Stage
from core.screening.events import FilmAnswered
from core.screening.watch_folder import watch


def test_a_watched_folder_has_one_row_for_each_complete_file(worklist, model, tmp_path, cancel):
    output, films = tmp_path / "w.csv", (worklist / "film-01.png").read_bytes()
    answered, looks, late = [], 0, worklist / "late.png"
    job = watch(worklist, output, model, cancel, poll_seconds=0)
    for event in job:
        if isinstance(event, FilmAnswered):
            answered.append(event.row.file)
        if not (isinstance(event, Progressed) and event.stage is Stage.WATCHING):
            continue
        looks += 1
        if looks == 5:
            late.write_bytes(films[:500])  # a sender begins
        elif looks in {6, 7}:
            late.write_bytes(films[: 500 * looks])
            assert "late.png" not in answered
        elif looks == 8:
            late.write_bytes(films)
        elif "late.png" in answered:
            cancel.set()
    assert len(answered) == len(set(answered)) == 27  # the empty file is waited for longer
    assert late.name == answered[-1]
    rows = output.read_text().splitlines()
    assert len(rows) == 28
    assert any(line.startswith("late.png,scored") for line in rows)


def test_watching_goes_on_where_it_ended_and_bears_a_share_that_disappears(worklist, model, tmp_path):
    output, away, cancel = tmp_path / "w.csv", tmp_path / "away", threading.Event()

    def looks(count, each=lambda _: None):
        seen, cancelled = [], threading.Event()
        done = 0
        for event in watch(worklist, output, model, cancelled, poll_seconds=0):
            if isinstance(event, FilmAnswered):
                seen.append(event.row.file)
            if isinstance(event, Progressed) and event.stage is Stage.WATCHING:
                done += 1
                each(done)
                if done == count:
                    cancelled.set()
        return seen

    def disappear(done):
        if done == 1:
            worklist.rename(away)
        if done == 3:
            away.rename(worklist)

    first = looks(40, disappear)
    assert len(first) == 27  # the empty file too, after its longer wait
    (worklist / "new.png").write_bytes((worklist / "film-01.png").read_bytes())
    assert looks(6) == ["new.png"]
    assert not cancel.is_set()
