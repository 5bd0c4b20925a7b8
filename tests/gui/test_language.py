"""The window in another language: nothing left in English, the choice kept, and the catalogues whole."""

import re
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QTableView,
    QTabWidget,
)
from shiboken6 import isValid

from core.system.language import Language, set_language, tr_count
from gui.shell.main_window import MainWindow
from gui.shell.quit_signals import QuitSignals
from gui.shell.single_instance import SingleInstance
from gui.shell.ui_language import apply_language
from gui.shell.window_program import WindowProgram
from gui.state.settings import Settings, load_settings, save_settings
from gui.widgets import messages

ROOT = Path(__file__).parents[2]
THE_SAME = re.compile(  # names, figures and units, which are the same in German
    r"PneumoScreen.*|English|Deutsch|[\W\d_]*|.*\.safetensors.*|(ResNet|resnet|DenseNet|densenet|EfficientNet|efficientnet).*"
    r"|CSV…|Excel…|Gamma|Mixup|Rate|Zoom|Export(\.\.\.)?"  # the last is of pyqtgraph's menu, which is switched off
    r"|(Adam|AdamW|SGD|adam|adamw|sgd|imagenet|resnet|auc|AUC|ROC.*|Name|Training|Test|Status|Start|F1|MCC|Seed)"
)


@pytest.fixture(autouse=True)
def english_afterwards(qapp):
    yield
    set_language(Language.ENGLISH)
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)


def words_of(window):
    """Everything that a window shows or tells a screen reader, in the order of its widgets."""
    for action in window.findChildren(QAction):
        yield action.text()
    for widget in [window, *window.findChildren(object)]:
        if not widget.isWidgetType():
            continue
        yield from (widget.windowTitle(), widget.toolTip(), widget.accessibleName(), widget.statusTip())
        match widget:
            case QLabel() | QAbstractButton():
                yield widget.text()
            case QLineEdit():
                yield widget.placeholderText()
            case QGroupBox():
                yield widget.title()
            case QComboBox():
                yield from (widget.itemText(index) for index in range(widget.count()))
            case QTabWidget():
                yield from (widget.tabText(index) for index in range(widget.count()))
            case QTableView() if widget.model() is not None:
                columns = range(widget.model().columnCount())
                yield from (str(widget.model().headerData(column, Qt.Orientation.Horizontal)) for column in columns)


def test_the_catalogues_are_whole():
    check = [sys.executable, "packaging/translations.py", "--check"]
    ended = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_catalogue_that_lacks_a_sentence_is_not_whole(tmp_path):
    for folder in ("core", "gui", "packaging"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "resources/translations").mkdir(parents=True)
    catalogue = polib.pofile(str(ROOT / "resources/translations/de.po"))
    gone = catalogue.pop()
    catalogue[0].msgstr, catalogue[0].msgstr_plural = "", {}
    catalogue.save(str(tmp_path / "resources/translations/de.po"))
    check = [sys.executable, "packaging/translations.py", "--check"]
    ended = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 1
    assert f"missing: {gone.msgid}" in ended.stdout
    assert f"not translated: {catalogue[0].msgid}" in ended.stdout
    assert "2 faults" in ended.stdout


def test_nothing_in_a_german_window_is_english(window, qtbot):
    english = set(words_of(window))
    save_settings(Settings(language=Language.GERMAN))
    apply_language(QApplication.instance())
    spoken = MainWindow()
    qtbot.addWidget(spoken)
    assert len(english) > 150
    left = {words for words in english.intersection(words_of(spoken)) if not THE_SAME.fullmatch(words)}
    assert left == set()


def test_singular_and_plural(german):
    assert tr_count("{count} day", "{count} days", 1) == "1 Tag"
    assert tr_count("{count} day", "{count} days", 1200) == "1200 Tage"


@pytest.fixture
def program(window, qtbot, tmp_path):
    """The program around a window, with the settings of `window`."""
    instance, signals = SingleInstance(tmp_path), QuitSignals()
    assert instance.take()
    made = WindowProgram(instance, signals)
    made.window.show()
    yield made
    made.close()
    made.window.close()
    made.window.deleteLater()
    instance.release()
    signals.close()


def test_a_language_chosen_in_the_welcome_is_spoken_at_once_and_kept(program, qtbot):
    with qtbot.waitSignal(program.window.job_shown, timeout=60_000):
        program.window.show_welcome()
    before = program.window
    before.welcome.languages.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not isValid(before), timeout=20_000)
    assert load_settings().language is Language.GERMAN
    assert program.window.tabs.tabText(0) == "Datensatz"
    assert program.window.welcome.demo.text() == "Demo ausprobieren"
    assert program.window.isVisible()
    with qtbot.waitSignal(program.window.job_shown, timeout=60_000):
        pass
    program.window.welcome.accept()


@pytest.mark.parametrize("now", [True, False])
def test_a_language_chosen_in_the_menu_is_asked_about(program, qtbot, monkeypatch, now):
    monkeypatch.setattr(messages, "ask_new_window", lambda _parent: now)
    before = program.window
    before.view_menu.languages[Language.GERMAN].trigger()
    if now:
        qtbot.waitUntil(lambda: not isValid(before), timeout=20_000)
    QApplication.processEvents()
    assert load_settings().language is Language.GERMAN
    assert program.window.tabs.tabText(0) == ("Datensatz" if now else "Dataset")
