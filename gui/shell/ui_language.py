"""The language that the settings ask for, in the program's own words and in Qt's."""

import sys
from pathlib import Path

import PySide6
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from core.system.language import Language, set_language
from gui.state.settings import load_settings

QT_WORDS = "qtbase"  # Qt's catalogue with the words of its dialogs and buttons


def choose_language() -> Language:
    """What was chosen; until then the system's language if we speak it, English if not."""
    system = QLocale.system().name().partition("_")[0]
    return load_settings().language or next((one for one in Language if one.value == system), Language.ENGLISH)


def apply_language(application: QApplication) -> None:
    """From now on new widgets speak the wanted language. Raises FileNotFoundError where its catalogue is missing."""
    language = choose_language()
    set_language(language)
    for earlier in application.findChildren(QTranslator):
        application.removeTranslator(earlier)
        earlier.deleteLater()
    translator = QTranslator(application)
    if translator.load(QLocale(language.value), QT_WORDS, "_", str(_qt_words())):
        application.installTranslator(translator)


def _qt_words() -> Path:
    """Where Qt's catalogues lie; QLibraryInfo is wrong where a packaged program's path holds a comma."""
    package = Path(PySide6.__file__).parent
    return package / ("translations" if sys.platform == "win32" else "Qt/translations")
