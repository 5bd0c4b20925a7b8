"""One film with the model's answer, or the reason why there is none."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.films.film_facts import FilmFacts
from core.inference.heat_regions import format_legend
from core.metrics.figure_labels import format_probability
from core.screening.events import FilmReading, FilmRefusal, LedgerRow, Status
from core.system.errors import EXPLANATIONS, REFUSALS, UNLIKE_CAUTION, Reason, format_reason
from core.system.language import marked, tr
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from gui.classify.film_panel import FilmPanel
from gui.classify.worklist_table import format_decision
from gui.film.thumbnails import Thumbnails
from gui.widgets.named_widgets import make_paragraph

BLANK = np.zeros((64, 64), np.uint8)  # shown until the film is read
NO_FILM = marked("No film is open.")
UNLIKE = marked("⚠ Unlike the validated films")
HIDDEN = marked("Make your call first; the model's answer is shown afterwards.")


class ReadingPanel(QWidget):
    """Shows verdict, details, film and heat map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._plain = Thumbnails(None, self, max_pending=1)
        self._plain.ready.connect(self._on_plain)
        self.verdict = make_paragraph(tr(NO_FILM), "verdict", tr("Verdict"))
        self.verdict.setProperty("role", "verdict")
        self.details = make_paragraph(tr(NOTICE), "details", tr("Details"))
        self.film = FilmPanel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.verdict)
        column.addWidget(self.details)
        column.addWidget(self.film, 1)

    def close_films(self) -> None:
        """Stop reading in the background."""
        self._plain.close()
        self.film.close()

    def show_nothing(self) -> None:
        """Show that no film is open."""
        self._path = None
        self.verdict.setText(tr(NO_FILM))
        self.details.setText(tr(NOTICE))
        self.film.show_reading(BLANK, None)

    def show_answer(self, film: FilmReading) -> None:
        """Show the model's answer with its heat map."""
        self._path = None
        finding, probability = escape_name(film.finding), format_probability(film.probability)
        verdict = f"{finding} · {format_decision(film.decision)}"
        self.verdict.setText(f"{tr(UNLIKE)}\n{verdict}" if film.is_unlike else verdict)
        details = [
            escape_name(film.path.name),
            tr("classified as {label}", label=escape_name(film.label)),
            tr("probability of {finding} {probability}", finding=finding, probability=probability),
        ]
        if film.threshold is not None:
            details.append(tr("threshold {threshold:.3f}", threshold=film.threshold))
        lines = [f"⚠ {tr(UNLIKE_CAUTION)}"] if film.is_unlike else []
        lines.append(" · ".join((*details, escape_name(film.model))))
        if film.reason in REFUSALS:
            lines.append("⚠ " + tr("Scored although it was refused: {reason}.", reason=format_reason(film.reason)))
        lines += [f"⚠ {sentence}" for sentence in film.cautions]
        lines.append(format_legend(film.heat, finding, film.is_heat_scaled))
        self.details.setText("\n".join((*lines, f"{film.validation} {tr(NOTICE)}")))
        self.film.show_reading(film.pixels, film.heat, film.details, film.decision, film.facts)

    def show_hidden(self, film: FilmReading) -> None:
        """Show the film without the answer because the reader has not called it yet."""
        self._path = None
        self.verdict.setText(tr("Answer hidden"))
        self.details.setText(f"{escape_name(film.path.name)}\n{tr(HIDDEN)}")
        self.film.show_reading(film.pixels, None, film.details, facts=film.facts)

    def show_refusal(self, film: FilmRefusal) -> None:
        """Show a film that the model's gate refused, and why."""
        self._path = None
        self.verdict.setText(tr("Refused: {reason}", reason=format_reason(film.reason)))
        lines = (escape_name(film.path.name), tr(REFUSALS[film.reason]), tr(NOTICE))
        self.details.setText("\n".join(lines))
        self.film.show_reading(film.pixels, None, film.details, facts=film.facts)

    def show_without_answer(self, row: LedgerRow, path: Path) -> None:
        """Show why a file has no answer, and the film itself if it can be read."""
        self._path = path
        reason = format_reason(row.reason)
        if row.status is Status.FAILED:
            self.verdict.setText(tr("Failed: {reason}", reason=reason))
        else:
            self.verdict.setText(tr("Refused: {reason}", reason=reason))
        lines = [escape_name(row.file)]
        if row.reason in set(Reason) and (explanation := EXPLANATIONS.get(Reason(row.reason))):
            lines.append(tr(explanation))
        self.details.setText("\n".join(line for line in (*lines, tr(NOTICE)) if line))
        self.film.show_reading(BLANK, None)
        self._plain.request(path)

    def show_changed(self, row: LedgerRow) -> None:
        """Show that the film changed, so that what was read from it no longer holds."""
        self._path = None
        self.verdict.setText(tr("This film has changed; it is read again."))
        self.details.setText(f"{escape_name(row.file)}\n{tr(NOTICE)}")
        self.film.show_reading(BLANK, None)

    @Slot(object, object, object)
    def _on_plain(self, path: Path, image: QImage | None, facts: FilmFacts | None) -> None:
        if path == self._path and image is not None:
            self.film.film_view.show_image(image)
            self.film.show_facts(facts)
