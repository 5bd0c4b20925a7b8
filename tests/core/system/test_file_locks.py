"""Locks taken in turns, on file systems without locks, and whose file is removed while they are held."""

import errno
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from core.system.errors import JobFailed, Reason
from core.system.file_locks import TurnLock, is_locked, lock_output

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file systems of POSIX")


def refuse_locks(monkeypatch, number):
    def flock(_descriptor, _operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EIO])
def test_a_share_that_cannot_lock_is_written_without_and_keeps_no_lock_file(tmp_path, monkeypatch, number):
    refuse_locks(monkeypatch, number)
    with lock_output(tmp_path / "r.csv") as lock:
        lock.renew()
        (tmp_path / "r.csv").write_text("written")
        assert is_locked(tmp_path / "r.csv"), "nobody can tell"
    assert not is_locked(tmp_path / "r.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EACCES])
def test_every_answer_of_a_held_lock_is_in_use(tmp_path, monkeypatch, number):
    refuse_locks(monkeypatch, number)
    with pytest.raises(JobFailed) as refused, lock_output(tmp_path / "r.csv"):
        pass
    assert refused.value.reason is Reason.IN_USE


def test_a_lock_whose_file_is_removed_is_renewed_unless_another_program_was_faster(tmp_path):
    output = tmp_path / "r.csv"
    with ExitStack() as other, lock_output(output) as lock:
        (file,) = tmp_path.iterdir()
        file.unlink()
        lock.renew()
        with pytest.raises(JobFailed), lock_output(output):
            pass
        file.unlink()
        other.enter_context(lock_output(output))
        with pytest.raises(JobFailed, match="Another PneumoScreen is writing"):
            lock.renew()
    assert not list(tmp_path.iterdir())


def test_programs_that_write_to_a_folder_in_turns_lose_nothing(tmp_path):
    count = tmp_path / "count"
    count.write_text("0")

    def add():
        lock = TurnLock(tmp_path)
        for _ in range(20):
            with lock, lock:
                count.write_text(str(int(count.read_text()) + 1))

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(add) for _ in range(3)]:
            done.result()
    assert count.read_text() == "60"
    assert not is_locked(tmp_path)
    with TurnLock(tmp_path):
        assert is_locked(tmp_path)
