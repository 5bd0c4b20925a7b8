"""What an evaluation does, and how it ended, in a sentence."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.datasets.entries import FilmLeftOut
from core.jobs.events import Noted, Progressed
from core.system.language import tr
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from core.training.time_estimate import format_duration
from gui.widgets.named_widgets import make_paragraph


class EvaluationStatus(QWidget):
    """Shows events of the jobs of the Evaluate tab."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = make_paragraph(tr(NOTICE), "evaluation_status", tr("Evaluation status"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.sentence)

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
