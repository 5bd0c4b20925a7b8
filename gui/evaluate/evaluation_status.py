"""What an evaluation does, and how it ended, in a sentence."""

from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.datasets.entries import FilmLeftOut
from core.evaluation.evaluation import Evaluation
from core.jobs.events import Noted, Progressed
from core.models.model_header import ModelHeader
from core.system.language import marked, tr
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from core.training.time_estimate import format_duration
from gui.widgets.named_widgets import make_paragraph

EARLIER: Final = marked(
    "These figures were measured at an earlier operating point ({point}), not at the one in use now. To measure that "
    "one here would be another look at these films."
)


class EvaluationStatus(QWidget):
    """Shows events of the jobs of the Evaluate tab."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = make_paragraph(tr(NOTICE), "evaluation_status", tr("Evaluation status"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.sentence)
        self.earlier = make_paragraph("", "earlier_point", tr("Operating point of these figures"))
        self.earlier.hide()
        layout.addWidget(self.earlier)

    def show_event(self, event: object) -> None:
        """Show one event of a job."""
        match event:
            case Progressed(stage, _, _, seconds_left):
                left = [tr("{time} left", time=format_duration(seconds_left))] if seconds_left else []
                self.sentence.setText(" · ".join([f"{tr(stage)}…", *left, tr(NOTICE)]))
            case Noted(sentence):
                self.sentence.setText(sentence)
            case FilmLeftOut(path, _, sentence):
                name = escape_name(path.name)
                self.sentence.setText(tr("Left out: {name}. {sentence}", name=name, sentence=sentence))

    def show_sentence(self, sentence: str) -> None:
        self.sentence.setText(sentence)

    def mark_earlier_point(self, evaluation: Evaluation | None, header: ModelHeader) -> None:
        """Say so if the figures on the screen were measured at another operating point than that in use.

        header: of the model, at the point in use.
        """
        is_earlier = evaluation is not None and evaluation.header.name != header.name
        if evaluation is not None and is_earlier:
            self.earlier.setText("▲ " + tr(EARLIER, point=evaluation.point.rstrip(".")))
        self.earlier.setVisible(is_earlier)
