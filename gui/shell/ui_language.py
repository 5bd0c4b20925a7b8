"""Apply the language of the settings to the program's own texts and to Qt's."""

import sys
from pathlib import Path

import PySide6
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from core.system.language import Language, current_language, set_language
from gui.state.settings import load_settings

QT_CATALOGUE = "qtbase"  # Qt's catalogue for its dialogs and buttons


def choose_language() -> Language:
    """Return the language of the settings; without one, the system's if available, else English."""
    system = QLocale.system().name().partition("_")[0]
    available = {language.value: language for language in Language}
    return load_settings().language or available.get(system, Language.ENGLISH)


def apply_language(application: QApplication) -> None:
    """Set the language of widgets created from now on.

    It is English if the program's catalogue cannot be read. Qt's own words stay English if Qt has no
    catalogue for it.
    """
    set_language(choose_language())
    for previous in application.findChildren(QTranslator):
        application.removeTranslator(previous)
        previous.deleteLater()
    set_qt_locale()
    translator = QTranslator(application)
    if translator.load(QLocale(current_language().value), QT_CATALOGUE, "_", str(_qt_catalogue_folder())):
        application.installTranslator(translator)


def set_qt_locale() -> None:
    """Let the boxes for numbers that are created from now on follow the current language, not the system."""
    QLocale.setDefault(QLocale(current_language().value))


def _qt_catalogue_folder() -> Path:
    """Return the folder of Qt's catalogues.

    QLibraryInfo is wrong if the path of a packaged program contains a comma.
    """
    package = Path(PySide6.__file__).parent
    return package / ("translations" if sys.platform == "win32" else "Qt/translations")
