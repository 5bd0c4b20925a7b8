"""The first start, a second start, a folder from the desktop, faults, signals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from core.films.phantoms import draw_phantom
from core.models.events import SelfTestResult
from core.screening.events import ScreeningResult
from core.system.app_folders import data_folder
from gui.jobs.jobs import JobState
from gui.shell.crash_log import NATIVE, CrashLog, build_report, read_earlier_end
from gui.shell.single_instance import SingleInstance
from gui.state.settings import Settings, Theme, load_settings, save_settings
from gui.widgets import messages

ROOT = Path(__file__).parents[2]


def few_films(folder):
    (folder / "films").mkdir()
    for seed in range(2):
        Image.fromarray(draw_phantom(seed, seed == 1, 96)).save(folder / "films" / f"{seed}.png")
    return folder / "films"


@pytest.fixture
def first(tmp_path):
    instance = SingleInstance(tmp_path)
    assert instance.take()
    yield instance
    instance.release()


def test_a_second_start_hands_its_folder_to_the_first(first, tmp_path, qtbot):
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication\n"
        "from gui.shell.single_instance import SingleInstance\n"
        "application = QCoreApplication([]); second = SingleInstance(Path(sys.argv[1]))\n"
        "assert not second.take(); sys.exit(0 if second.hand_over(Path('films')) else 1)"
    )
    with qtbot.waitSignal(first.asked, timeout=20_000) as asked:
        start = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert asked.args == [ROOT / "films"]
    assert start.wait(20) == 0


def test_a_request_of_another_kind_is_left_alone(first, tmp_path, qtbot):
    odd = tmp_path / "requests" / "odd.json"
    with qtbot.waitSignal(first._watcher.directoryChanged):
        odd.write_text("[1")
    assert odd.exists()


def test_where_nothing_can_be_written_every_start_is_the_first(tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert SingleInstance(tmp_path / "file").take()


def test_a_lock_left_by_a_killed_start_does_not_hold(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from gui.shell.single_instance import SingleInstance\n"
        "held = SingleInstance(Path(sys.argv[1])); assert held.take(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert killed.returncode != 0
    assert (tmp_path / "window.lock").exists()
    assert SingleInstance(tmp_path).take()


def test_the_welcome_checks_the_model_and_is_shown_once(window, qtbot):
    assert not load_settings().welcomed
    with qtbot.waitSignal(window.job_shown, timeout=60_000) as shown:
        window.show_welcome()
        assert not window.welcome.demo.isEnabled()
    assert isinstance(shown.args[0], SelfTestResult)
    assert "answers as it should" in window.welcome.check.text()
    window.welcome.themes.setCurrentIndex(1)
    assert load_settings().theme is Theme.LIGHT
    qtbot.mouseClick(window.welcome.begin, Qt.MouseButton.LeftButton)
    assert window.welcome is None
    assert load_settings() == Settings(Theme.LIGHT, welcomed=True)


def test_the_welcome_opens_a_folder(window, qtbot, tmp_path, monkeypatch):
    films = few_films(tmp_path)
    monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        window.show_welcome()
    with qtbot.waitSignal(window.job_shown, timeout=60_000) as shown:
        qtbot.mouseClick(window.welcome.folder, Qt.MouseButton.LeftButton)
    assert isinstance(shown.args[0], ScreeningResult)
    assert window.tabs.currentWidget() is window.classify_tab


def test_settings_that_make_no_sense_are_the_defaults(window):
    save_settings(Settings(Theme.LIGHT, welcomed=True))
    from PySide6.QtCore import QSettings

    QSettings().setValue("theme", "\x00nonsense")
    QSettings().setValue("welcomed", [1, 2])
    assert load_settings() == Settings()


def test_a_folder_given_while_work_is_going_on_is_screened_afterwards(window, qtbot, tmp_path):
    films = few_films(tmp_path)
    results = []
    window.job_shown.connect(results.append)
    with qtbot.waitSignal(window.job_shown, timeout=60_000, check_params_cb=lambda _: len(results) == 2):
        window.classify_tab.open(films)
        window.open_path(films)
        assert window.jobs.state is JobState.RUNNING
        assert "films is opened when" in window.statusBar().currentMessage()
    assert results[-1].found == 2


def failing():
    try:
        raise ValueError("/films/Miller^Anna.dcm")
    except ValueError as error:
        raise RuntimeError("Miller^Anna again") from error


def test_a_report_names_no_patient_but_the_place():
    with pytest.raises(RuntimeError) as caught:
        failing()
    report = build_report(caught.value)
    assert "Miller" not in report
    assert "test_start.py" in report
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
    assert "Segmentation fault" in read_earlier_end(tmp_path)


def test_about_says_what_it_is_and_that_it_is_offline(window, monkeypatch):
    shown = []
    monkeypatch.setattr(messages.QMessageBox, "exec", lambda box: shown.append(box.text() + box.informativeText()))
    messages.show_about(window)
    assert "PneumoScreen 0." in shown[0]
    assert "not a diagnosis" in shown[0]
    assert "no network connection" in shown[0]


@pytest.mark.slow
def test_a_start_can_be_measured():
    done = subprocess.run(
        [sys.executable, "main.py", "--measure-start"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    times = json.loads(done.stdout)
    assert times["painted"] <= times["model_ready"]
    assert not (data_folder() / "window.lock").exists()
