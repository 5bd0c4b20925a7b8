"""One film as large as the pane, with its verdict, its tools and its texts over it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.films.dicom_details import FilmDetails
from core.films.film_facts import FilmFacts
from core.inference.heat_regions import Heat
from core.screening.verdict import Verdict
from core.system.language import tr
from gui.film.film_picture import Pixels
from gui.film.film_view import FilmView
from gui.reading.film_overlays import FilmOverlays, format_state
from gui.reading.overlay_texts import OVERLAY_STYLE
from gui.state.settings import Mouse
from gui.widgets.named_widgets import name_widget

WAITING_MS: Final = 400  # a film that comes sooner needs no word


class FilmPane(QWidget):
    """Shows one film at a time, by a generation number that grows with each.

    It takes no keys: the reading room calls `run_tool` and `hold_heat`. A heat map is part of the model's answer:
    it is seen only beside a verdict that has a decision.
    Signals: film_painted(generation) when the film's pixels were painted for the first time; override_wanted();
    next_wanted(by) from the wheel as in a PACS; full_screen_wanted().
    """

    film_painted = Signal(int)
    override_wanted = Signal()
    next_wanted = Signal(int)
    full_screen_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "film_pane", tr("Film with verdict and tools"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setStyleSheet(OVERLAY_STYLE)
        self.view = FilmView(self)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click on the film gives the focus to the pane
        self.overlays = FilmOverlays(self)
        self._generation = 0
        self._heat: Heat | None = None
        self._shown_heat: Heat | None = None  # None while the answer is hidden
        self._heat_warning = ""
        self._verdict: Verdict | None = None
        self._is_heat_held = self._is_heat_pinned = False
        self._waiting = QTimer(self, interval=WAITING_MS, singleShot=True)
        self._waiting.timeout.connect(self._on_waited)
        self._tools = self._name_tools()
        self.view.film_painted.connect(self._on_film_painted)
        self.view.next_wanted.connect(self.next_wanted)
        self.view.view_changed.connect(self._on_view_changed)
        self.overlays.strip.tool_wanted.connect(self.run_tool)
        self.overlays.box.override_wanted.connect(self.override_wanted)
        self.overlays.box.details_wanted.connect(self._on_details_wanted)
        self._on_view_changed()

    def _name_tools(self) -> dict[str, Callable[[], None]]:
        view, overlays = self.view, self.overlays
        return {
            "fit": view.fit,
            "actual_size": view.actual_size,
            "zoom_in": view.zoom_in,
            "zoom_out": view.zoom_out,
            "rotate": lambda: view.rotate(1),
            "invert": lambda: view.invert(not view.settings.is_inverted),
            "reset_window": view.reset_window,
            "side_by_side": lambda: view.set_side_by_side(not view.settings.is_side_by_side),
            "heat": self.pin_heat,
            "facts": lambda: overlays.show_panels(not overlays.is_facts_wanted, overlays.is_details_wanted),
            "details": lambda: overlays.show_panels(overlays.is_facts_wanted, not overlays.is_details_wanted),
            "full_screen": self.full_screen_wanted.emit,
        }

    def show_waiting(self, generation: int, caption: str) -> None:
        """Take the film and its verdict away at once, as another film is read."""
        self._begin(generation)
        self.view.clear()
        self.overlays.show_film_texts(None, None)
        self.show_caption(caption)
        self._waiting.start()

    def show_film(self, generation: int, pixels: Pixels, facts: FilmFacts | None, details: FilmDetails | None) -> None:
        """Show a film, with what its file says; ignored if a later film is shown already.

        A verdict that was shown for an earlier film is taken away.
        """
        if generation < self._generation:
            return
        self._begin(generation)
        self.overlays.show_film_texts(facts, details)
        self.view.show_film(pixels, None, generation)
        self._shown_heat = None
        self._update_heat()

    def show_unreadable(self, generation: int, sentence: str) -> None:
        """Show why there is no film; ignored if a later film is shown already."""
        if generation < self._generation:
            return
        self._begin(generation)
        self.view.clear()
        self.overlays.show_film_texts(None, None)
        self.overlays.show_text(self.overlays.message, sentence)

    def _begin(self, generation: int) -> None:
        """Forget everything about an earlier film."""
        self._waiting.stop()
        self.overlays.show_text(self.overlays.message, "")
        if generation != self._generation:
            self._generation = generation
            self._heat, self._heat_warning = None, ""
            self.show_verdict(None)

    def show_caption(self, caption: str) -> None:
        """Show the film's name and place in the list, plain text."""
        self.overlays.show_text(self.overlays.caption, caption)

    @property
    def verdict(self) -> Verdict | None:
        """What is shown of the film, None while nothing is."""
        return self._verdict

    def show_verdict(self, verdict: Verdict | None, can_override: bool = False) -> None:
        """Show the verdict on the film shown. can_override: it was refused and may be scored anyway."""
        self._verdict = verdict
        self.overlays.show_verdict(verdict, can_override)
        self._update_heat()

    def show_heat(self, generation: int, heat: Heat, warning: str) -> None:
        """Keep the heat map of the film shown until it is wanted; ignored if it is another film's.

        warning: a sentence on heat outside the lungs, "" for none.
        """
        if generation == self._generation:
            self._heat, self._heat_warning = heat, warning
            self._update_heat()

    def hold_heat(self, is_held: bool) -> None:
        """Show the heat map while a key is held."""
        self._is_heat_held = is_held
        self._update_heat()

    def pin_heat(self) -> None:
        """Keep the heat map on, for this film and the next ones, or let it go."""
        self._is_heat_pinned = not self._is_heat_pinned
        self._update_heat()

    def _update_heat(self) -> None:
        """Show the heat map and its warning where they are wanted and the answer is not hidden."""
        has_answer = self._verdict is not None and self._verdict.decision is not None
        heat = self._heat if has_answer else None
        if heat is not self._shown_heat:
            self.view.set_heat(heat)
            self._shown_heat = heat
        self.overlays.show_text(self.overlays.warning, self._heat_warning if has_answer else "")
        self.view.show_heat(self._is_heat_held or self._is_heat_pinned)

    @Slot(str)
    def run_tool(self, name: str) -> None:
        """Carry out a tool of the strip, by its name; also "details" of the verdict. Raises KeyError for others."""
        self._tools[name]()

    def set_mouse(self, mouse: Mouse) -> None:
        """Choose what buttons and wheel do."""
        self.view.set_mouse(mouse)

    @Slot(int)
    def _on_film_painted(self, generation: int) -> None:
        if generation == self._generation:
            self.film_painted.emit(generation)

    @Slot()
    def _on_waited(self) -> None:
        self.overlays.show_text(self.overlays.message, tr("Reading the film …"))

    @Slot(bool)
    def _on_details_wanted(self, is_wanted: bool) -> None:
        self.overlays.show_panels(self.overlays.is_facts_wanted, is_wanted)

    @Slot()
    def _on_view_changed(self) -> None:
        settings = self.view.settings
        self.overlays.strip.show_state(
            invert=settings.is_inverted, side_by_side=settings.is_side_by_side, heat=self._is_heat_pinned
        )
        is_heat_wanted = settings.is_heat_shown or settings.is_side_by_side
        self.overlays.show_text(self.overlays.state, format_state(self.view, is_heat_wanted))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.overlays.place()
        self.view.setGeometry(self.rect())
        self.view.set_covered_right(self.overlays.covered_right)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.view.wheelEvent(event)  # over the verdict or the tools
