"""Cards above the progress of a training: one was interrupted, one is finished."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from core.runs.run_list import Run
from core.system.language import format_day, tr
from core.system.safe_text import escape_name
from core.training.events import TrainingResult
from gui.widgets.named_widgets import make_button, make_row, name_widget


class _Card(QFrame):
    """A framed sentence with buttons below it; hidden until it has something to say."""

    def __init__(self, name: str, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, name, accessible)
        self.setProperty("role", "card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.sentence = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        name_widget(self.sentence, f"{name}_sentence", accessible)
        self.hide()

    def _lay_out(self, buttons: Iterable[QPushButton]) -> None:
        column = QVBoxLayout(self)
        column.addWidget(self.sentence)
        column.addLayout(make_row(buttons))


class InterruptedCard(_Card):
    """Offers to resume a training that was interrupted.

    Signals: resume_wanted(Run); forget_wanted(Run); shown(str), the sentence that the card shows, ""
    once it offers no run.
    """

    shown = Signal(str)
    resume_wanted = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("interrupted", tr("Interrupted training"), parent)
        self._run: Run | None = None
        self._is_idle = True
        self.resume = make_button(tr("Resume it"), "resume", self._on_resume)
        self.forget = make_button(tr("Forget it"), "forget", self._on_forget)
        self.forget.setToolTip(tr("It is no longer offered here, and stays in the list on the Runs tab."))
        self._lay_out((self.resume, self.forget))

    def show_run(self, run: Run | None) -> None:
        """Offer this run; None: no run."""
        self._run = run
        if run is not None:
            sentence = tr(
                "A training was interrupted: {name}, begun {started}, after epoch {done} of {epochs}.",
                name=escape_name(run.card.name),
                started=f"{format_day(run.card.started[:10])} {run.card.started[11:16]}",
                done=len(run.epochs),
                epochs=run.recipe.all_epochs,
            )
            self.sentence.setText(sentence)
        self.shown.emit("" if run is None else self.sentence.text())
        self._update()

    def set_idle(self, is_idle: bool) -> None:
        """Hide the card while a job runs."""
        self._is_idle = is_idle
        self._update()

    def _update(self) -> None:
        self.setVisible(self._is_idle and self._run is not None)

    @Slot()
    def _on_resume(self) -> None:
        self.resume_wanted.emit(self._run)

    @Slot()
    def _on_forget(self) -> None:
        self.forget_wanted.emit(self._run)


class FinishedCard(_Card):
    """Says that a model is ready, and leads to what can be done with it.

    Signals, with the result of the training: evaluation_wanted, use_wanted, comparison_wanted.
    """

    evaluation_wanted = Signal(object)
    use_wanted = Signal(object)
    comparison_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("finished", tr("Finished training"), parent)
        self._result: TrainingResult | None = None
        self._in_use: Path | None = None
        self.evaluate = make_button(tr("Evaluate this model"), "evaluate_trained", self._on_evaluate)
        self.use = make_button(tr("Use it for films"), "use_trained", self._on_use)
        self.compare = make_button(tr("Compare with earlier runs"), "compare_trained", self._on_compare)
        self._lay_out((self.evaluate, self.use, self.compare))

    def show_result(self, result: TrainingResult) -> None:
        """Offer the model of a finished training."""
        self._result = result
        self._update()
        self.show()

    def set_model_in_use(self, model: Path | None) -> None:
        """Say whether films are read with the new model. model: that in use, None for the bundled one."""
        self._in_use = model
        self._update()

    def _update(self) -> None:
        if self._result is None:
            return
        name, is_used = escape_name(self._result.run_dir.name), self._result.model == self._in_use
        used = tr("{name} is trained, and films are read with it.", name=name)
        unused = tr("{name} is trained. Films are still read with the model that was in use before.", name=name)
        self.sentence.setText(used if is_used else unused)
        self.use.setEnabled(not is_used)

    def set_idle(self, is_idle: bool) -> None:
        """Disable what needs a job of its own while another runs."""
        self.evaluate.setEnabled(is_idle)

    @Slot()
    def _on_evaluate(self) -> None:
        self.evaluation_wanted.emit(self._result)

    @Slot()
    def _on_use(self) -> None:
        self.use_wanted.emit(self._result)

    @Slot()
    def _on_compare(self) -> None:
        self.comparison_wanted.emit(self._result)
