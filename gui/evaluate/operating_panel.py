"""Choosing the operating point: on validation films, from a wish in words or by dragging. Keeps nothing itself."""

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from core.metrics.intervals import Figure
from core.models.model_header import ModelHeader
from core.models.operating_point import BAND_ERROR, Goal, Wish, parse_wish
from core.models.point_selection import Proposal, propose_point, validation_predictions
from core.system.errors import JobFailed
from core.system.language import marked, tr
from gui.evaluate.threshold_plots import ThresholdPlots
from gui.widgets.named_widgets import button, named, paragraph, row_of
from gui.widgets.theme import Colours

WISHES: Final = (
    marked("best balance"),
    marked("miss at most 2 of 100"),
    marked("miss at most 5 of 100"),
    marked("miss at most 10 of 100"),
    marked("at most 5 % false alarms"),
    marked("at most 10 % false alarms"),
)
ERRORS: Final = (1, 2, 5, 10)  # of 100
NO_POINT: Final = marked(
    "An operating point can be chosen here for models that carry answers on their validation films."
)


class OperatingPanel(QWidget):
    """Signals: point_wanted(Wish, float) to use a proposal with its error rate; own_point_wanted()."""

    point_wanted = Signal(object, float)
    own_point_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header: ModelHeader | None = None
        self._proposal: Proposal | None = None
        self._is_busy = False
        self.wish = named(QComboBox(editable=True), "wish", tr("What the operating point should keep"))
        self.wish.addItems([tr(wish) for wish in WISHES])
        self.wish.setToolTip(tr("Choose, or write: miss at most 3 of 100; at most 8 % false alarms; 0.4"))
        self.wish.setMinimumWidth(240)
        self.wish.currentTextChanged.connect(self._on_wish_changed)
        self.error = named(QComboBox(), "error_rate", tr("Error rate of the answers likely and unlikely"))
        for count in ERRORS:
            self.error.addItem(tr("{count} of 100", count=count), count / 100)
        self.error.setCurrentIndex(self.error.findData(BAND_ERROR))
        self.error.currentTextChanged.connect(self._on_wish_changed)
        self.use = button(tr("Use on this computer"), "use_point", self._on_use)
        self.own = button(tr("Back to the model's own"), "own_point", self._on_own)
        row = row_of((QLabel(tr("Wish")), self.wish, QLabel(tr("Likely and unlikely err at most")), self.error))
        row.addWidget(self.use)
        row.addWidget(self.own)
        self.now, self.sentence, self.shares = (
            paragraph("", name, title)
            for name, title in (
                ("point_in_use", tr("Point in use")),
                ("proposal", tr("Proposal")),
                ("three_way", tr("Three way")),
            )
        )
        self.plots = ThresholdPlots()
        self.plots.threshold_moved.connect(self._on_dragged)
        layout = QVBoxLayout(self)
        layout.addWidget(self.now)
        layout.addLayout(row)
        layout.addWidget(self.sentence)
        layout.addWidget(self.shares)
        layout.addWidget(self.plots, 1)
        self._update()

    def set_colours(self, colours: Colours) -> None:
        self.plots.set_colours(colours)

    def set_busy(self, is_busy: bool) -> None:
        """Forbid using a point while a job runs."""
        self._is_busy = is_busy
        self._update()

    def show_model(self, header: ModelHeader, point: str) -> None:
        """Show the validation films of a model (header: at the operating point in use, which `point` tells)."""
        self._header = header
        self.now.setText(tr("In use: {point}", point=point))
        try:
            answers = validation_predictions(header)
        except JobFailed as why:
            self._header = None
            self.sentence.setText(f"{tr(NO_POINT)} {why.sentence}")
            self.shares.setText("")
            self.plots.setVisible(False)
            self._update()
            return
        self.plots.setVisible(True)
        self.plots.show_answers(answers.labels, answers.probabilities(header.calibration.temperature))
        self._propose()

    def _propose(self) -> None:
        """Fit what is wished, and say what it does on the validation films."""
        self._proposal = None
        if self._header is None:
            return
        try:
            self._proposal = propose_point(self._header, parse_wish(self.wish.currentText()), self.error.currentData())
        except JobFailed as why:
            self.sentence.setText(why.sentence)
            self.shares.setText("")
        else:
            found = self._proposal
            self.plots.set_threshold(found.threshold)
            threshold = tr("Threshold {threshold:.4f}.", threshold=found.threshold)
            self.sentence.setText(f"{threshold} {found.sentence}")
            self.shares.setText(_band_in_words(found, self.error.currentData()))
        self._update()

    def _update(self) -> None:
        self.use.setEnabled(self._proposal is not None and not self._is_busy)
        self.own.setEnabled(self._header is not None and not self._is_busy)

    @Slot()
    def _on_wish_changed(self) -> None:
        self._propose()

    @Slot(float)
    def _on_dragged(self, threshold: float) -> None:
        self.wish.setEditText(str(Wish(Goal.THRESHOLD, min(1.0, threshold))))

    @Slot()
    def _on_use(self) -> None:
        if self._proposal is not None:
            self.point_wanted.emit(self._proposal.wish, self.error.currentData())

    @Slot()
    def _on_own(self) -> None:
        self.own_point_wanted.emit()


def _band_in_words(found: Proposal, wished: float) -> str:
    """What the three-way answer would promise, and how many films it would leave to the reader. wished: error rate."""
    shares, band = found.shares, found.band
    promise = tr(
        "Three-way answer: likely and unlikely wrong about at most {errors:.1f} of 100 of each class.",
        errors=100 * band.error,
    )
    if band.error > wished:
        promise += " " + tr("With so few validation films no less can be promised.")
    outcome = tr(
        "Sent to review: {review} of the validation films; with the finding and called unlikely: {missed}; without it "
        "and called likely: {alarmed}.",
        review=_percent(shares.review),
        missed=_percent(shares.missed),
        alarmed=_percent(shares.alarmed),
    )
    return f"{promise} {outcome}"


def _percent(figure: Figure | None) -> str:
    if figure is None:
        return tr("not defined")
    value, low, high = (100 * share for share in (figure.value, figure.low, figure.high))
    return tr("{value:.1f} % ({low:.1f} to {high:.1f})", value=value, low=low, high=high)
