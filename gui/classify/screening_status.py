"""Progress bar and status sentence of a screening; the sentence ends with the disclaimer."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from core.jobs.events import Noted, Progressed, Severity, Stage
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.system.language import tr, tr_count
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from core.training.time_estimate import format_duration
from gui.widgets.named_widgets import make_paragraph, name_widget


class ScreeningStatus(QWidget):
    """Shows the progress of screenings and readings, and how they ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = name_widget(QProgressBar(), "progress", tr("Progress of the screening"))
        self.sentence = make_paragraph(tr(NOTICE), "status", tr("Status"))
        self._idle_sentence = tr(NOTICE)  # shown while no job runs
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.progress)
        layout.addWidget(self.sentence)

    def reset(self) -> None:
        """Forget how an earlier screening ended."""
        self._idle_sentence = tr(NOTICE)

    def show_event(self, event: object, folder: Path | None) -> None:
        """Show one event; folder: the folder being screened or watched."""
        match event:
            case Progressed(Stage.WATCHING, done):
                self.progress.setRange(0, 0)
                sentence = tr_count(
                    "Watching {folder}: {count} file so far. {notice}",
                    "Watching {folder}: {count} files so far. {notice}",
                    done,
                    folder=escape_name(str(folder)),
                    notice=tr(NOTICE),
                )
                self.sentence.setText(sentence)
            case Progressed(stage):
                self.sentence.setText(f"{tr(stage)}…")
                self.progress.setRange(0, 0)
            case ScreeningStarted(found, resumed):
                self.progress.setRange(0, max(1, found))
                self.progress.setValue(len(resumed))
            case FilmAnswered(_, done, total, seconds_left):
                self.progress.setValue(done)
                self.sentence.setText(_format_progress(done, total, seconds_left))
            case Noted(sentence, Severity.WARNING):
                self.sentence.setText(sentence)

    def show_screening(self, result: ScreeningResult) -> None:
        """Show how a screening ended, until the next one begins."""
        stopped = () if result.completed else (tr("Stopped early; use Open worklist to continue."),)
        counts = tr_count(
            "{count} file found: {scored} scored, {refused} refused, {failed} failed.",
            "{count} files found: {scored} scored, {refused} refused, {failed} failed.",
            result.found,
            scored=result.scored,
            refused=result.refused,
            failed=result.failed,
        )
        self._idle_sentence = " ".join((*stopped, counts, *result.drift, result.validation, tr(NOTICE)))
        self.show_idle()

    @Slot()
    def show_idle(self) -> None:
        """Show that no job runs, and how the last screening ended."""
        self.progress.setRange(0, 1)
        self.progress.setValue(1)
        self.sentence.setText(self._idle_sentence)


def _format_progress(done: int, total: int, seconds_left: float | None) -> str:
    """Return how many files are done, the time left if known, and the disclaimer."""
    parts = [tr_count("{done} of {count} file", "{done} of {count} files", total, done=done)]
    if seconds_left is not None:
        parts.append(tr("{time} left", time=format_duration(seconds_left)))
    return " · ".join((*parts, tr(NOTICE)))
