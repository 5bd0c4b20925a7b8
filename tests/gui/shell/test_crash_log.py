"""Faults: logged without names, shown, and told at the next start."""

import subprocess
import sys

import pytest

from gui.shell.crash_log import NATIVE, CrashLog, build_crash_report, read_native_crash
from tests.factories import ROOT


def failing():
    try:
        raise ValueError("/films/Miller^Anna.dcm")
    except ValueError as error:
        raise RuntimeError("Miller^Anna again") from error


def test_a_report_names_no_patient_but_the_place():
    with pytest.raises(RuntimeError) as caught:
        failing()
    report = build_crash_report(caught.value)
    assert "Miller" not in report
    assert "test_crash_log.py" in report
    assert "ValueError" in report


def test_a_fault_is_logged_without_names_and_shown(tmp_path, qtbot):
    faults = CrashLog(tmp_path)
    faults.install()
    try:
        with pytest.raises(RuntimeError) as caught:
            failing()
        with qtbot.waitSignal(faults.fault_seen) as seen:
            sys.excepthook(caught.type, caught.value, caught.tb)
        assert "RuntimeError" in seen.args[0]
        written = (tmp_path / "crash.log").read_text()
        assert "failing" in written
        assert "Miller" not in written
    finally:
        faults.close()
    assert not (tmp_path / NATIVE).exists()


def test_an_end_in_native_code_is_told_at_the_next_start(tmp_path):
    code = (
        "import ctypes, sys; from pathlib import Path; from gui.shell.crash_log import CrashLog\n"
        "CrashLog(Path(sys.argv[1])).install(); ctypes.string_at(0)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True)
    assert ended.returncode != 0
    assert "Segmentation fault" in read_native_crash(tmp_path)
