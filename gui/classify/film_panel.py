"""A film with its tools, its heat map and what its file tells; the panel that a reading appears in."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from core.films.dicom_details import FilmDetails
from core.inference.heat_regions import SUSPICIOUS_SHARE, Heat, border_fraction
from core.system.language import marked, tr
from gui.film.film_picture import Pixels, Window
from gui.film.film_view import FilmView
from gui.widgets.named_widgets import named, paragraph
from gui.widgets.theme import ORANGE

SPACING_PX: Final = 4
SMALLER: Final = 0.9  # of the desktop's letters
HEAT_OUTSIDE: Final = marked(
    "⚠ {share:.0%} of the heat lies at the borders or corners of the film, where markers stand, not in the "
    "lungs. The answer may rest on something other than the lungs: read the film yourself."
)
WARNING_STYLE: Final = f"""
    QLabel#heat_warning {{ background: {ORANGE}; color: #14171c; padding: 5px 8px; border-radius: 4px; }}
"""


def _tool(text: str, name: str, accessible: str, key: str, slot: Callable[..., None], checkable: bool) -> QToolButton:
    """A quiet button; its tooltip names its key."""
    made = named(QToolButton(), name, accessible)
    made.setText(text)
    made.setAutoRaise(True)
    made.setCheckable(checkable)
    made.setToolTip(f"{accessible} ({key})")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the film
    made.clicked.connect(slot)
    return made


class _Body(QWidget):
    """Everything on the panel; hands keys that no widget inside wanted to `take_key`."""

    def __init__(self, take_key: Callable[[QKeyEvent], bool]) -> None:
        super().__init__()
        self._take_key = take_key

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._take_key(event):
            super().keyPressEvent(event)


class _FullScreen(QWidget):
    """A window for the body of a panel. Signal: closed(), when a person closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Film"))
        self.column = QVBoxLayout(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)


class FilmPanel(QWidget):
    """Shows one reading: its film, its heat map, a warning where the heat lies wrong, and the file's details."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "film_panel", tr("Film with tools"))
        self.film_view = FilmView()
        self._build_tools()
        self.details = paragraph("", "film_details", tr("Film details"))
        self.warning = paragraph("", "heat_warning", tr("Warning"))
        self.warning.setStyleSheet(WARNING_STYLE)
        self.state = named(QLabel(textFormat=Qt.TextFormat.PlainText), "film_state", tr("How the film is shown"))
        self.state.setProperty("role", "quiet")
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        font = self.state.font()
        font.setPointSizeF(font.pointSizeF() * SMALLER)
        self.state.setFont(font)
        self._body = _Body(self._take_key)
        self._full_screen = _FullScreen(self)
        self._full_screen.closed.connect(self._on_full_screen_closed)
        self._lay_out()
        self.film_view.view_changed.connect(self._on_view_changed)
        self.show_details(FilmDetails(), 0.0)
        self._on_view_changed()

    def _build_tools(self) -> None:
        view = self.film_view
        reset, beside = tr("Reset window: brightness and contrast"), tr("Film and heat map side by side")
        self.tools = {
            name: _tool(text, name, accessible, key, slot, checkable)
            for text, name, accessible, key, slot, checkable in (
                (tr("Fit"), "fit", tr("Whole film"), "F", view.fit, False),
                ("1:1", "actual_size", tr("One film pixel on one screen pixel"), "Z", view.actual_size, False),
                ("−", "zoom_out", tr("Zoom out"), "−", view.zoom_out, False),
                ("+", "zoom_in", tr("Zoom in"), "+", view.zoom_in, False),
                (tr("Rotate"), "rotate", tr("Rotate a quarter turn clockwise"), "R", self._on_rotate, False),
                (tr("Invert"), "invert", tr("Invert black and white"), "I", view.invert, True),
                (tr("Reset grey"), "reset_window", reset, "W", view.reset_window, False),
                (tr("Full screen"), "full_screen", tr("Full screen"), "F11", self.show_full_screen, True),
                (tr("Heat map"), "heat", tr("Show the heat map"), "H", view.show_heat, True),
                (tr("Side by side"), "side_by_side", beside, "S", view.set_side_by_side, True),
            )
        }
        self.opacity = named(QSlider(Qt.Orientation.Horizontal), "opacity", tr("Heat map opacity"))
        self.opacity.setRange(0, 100)
        self.opacity.setToolTip(tr("Heat map opacity"))
        self.opacity.setValue(view.look.heat_opacity)
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
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING_PX)
        column.addWidget(self.details)
        column.addLayout(first)
        column.addWidget(self.film_view, 1)
        column.addWidget(self.warning)
        column.addLayout(second)
        column.addWidget(self.state)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._body)

    def show_reading(
        self, pixels: Pixels, heat: Heat | None, details: FilmDetails | None = None, share: float | None = None
    ) -> None:
        """Show a film as `FilmView.show_film` does.

        share: the heat's `heat_regions.border_share`, 0..1; None measures it here (30 ms for 9 million pixels).
        """
        self.film_view.show_film(pixels, heat)
        for widget in (self.tools["heat"], self.opacity, self.tools["side_by_side"]):
            widget.setEnabled(heat is not None)
        if share is None:
            share = 0.0 if heat is None else border_fraction(heat)
        self.show_details(details or FilmDetails(), share)

    def show_details(self, details: FilmDetails, share: float) -> None:
        """Say what the file tells, and warn where most of the heat lies at borders or markers."""
        self.details.setText(details.in_words())
        self.details.setVisible(bool(details.in_words()))
        self.warning.setText(tr(HEAT_OUTSIDE, share=share))
        self.warning.setVisible(share > SUSPICIOUS_SHARE)

    @property
    def is_full_screen(self) -> bool:
        return self._body.parentWidget() is self._full_screen

    @Slot(bool)
    def show_full_screen(self, is_full: bool) -> None:
        """Give film and tools the whole screen, or put them back."""
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
        """Keys for film and full screen, wherever on the panel the keyboard is."""
        match event.key():
            case Qt.Key.Key_F11:
                self.show_full_screen(not self.is_full_screen)
            case Qt.Key.Key_Escape if self.is_full_screen:
                self.show_full_screen(False)
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
        look = self.film_view.look
        for name, is_on in (
            ("invert", look.is_inverted),
            ("heat", look.is_heat_shown),
            ("side_by_side", look.is_side_by_side),
        ):
            self.tools[name].setChecked(is_on)
        self.state.setText(_in_words(self.film_view, look))


def _in_words(view: FilmView, look: Window) -> str:
    """Size, zoom, window and turn of the film shown; "" without a film."""
    size = view.film_size
    if size.isEmpty():
        return ""
    told = [f"{size.width():,} × {size.height():,} px", f"{view.zoom_percent:.0f} %"]
    told.append(tr("window centre {centre:.0f} width {width:.0f}", centre=look.centre, width=look.width))
    if look.is_inverted:
        told.append(tr("inverted"))
    if look.quarter_turns:
        told.append(tr("turned {degrees}°", degrees=90 * look.quarter_turns))
    return " · ".join(told)
