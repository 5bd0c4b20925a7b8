"""Films come from a real sender through real receivers into the watched folder, each one once."""

import os
import signal
import threading
from collections import Counter

import pytest
from pydicom import dcmread

from core.screening.events import Status
from core.screening.state_log import read_file_states
from core.screening.watch_folder import watch
from tests.core.screening.watching import POLL_SECONDS, Watching
from tests.factories import drained
from tests.faults.hostile_names import small_model
from tests.peers.conftest import PATIENCE_SECONDS


def pixels_of(paths):
    """How often each picture is among files, every one of which must be whole."""
    return Counter(dcmread(path).pixel_array.tobytes() for path in paths)


def files_in(folder):
    """All files but the lock of an archive."""
    return [path for path in folder.rglob("[!.]*") if path.is_file()]


def watch_in_child(folder, output, archive, model):
    """What a killed process did; runs in a child."""
    drained(watch(folder, output, model, threading.Event(), archive, POLL_SECONDS))


def wait_until(is_true):
    """Wait for something that another process does."""
    deadline = threading.Event()
    timer = threading.Timer(PATIENCE_SECONDS, deadline.set)
    timer.start()
    try:
        while not is_true():
            assert not deadline.wait(0.01)
    finally:
        timer.cancel()


@pytest.fixture
def places(tmp_path):
    """Ledger and archive."""
    return tmp_path / "results" / "r.csv", tmp_path / "archive"


def test_films_of_a_modality_are_screened_and_moved(receiver, films, places):
    output, archive = places
    with Watching(receiver.inbox, output, small_model(), archive=archive) as watching:
        assert receiver.send(films) == 0
        wait_until(lambda: len(files_in(archive)) == len(films))
        result = watching.stop()
    assert Counter(row.status for row in result.rows) == {Status.SCORED: len(films)}
    assert pixels_of(files_in(archive)) == pixels_of(films)
    assert files_in(receiver.home) == []


def test_a_receiver_killed_while_films_come_hands_over_each_of_them_once(receiver, films):
    sender = threading.Thread(target=receiver.send, args=(films,))
    sender.start()
    wait_until(lambda: files_in(receiver.home))
    receiver.kill()
    sender.join()
    (receiver.incoming / "SC.1.2.3").write_bytes(
        films[0].read_bytes()[:5000]
    )  # of which the sender knows that it failed
    receiver.start()
    assert (files_in(receiver.incoming), (receiver.inbox / "SC.1.2.3").stat().st_size) == ([], 5000)
    (receiver.inbox / "SC.1.2.3").unlink()
    assert receiver.send(films) == 0  # as a sender does whose transfer was interrupted
    wait_until(lambda: not files_in(receiver.incoming))
    assert pixels_of(files_in(receiver.inbox)) == pixels_of(films)


def test_a_screening_killed_while_films_come_answers_and_moves_each_of_them_once(receiver, films, places, forkserver):
    output, archive = places
    arguments = receiver.inbox, output, archive, small_model()
    for number in (2, 4):
        child = forkserver.Process(target=watch_in_child, args=arguments)
        child.start()
        assert receiver.send(films[number - 2 : number]) == 0
        wait_until(lambda number=number: len(files_in(archive)) >= number - 1)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    assert receiver.send(films[4:]) == 0
    with Watching(receiver.inbox, output, small_model(), archive=archive) as watching:
        wait_until(lambda: not files_in(receiver.inbox))
        watching.wait_for_polls(2)
        result = watching.stop()
    assert Counter(row.status for row in result.rows) == {Status.SCORED: len(films)}
    assert pixels_of(files_in(archive)) == pixels_of(films)
    places = [state.place for state in read_file_states(output).values()]
    assert {place.moved_to for place in places if place.is_moved} == set(map(str, files_in(archive)))


def test_orthanc_hands_over_films_of_known_peers_once_also_if_it_was_killed(orthanc, films, places, tmp_path):
    report = dcmread(films[5])
    report.Modality = "SR"
    report.save_as(films[5])
    assert orthanc.send(films, caller="STRANGER") != 0
    assert orthanc.send(films[:3]) == 0
    wait_until(lambda: files_in(orthanc.inbox))
    orthanc.kill()
    orthanc.start()
    assert orthanc.send(films) == 0
    assert len(orthanc.rest("/instances")) == len(films)
    output, archive = places
    with Watching(orthanc.inbox, output, small_model(), archive=archive) as watching:
        wait_until(lambda: len(files_in(archive)) == 5)
        result = watching.stop()
    assert pixels_of(files_in(archive)) == pixels_of(films[:5])
    assert Counter(row.status for row in result.rows) == {Status.SCORED: 5}
    assert {row.file for row in result.rows} == {f"{dcmread(path).SOPInstanceUID}.dcm" for path in films[:5]}
