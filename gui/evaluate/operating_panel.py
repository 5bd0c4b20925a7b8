"""Choose the operating point on validation films, by a request in words or by dragging."""

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from core.metrics.curves import threshold_curves
from core.metrics.intervals import Figure
from core.models.model_header import ModelHeader
from core.models.operating_point import BAND_ERROR, Goal, Wish, parse_wish
from core.models.point_selection import Proposal, propose_point, validation_predictions
from core.system.errors import JobFailed
from core.system.language import marked, tr
from gui.evaluate.threshold_plots import ThresholdPlots
from gui.widgets.named_widgets import make_button, make_flow, make_paragraph, name_widget
from gui.widgets.theme import Colours

WISHES: Final = (
    marked("best balance"),
    marked("miss at most 2 of 100"),
    marked("miss at most 5 of 100"),
    marked("miss at most 10 of 100"),
    marked("at most 5 % false alarms"),
    marked("at most 10 % false alarms"),
)
ERROR_PERCENTAGES: Final = (1, 2, 5, 10)
NO_POINT: Final = marked(
    "An operating point can be chosen here only for models whose file contains predictions on their validation films."
)


class OperatingPanel(QWidget):
    """Proposes operating points and shows their effect on the validation films.

    Signals: point_wanted(Wish, float), to use a proposal with this error rate of the review band;
    own_point_wanted(), to restore the model's own point.
    """

    point_wanted = Signal(object, float)
    own_point_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header: ModelHeader | None = None
        self._proposal: Proposal | None = None
        self._is_busy = False
        self.wish = name_widget(QComboBox(editable=True), "wish", tr("Requirement on the operating point"))
        self.wish.addItems([tr(wish) for wish in WISHES])
        self.wish.setToolTip(tr("Choose or type, for example: miss at most 3 of 100; at most 8 % false alarms; 0.4"))
        self.wish.setMinimumWidth(240)
        self.wish.currentTextChanged.connect(self._on_wish_changed)
        self.error = name_widget(QComboBox(), "error_rate", tr("Error rate of likely and unlikely answers"))
        for count in ERROR_PERCENTAGES:
            self.error.addItem(tr("{count} of 100", count=count), count / 100)
        self.error.setCurrentIndex(self.error.findData(BAND_ERROR))
        self.error.currentTextChanged.connect(self._on_wish_changed)
        self.use = make_button(tr("Use on this computer"), "use_point", self._on_use)
        self.own = make_button(tr("Restore the model's own"), "own_point", self._on_own)
        inputs = (QLabel(tr("Requirement")), self.wish, QLabel(tr("Error rate at most")), self.error)
        row = make_flow((*inputs, self.use, self.own))
        self.now = make_paragraph("", "point_in_use", tr("Point in use"))
        self.sentence = make_paragraph("", "proposal", tr("Proposal"))
        self.shares = make_paragraph("", "three_way", tr("Three-way answer"))
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
        """Disable the buttons while a job runs."""
        self._is_busy = is_busy
        self._update()

    def show_model(self, header: ModelHeader, point: str) -> None:
        """Show a model's validation films.

        header: at the operating point in use. point: that point, as a sentence.
        """
        self._header = header
        self.now.setText(tr("In use: {point}", point=point))
        try:
            predictions = validation_predictions(header)
        except JobFailed as failure:
            self._header = None
            self.sentence.setText(f"{tr(NO_POINT)} {failure.sentence}")
            self.shares.setText("")
            self.plots.setVisible(False)
            self._update()
            return
        self.plots.setVisible(True)
        probabilities = predictions.probabilities(header.calibration.temperature)
        self.plots.show_rates(threshold_curves(predictions.labels, probabilities))
        self._propose()

    def _propose(self) -> None:
        """Fit the requested point and show its effect on the validation films."""
        self._proposal = None
        if self._header is None:
            return
        try:
            proposal = propose_point(self._header, parse_wish(self.wish.currentText()), self.error.currentData())
        except JobFailed as failure:
            self.sentence.setText(failure.sentence)
            self.shares.setText("")
        else:
            self._proposal = proposal
            self.plots.set_threshold(proposal.threshold)
            threshold = tr("Threshold {threshold:.4f}.", threshold=proposal.threshold)
            self.sentence.setText(f"{threshold} {proposal.sentence}")
            self.shares.setText(_format_three_way(proposal, self.error.currentData()))
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


def _format_three_way(proposal: Proposal, requested_error: float) -> str:
    """Describe the error bound of the three-way answer and its effect on the validation films."""
    three_way, band = proposal.three_way, proposal.band
    promise = tr(
        "Three-way answer: likely and unlikely are wrong for at most {errors:.1f} of 100 films of each class.",
        errors=100 * band.error,
    )
    if band.error > requested_error:
        promise += " " + tr("With so few validation films, no lower error rate can be guaranteed.")
    outcome = tr(
        "Sent to review: {review} of the validation films; with the finding but rated unlikely: "
        "{missed}; without it but rated likely: {alarmed}.",
        review=_format_percentage(three_way.review),
        missed=_format_percentage(three_way.missed),
        alarmed=_format_percentage(three_way.alarmed),
    )
    return f"{promise} {outcome}"


def _format_percentage(figure: Figure | None) -> str:
    if figure is None:
        return tr("not defined")
    return tr(
        "{value:.1f} % ({low:.1f} to {high:.1f})",
        value=100 * figure.value,
        low=100 * figure.low,
        high=100 * figure.high,
    )
