"""Dark and light colours; dark is the default because reading rooms are dark."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from gui.state.settings import Theme

ORANGE, BLUE, SKY, GREEN = "#e69f00", "#0072b2", "#56b4e9", "#009e73"  # Okabe and Ito 2008: colour-blind safe


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours of one theme, "#rrggbb".

    likely, review, unlikely: text colours, so their contrast ratio to the panel is at least 4.5
    (WCAG 2.1).
    """

    window: str
    panel: str
    text: str
    quiet: str
    line: str
    accent: str
    likely: str
    review: str
    unlikely: str


DARK = Colours("#14171c", "#1d2229", "#e6e9ee", "#98a2b0", "#343c48", "#56b4e9", ORANGE, SKY, GREEN)
LIGHT = Colours("#f4f5f7", "#ffffff", "#1b1f24", "#5b6470", "#c9ced6", "#0067a3", "#8a5a00", "#0067a3", "#00704f")


def theme_colours(theme: Theme) -> Colours:
    """Return the colours of a theme; Theme.SYSTEM takes the desktop's colour scheme."""
    if theme is Theme.SYSTEM:
        return LIGHT if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light else DARK
    return LIGHT if theme is Theme.LIGHT else DARK


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Set the palette and style sheet of the whole application."""
    colours = theme_colours(theme)
    application.setStyle("Fusion")
    application.setPalette(_build_palette(colours))
    application.setStyleSheet(_build_style_sheet(colours))


def _build_palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, colours.window),
        (roles.Base, colours.panel),
        (roles.AlternateBase, colours.window),
        (roles.Button, colours.panel),
        (roles.WindowText, colours.text),
        (roles.Text, colours.text),
        (roles.ButtonText, colours.text),
        (roles.PlaceholderText, colours.quiet),
        (roles.ToolTipBase, colours.panel),
        (roles.ToolTipText, colours.text),
        (roles.Highlight, colours.accent),
        (roles.HighlightedText, colours.window),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.quiet))
    return palette


def _build_style_sheet(colours: Colours) -> str:
    return f"""
        QGroupBox {{ border: 1px solid {colours.line}; border-radius: 6px; margin-top: 12px; padding: 8px; }}
        QGroupBox:!checked {{ border-color: transparent; }}
        QGroupBox::title {{ subcontrol-origin: margin; left: 10px; color: {colours.quiet}; }}
        QPushButton {{ padding: 7px 14px; border: 1px solid {colours.line}; border-radius: 5px;
                       background: {colours.panel}; }}
        QPushButton:hover, QPushButton:focus {{ border-color: {colours.accent}; }}
        QPushButton:disabled {{ color: {colours.quiet}; }}
        QPushButton[called="true"] {{ background: {colours.accent}; color: {colours.window}; font-weight: bold; }}
        QTabWidget::pane {{ border: none; border-top: 1px solid {colours.line}; }}
        QTabBar {{ qproperty-drawBase: 0; }}
        QTabBar::tab {{ padding: 7px 18px; border: none; border-bottom: 3px solid transparent; }}
        QTabBar::tab:selected {{ border-bottom: 3px solid {colours.accent}; }}
        QCheckBox::indicator, QGroupBox::indicator {{ width: 13px; height: 13px; border-radius: 3px;
                       border: 1px solid {colours.quiet}; background: {colours.panel}; }}
        QCheckBox::indicator:checked, QGroupBox::indicator:checked {{ background: {colours.accent}; }}
        QCheckBox::indicator:disabled {{ border-color: {colours.line}; }}
        QCheckBox::indicator:checked:disabled {{ background: {colours.line}; }}
        QToolButton[role="bar"], QToolButton[role="caution"] {{ padding: 4px 7px; border: 1px solid transparent;
                       border-radius: 5px; background: transparent; }}
        QToolButton[role="caution"] {{ color: {colours.likely}; }}
        QToolButton[role="bar"]:hover, QToolButton[role="bar"]:focus, QToolButton[role="bar"]:checked,
        QToolButton[role="caution"]:hover, QToolButton[role="caution"]:focus {{ border-color: {colours.accent}; }}
        QToolButton[role="bar"]:disabled {{ color: {colours.quiet}; }}
        QToolButton[role="bar"]::menu-indicator {{ image: none; }}
        QLabel[role="quiet"] {{ color: {colours.quiet}; }}
        QLabel[role="verdict"] {{ font-size: 26px; font-weight: bold; }}
        QMenuBar {{ background: transparent; }}
        QMenuBar::item {{ padding: 5px 12px 8px 12px; background: transparent; }}
        QMenuBar::item:selected {{ color: {colours.accent}; }}
        QWidget#job_strip {{ border-top: 1px solid {colours.line}; }}
        QWidget#job_strip QToolButton {{ padding: 1px 10px; border: 1px solid transparent; border-radius: 4px; }}
        QWidget#job_strip QToolButton:hover, QWidget#job_strip QToolButton:focus {{ border-color: {colours.accent}; }}
        QProgressBar#job_progress {{ border: none; border-radius: 2px; background: {colours.line}; }}
        QProgressBar#job_progress::chunk {{ border-radius: 2px; background: {colours.accent}; }}
        QFrame[role="card"] {{ border: 1px solid {colours.accent}; border-radius: 6px; background: {colours.panel}; }}
        QFrame#drop_area {{ border: 2px dashed {colours.line}; border-radius: 10px; }}
        """
