"""A line of three pixels that shows how far a screening is, and sentences on how one ended."""

from typing import Final

from PySide6.QtWidgets import QProgressBar, QWidget

from core.jobs.events import Progressed
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.system.language import tr, tr_count
from core.system.safe_text import escape_name
from gui.reading.open_list import OpenList
from gui.widgets.named_widgets import name_widget

HEIGHT_PX: Final = 3


class ScreeningLine(QProgressBar):
    """Always takes its three pixels; without a screening it is empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, textVisible=False)
        name_widget(self, "screening_line", tr("Progress of the screening"))
        self.setFixedHeight(HEIGHT_PX)
        self.end()

    def begin(self, title: str) -> None:
        """Show that a screening begins. title: what it does."""
        self.setAccessibleDescription(title)
        self.setRange(0, 0)

    def show_event(self, event: object) -> None:
        """Show one event of a screening."""
        match event:
            case ScreeningStarted(found, resumed):
                self.setRange(0, max(1, found))
                self.setValue(len(resumed))
            case FilmAnswered(_, done):
                self.setValue(done)
            case Progressed():
                self.setRange(0, 0)

    def end(self) -> None:
        """Show that no screening runs."""
        self.setAccessibleDescription("")
        self.setRange(0, 1)
        self.setValue(0)


def format_result(result: ScreeningResult) -> str:
    """Return how a screening ended, with its counts."""
    counts = tr_count(
        "{count} file found: {scored} scored, {refused} refused, {failed} failed.",
        "{count} files found: {scored} scored, {refused} refused, {failed} failed.",
        result.found,
        scored=result.scored,
        refused=result.refused,
        failed=result.failed,
    )
    stopped = () if result.completed else (tr("Stopped early; Open has an entry to continue."),)
    return " ".join((*stopped, counts))


def list_notes(opened: OpenList | None, model: str) -> tuple[tuple[str, ...], bool]:
    """Return what has to be known of all films of a list before any answer, and whether it warns.

    None in blind reading, as it may name films. model: name of the one chosen for the next screening.
    """
    if opened is None or opened.is_blind:
        return (), False
    warnings = [] if opened.result is None else list(opened.result.drift)
    if opened.name and opened.name != model:
        name = escape_name(opened.name)
        warnings.append(tr("These films were screened with {model}, not with the model chosen above.", model=name))
    ended = [] if opened.result is None else [opened.result.validation, format_result(opened.result)]
    return tuple(sentence for sentence in (*warnings, *ended) if sentence), bool(warnings)
