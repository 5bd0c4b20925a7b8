"""The texts, the verdict and the tools over a film, each in its fixed place."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from core.films.dicom_details import FilmDetails
from core.films.film_facts import FilmFacts, format_facts
from core.screening.verdict import Verdict
from core.system.language import tr
from core.system.product import NOTICE
from gui.film.adjustable_film import AdjustableFilm
from gui.film.heat_picture import HeatPicture
from gui.reading.overlay_texts import SMALL, OverlayLabel, TextPanel, scale_font
from gui.reading.pane_places import GAP_PX, find_places, is_compact
from gui.reading.tool_strip import ToolStrip
from gui.reading.verdict_box import VerdictBox

LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
TOP, BOTTOM = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom


WEAK: Final = 0.5  # highest heat below which a map is called weak, of that of the clearest films


class FilmOverlays:
    """Widgets over a film, children of its pane; they never change the film's place or size."""

    def __init__(self, pane: QWidget) -> None:
        self._pane = pane
        self.caption = OverlayLabel("film_caption", tr("Film"), pane)
        self.details_line = OverlayLabel("film_details", tr("Film details"), pane)
        self.message = OverlayLabel("film_message", tr("Message"), pane, wraps=True)
        self.warning = OverlayLabel("heat_warning", tr("Warning"), pane, wraps=True)
        self.state = OverlayLabel("film_state", tr("How the film is shown"), pane, wraps=True)
        self.notice = OverlayLabel("film_notice", tr("Notice"), pane, wraps=True)
        for label in (self.details_line, self.state, self.notice):
            scale_font(label, SMALL)
        self.notice.show_text(tr(NOTICE))
        self.strip = ToolStrip(pane)
        self.box = VerdictBox(pane)
        self.facts = TextPanel("what_was_read", tr("What was read"), pane)
        self.verdict_details = TextPanel("verdict_details", tr("Details"), pane)
        self._is_facts_wanted = self._is_details_wanted = False

    def show_film_texts(self, facts: FilmFacts | None, details: FilmDetails | None) -> None:
        """Show what a film's file says; None for what it does not say."""
        self.details_line.show_text("" if details is None else details.format_line())
        self.facts.setPlainText("" if facts is None else format_facts(facts))
        self.place()

    def show_verdict(self, verdict: Verdict | None, can_override: bool) -> None:
        """Show a verdict and its details; None for no verdict."""
        self.box.show_verdict(verdict, can_override)
        self.verdict_details.setPlainText("" if verdict is None else verdict.details)
        self.place()

    def show_panels(self, is_facts_wanted: bool, is_details_wanted: bool) -> None:
        """Choose whether what was read and the verdict's details are shown, for this film and the next ones."""
        self._is_facts_wanted, self._is_details_wanted = is_facts_wanted, is_details_wanted
        self.strip.show_state(facts=is_facts_wanted)
        self.box.info.setChecked(is_details_wanted)
        self.place()

    @property
    def is_facts_wanted(self) -> bool:
        return self._is_facts_wanted

    @property
    def is_details_wanted(self) -> bool:
        return self._is_details_wanted

    def show_text(self, label: OverlayLabel, text: str) -> None:
        """Show another text in one of the labels."""
        if text != label.full_text:
            label.show_text(text)
            self.place()

    @property
    def covered_right(self) -> int:
        """Pixels at the right edge that the verdict covers."""
        return self._pane.width() - self.box.x()

    def place(self) -> None:
        """Put everything into its place in the pane as it is now."""
        pane = self._pane.size()
        compact = is_compact(pane)
        self.box.set_compact(compact)
        places = find_places(pane, self.box.size(), self.strip.size())
        self.box.move(places.box.topLeft())
        self.strip.move(places.strip.topLeft())
        sides = self.state.place(places.state, LEFT | BOTTOM), self.notice.place(places.notice, RIGHT | BOTTOM)
        self.message.place(places.message, Qt.AlignmentFlag.AlignCenter)
        floor = min(places.strip.top(), *(side.top() for side in sides)) - GAP_PX
        floor = self._place_caption(places.caption, floor, compact)
        area = places.warning
        area.setBottom(floor)
        warning = self.warning.place(area, Qt.AlignmentFlag.AlignHCenter | BOTTOM)
        if self.warning.full_text:
            floor = warning.top() - GAP_PX
        self._place_panels(places.facts, places.details, floor)

    def _place_caption(self, area: QRect, floor: int, compact: bool) -> int:
        """Put name and details of the film above `floor`; return the lowest place above them."""
        line_height = self.caption.fontMetrics().height() + 2
        self.details_line.setVisible(not compact and bool(self.details_line.full_text))
        for label in (self.details_line, self.caption):
            if label.full_text and not (compact and label is self.details_line):
                label.place(QRect(area.left(), floor - line_height, area.width(), line_height), LEFT | TOP)
                floor -= line_height + 1
        return floor - GAP_PX

    def _place_panels(self, facts: QRect, details: QRect, floor: int) -> None:
        """Show the panels that are wanted and have something to say, above `floor` and clear of each other."""
        facts.setBottom(floor)
        details.setBottom(floor)
        facts.setRight(min(facts.right(), details.left() - GAP_PX))
        for panel, area, is_wanted in (
            (self.facts, facts, self._is_facts_wanted),
            (self.verdict_details, details, self._is_details_wanted),
        ):
            panel.setVisible(is_wanted and bool(panel.toPlainText()))
            panel.place(area)


def format_state(view: AdjustableFilm, is_heat_wanted: bool) -> str:
    """Return window, zoom, inversion, rotation and what is missing of the heat map; "" without a film."""
    if view.film_size.isEmpty():
        return ""
    settings = view.settings
    parts = [
        tr("W {width:.0f} C {centre:.0f}", width=settings.width, centre=settings.centre),
        f"{view.zoom_percent:.0f} %",
    ]
    if settings.is_inverted:
        parts.append(tr("inverted"))
    if settings.quarter_turns:
        parts.append(tr("rotated {degrees}°", degrees=90 * settings.quarter_turns))
    if is_heat_wanted:
        parts.append(_describe_heat(view.heat))
    return " · ".join(filter(None, parts))


def _describe_heat(heat: HeatPicture | None) -> str:
    """Return what a heat map that is wanted shows too little of; "" where its outline says it all."""
    if heat is None:
        return tr("no heat map")
    if heat.is_pale:
        return tr("heat map: next to nothing")
    return tr("heat map: weak") if heat.strength < WEAK else ""
