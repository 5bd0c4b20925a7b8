"""The window in another language: nothing left in English, and the choice kept."""

import re

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QTableView,
    QTabWidget,
)
from shiboken6 import isValid

from core.system.app_folders import data_folder
from core.system.language import Language, set_language
from gui.shell import window_program
from gui.shell.crash_log import CRASHES
from gui.shell.main_window import MainWindow
from gui.shell.quit_signals import QuitSignals
from gui.shell.single_instance import SingleInstance
from gui.shell.ui_language import apply_language, set_qt_locale
from gui.shell.window_program import WindowProgram
from gui.state.settings import Settings, load_settings, save_settings
from gui.widgets import messages
from gui.widgets.number_box import NumberBox

THE_SAME = re.compile(  # names, figures and units, which are the same in German
    r"PneumoScreen.*|English|Deutsch|Español|Français|Português|[\W\d_]*|.*\.safetensors.*|(ResNet|resnet|DenseNet|densenet|EfficientNet|efficientnet).*"
    r"|CSV…|Excel…|Standard|Gamma|Mixup|Rate|Zoom"
    r"|Export(\.\.\.)?"  # of pyqtgraph's menu, which is switched off
    r"|(Adam|AdamW|SGD|adam|adamw|sgd|imagenet|resnet|auc|AUC|ROC.*|Name|Training|Test|Status|Start|F1|MCC|Seed)"
)


@pytest.fixture(autouse=True)
def english_afterwards(qapp):
    yield
    set_language(Language.ENGLISH)
    set_qt_locale()
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


def test_nothing_in_a_german_window_is_english(window, qtbot):
    english = set(words_of(window))
    save_settings(Settings(language=Language.GERMAN))
    apply_language(QApplication.instance())
    spoken = MainWindow()
    qtbot.addWidget(spoken)
    assert len(english) > 150
    left = {words for words in english.intersection(words_of(spoken)) if not THE_SAME.fullmatch(words)}
    assert left == set()


@pytest.mark.parametrize(
    ("language", "cancel", "half"),
    [
        (Language.ENGLISH, "Cancel", "0.50"),
        (Language.GERMAN, "Abbrechen", "0,50"),
        (Language.SPANISH, "Cancelar", "0,50"),
        (Language.FRENCH, "Annuler", "0,50"),
        (Language.PORTUGUESE, "Cancelar", "0,50"),
    ],
)
def test_buttons_and_boxes_of_qt_speak_every_language(qtbot, own_settings, language, cancel, half):
    save_settings(Settings(language=language))
    apply_language(QApplication.instance())
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    box = NumberBox(value=0.5)
    for widget in (buttons, box):
        qtbot.addWidget(widget)
    assert buttons.buttons()[0].text().replace("&", "") == cancel
    assert box.text() == half


@pytest.fixture
def program(qapp, own_settings, errors, tmp_path, monkeypatch):
    """The program around its window. It has no other window: the second would be styled widget by widget."""
    monkeypatch.setattr(messages, "ask_stop_and_close", lambda _parent: True)
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
    qapp.setStyleSheet("")


def test_a_program_without_its_translations_is_english_and_says_so_in_the_log(request, own_settings, monkeypatch):
    def missing(name):
        raise FileNotFoundError(name)

    monkeypatch.setattr("core.system.language.resource", missing)
    save_settings(Settings(language=Language.GERMAN))
    program = request.getfixturevalue("program")
    assert program.window.tabs.tabText(0) == "Dataset"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel", "Qt's own words are not half of it"
    assert "no translations into German" in (data_folder() / CRASHES).read_text()


def test_a_language_chosen_in_the_welcome_is_spoken_at_once_and_kept(program, qtbot):
    with qtbot.waitSignal(program.window.jobs.ended, timeout=60_000):
        program.window.show_welcome()
    before = program.window
    before.welcome.languages.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not isValid(before), timeout=20_000)
    assert load_settings().language is Language.GERMAN
    assert program.window.tabs.tabText(0) == "Datensatz"
    assert program.window.welcome.demo.text() == "Demo ausprobieren"
    assert program.window.isVisible()
    qtbot.waitUntil(lambda: "arbeitet korrekt" in program.window.welcome.check.text(), timeout=60_000)
    program.window.welcome.accept()


@pytest.mark.parametrize("sentence", ["It cannot be used.", None])
def test_folders_that_cannot_be_used_are_said_once_when_the_window_opens(program, monkeypatch, sentence):
    shown = []
    monkeypatch.setattr(messages, "show_notice", lambda _parent, told: shown.append(told))
    monkeypatch.setattr(window_program, "format_lost_folders", lambda: sentence)
    save_settings(Settings(welcomed=True))
    program.open(None, demo=False)
    assert shown == ([sentence] if sentence else [])
    assert program.window.isVisible()


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


def test_the_window_opens_where_it_was_with_the_tab_that_it_showed(program, qtbot):
    save_settings(Settings(welcomed=True, tab="training_tab"))
    program.open(None, demo=False)
    assert program.window.tabs.currentWidget() is program.window.training_tab
    program.window.showNormal()
    program.window.resize(1001, 601)
    before = program.window
    program.window.new_window_wanted.emit()
    qtbot.waitUntil(lambda: not isValid(before), timeout=20_000)
    assert program.window.tabs.currentWidget() is program.window.training_tab
    kept = load_settings().window
    assert (kept.width, kept.height) == (1001, 601)
