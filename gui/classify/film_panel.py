"""A panel with one film, its tools, its heat map and details from its file."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from core.films.dicom_details import FilmDetails
from core.films.film_facts import FilmFacts, format_facts
from core.inference.heat_regions import Heat, border_fraction, is_suspicious
from core.models.decision import Decision
from core.system.language import format_number, marked, tr
from gui.film.film_picture import Pixels
from gui.film.film_view import FOREIGN_MODIFIERS, FilmView
from gui.widgets.named_widgets import make_paragraph, name_widget
from gui.widgets.theme import ORANGE

SPACING_PX: Final = 4
STATE_FONT_SCALE: Final = 0.9  # of the desktop's font size
HEAT_OUTSIDE: Final = marked(
    "⚠ {share:.0%} of the heat map is at the borders or corners of the film, where markers "
    "are, not in the lungs. The answer may be based on something other than the lungs: read "
    "the film yourself."
)
WARNING_STYLE: Final = f"""
    QLabel#heat_warning {{ background: {ORANGE}; color: #14171c; padding: 5px 8px; border-radius: 4px; }}
"""


def _make_tool(
    text: str, name: str, accessible: str, key: str, slot: Callable[..., None], checkable: bool
) -> QToolButton:
    """Make a flat button; its tooltip gives its key."""
    tool = name_widget(QToolButton(), name, accessible)
    tool.setText(text)
    tool.setAutoRaise(True)
    tool.setCheckable(checkable)
    tool.setToolTip(f"{accessible} ({key})")
    tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard focus on the film
    tool.clicked.connect(slot)
    return tool


class _Body(QWidget):
    """The content of the panel; passes keys that no widget inside handles to `take_key`."""

    def __init__(self, take_key: Callable[[QKeyEvent], bool]) -> None:
        super().__init__()
        self._take_key = take_key

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._take_key(event):
            super().keyPressEvent(event)


class _FullScreen(QWidget):
    """A window for the body of a panel. Signal: closed() when the user closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Film"))
        self.column = QVBoxLayout(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)


class FilmPanel(QWidget):
    """Shows a film with its heat map and details, and warns of heat outside the lungs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "film_panel", tr("Film with tools"))
        self.film_view = FilmView()
        self._build_tools()
        self.details = make_paragraph("", "film_details", tr("Film details"))
        self.what_was_read = make_paragraph("", "what_was_read", tr("What was read"))
        self.what_was_read.setProperty("role", "quiet")
        self.what_was_read.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.warning = make_paragraph("", "heat_warning", tr("Warning"))
        self.warning.setStyleSheet(WARNING_STYLE)
        self.state = name_widget(QLabel(textFormat=Qt.TextFormat.PlainText), "film_state", tr("How the film is shown"))
        self.state.setProperty("role", "quiet")
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        font = self.state.font()
        font.setPointSizeF(font.pointSizeF() * STATE_FONT_SCALE)
        self.state.setFont(font)
        self._body = _Body(self._take_key)
        self._full_screen = _FullScreen(self)
        self._full_screen.closed.connect(self._on_full_screen_closed)
        self._lay_out()
        self.film_view.view_changed.connect(self._on_view_changed)
        self.warning.hide()
        self.show_details(FilmDetails())
        self.show_facts(None)
        self._on_view_changed()

    def _build_tools(self) -> None:
        view = self.film_view
        reset, beside = tr("Reset window: brightness and contrast"), tr("Film and heat map side by side")
        self.tools = {
            name: _make_tool(text, name, accessible, key, slot, checkable)
            for text, name, accessible, key, slot, checkable in (
                (tr("Fit"), "fit", tr("Whole film"), "F", view.fit, False),
                ("1:1", "actual_size", tr("One film pixel on one screen pixel"), "Z", view.actual_size, False),
                ("−", "zoom_out", tr("Zoom out"), "−", view.zoom_out, False),
                ("+", "zoom_in", tr("Zoom in"), "+", view.zoom_in, False),
                (tr("Rotate"), "rotate", tr("Rotate a quarter turn clockwise"), "R", self._on_rotate, False),
                (tr("Invert"), "invert", tr("Invert black and white"), "I", view.invert, True),
                (tr("Reset window"), "reset_window", reset, "W", view.reset_window, False),
                (tr("Full screen"), "full_screen", tr("Full screen"), "F11", self.show_full_screen, True),
                (tr("Heat map"), "heat", tr("Show the heat map"), "H", view.show_heat, True),
                (tr("Side by side"), "side_by_side", beside, "S", view.set_side_by_side, True),
                (tr("What was read"), "facts", tr("What was read from the file"), "T", self.show_what_was_read, True),
            )
        }
        self.opacity = name_widget(QSlider(Qt.Orientation.Horizontal), "opacity", tr("Heat map opacity"))
        self.opacity.setRange(0, 100)
        self.opacity.setToolTip(tr("Heat map opacity"))
        self.opacity.setValue(view.settings.heat_opacity)
        self.opacity.valueChanged.connect(view.set_heat_opacity)

    def _lay_out(self) -> None:
        names = list(self.tools)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(SPACING_PX)
        for name in names[:8]:
            first.addWidget(self.tools[name])
        first.addStretch()
        second.addWidget(self.tools["heat"])
        second.addWidget(self.opacity, 1)
        second.addWidget(self.tools["side_by_side"])
        second.addWidget(self.tools["facts"])
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING_PX)
        column.addWidget(self.details)
        column.addWidget(self.what_was_read)
        column.addLayout(first)
        column.addWidget(self.film_view, 1)
        column.addWidget(self.warning)
        column.addLayout(second)
        column.addWidget(self.state)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._body)

    def show_reading(
        self,
        pixels: Pixels,
        heat: Heat | None,
        details: FilmDetails | None = None,
        decision: Decision | None = None,
        facts: FilmFacts | None = None,
    ) -> None:
        """Show a film as `FilmView.show_film` does, and warn if its answer rests on heat at borders or corners.

        decision: the model's, None without an answer. facts: None where nothing was read.
        """
        self.film_view.show_film(pixels, heat)
        for widget in (self.tools["heat"], self.opacity, self.tools["side_by_side"]):
            widget.setEnabled(heat is not None)
        self.warning.hide()
        if heat is not None and decision is not None and is_suspicious(heat, decision):
            self.warning.setText(tr(HEAT_OUTSIDE, share=border_fraction(heat)))
            self.warning.show()
        self.show_details(details or FilmDetails())
        self.show_facts(facts)

    def show_details(self, details: FilmDetails) -> None:
        """Show the file's details."""
        self.details.setText(details.format_line())
        self.details.setVisible(bool(details.format_line()))

    def show_facts(self, facts: FilmFacts | None) -> None:
        """Show what was read from the file, if the user asked for it."""
        self.what_was_read.setText("" if facts is None else format_facts(facts))
        self.tools["facts"].setEnabled(facts is not None)
        self.show_what_was_read(self.tools["facts"].isChecked())

    @Slot(bool)
    def show_what_was_read(self, is_shown: bool) -> None:
        """Show or hide what was read from the file; the choice stays for the next film."""
        self.tools["facts"].setChecked(is_shown)
        self.what_was_read.setVisible(is_shown and bool(self.what_was_read.text()))

    @property
    def is_full_screen(self) -> bool:
        return self._body.parentWidget() is self._full_screen

    @Slot(bool)
    def show_full_screen(self, is_full: bool) -> None:
        """Show film and tools on the whole screen, or put them back."""
        if is_full != self.is_full_screen:
            self._full_screen.setVisible(False)
            (self._full_screen.column if is_full else self._column).addWidget(self._body)
            if is_full:
                self._full_screen.showFullScreen()
            self._body.show()
            self.film_view.setFocus()
        self.tools["full_screen"].setChecked(is_full)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.show_full_screen(False)
        super().closeEvent(event)

    def _take_key(self, event: QKeyEvent) -> bool:
        """Carry out keys for film and full screen, wherever on the panel the focus is."""
        match event.key():
            case Qt.Key.Key_F11:
                self.show_full_screen(not self.is_full_screen)
            case Qt.Key.Key_Escape if self.is_full_screen:
                self.show_full_screen(False)
            case Qt.Key.Key_T if not event.modifiers() & FOREIGN_MODIFIERS:
                self.show_what_was_read(not self.tools["facts"].isChecked())
            case _:
                return self.film_view.take_key(event)
        return True

    @Slot()
    def _on_full_screen_closed(self) -> None:
        self.show_full_screen(False)

    @Slot()
    def _on_rotate(self) -> None:
        self.film_view.rotate(1)

    @Slot()
    def _on_view_changed(self) -> None:
        settings = self.film_view.settings
        for name, is_on in (
            ("invert", settings.is_inverted),
            ("heat", settings.is_heat_shown),
            ("side_by_side", settings.is_side_by_side),
        ):
            self.tools[name].setChecked(is_on)
        self.state.setText(_format_state(self.film_view))


def _format_state(view: FilmView) -> str:
    """Return size, zoom, window, inversion and rotation of the film shown; "" without a film."""
    size, settings = view.film_size, view.settings
    if size.isEmpty():
        return ""
    parts = [f"{format_number(size.width(), ',')} × {format_number(size.height(), ',')} px"]
    parts.append(format_number(view.zoom_percent / 100, ".0%"))
    parts.append(tr("window centre {centre:.0f} width {width:.0f}", centre=settings.centre, width=settings.width))
    if settings.is_inverted:
        parts.append(tr("inverted"))
    if settings.quarter_turns:
        parts.append(tr("rotated {degrees}°", degrees=90 * settings.quarter_turns))
    return " · ".join(parts)
