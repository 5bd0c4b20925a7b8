"""A training as it goes: status, progress, curves, epochs, log. Starts nothing and decides nothing."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QSplitter, QVBoxLayout, QWidget

from core.events import BatchEnded, EpochEnded, FilmLeftOut, Noted, Progressed, TrainingStarted, TrialEnded
from core.forecast import time_left
from core.visible import visible_name
from gui.naming import named
from gui.plots import TrainingPlots
from gui.tables import RowsTable, quiet_view

LOWER_PX: Final = 220
HEADINGS: Final = (
    "Epoch", "Loss", "Accuracy", "Val. loss", "Val. accuracy", "Val. AUC", "Sensitivity", "Specificity", "Rate",
    "Seconds", "Films/s", "Kept",
)  # fmt: skip


class TrainingView(QWidget):
    """Shows the events of trainings, searches and the rate finder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = QLabel("Open a dataset first.", textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.status.setObjectName("status")
        self.progress = named(QProgressBar(), "progress", "Progress of the training")
        self.plots = TrainingPlots()
        self._epochs = RowsTable(HEADINGS)
        table = quiet_view(self._epochs, "epochs")
        self.log = named(QPlainTextEdit(readOnly=True), "log", "Log")
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        lower = QSplitter()
        lower.addWidget(table)
        lower.addWidget(self.log)
        lower.setSizes([600, 300])
        lower.setMinimumHeight(LOWER_PX)
        column = QVBoxLayout(self)
        column.addWidget(self.status)
        column.addWidget(self.progress)
        column.addWidget(self.plots, 3)
        column.addWidget(lower, 2)

    def clear(self) -> None:
        """Forget the curves of an earlier training."""
        self._epochs.set_rows([])
        self.plots.clear()
        self.log.clear()

    def show_event(self, event: object, is_running: bool) -> None:
        """Show one event; is_running: False while the job is paused or stopping, which the status says then."""
        match event:
            case Progressed(stage, done, total):
                self.status.setText(f"{stage}…")
                self.progress.setRange(0, total or 0)
                self.progress.setValue(done)
            case TrainingStarted():
                films = f"{event.training_films} training, {event.validation_films} validation"
                self.say(f"{films}, {event.test_films} test films; {event.device}")
            case BatchEnded():
                if is_running:
                    left = time_left(event)
                    self.status.setText(
                        f"Epoch {event.epoch} of {event.epochs} · loss {event.loss:.3f} · "
                        f"{event.films_per_second:.0f} films/s · {left}"
                    )
                self.progress.setRange(0, event.epochs * event.batches)
                self.progress.setValue((event.epoch - 1) * event.batches + event.batch)
            case EpochEnded():
                if event.epoch == 1:
                    self._epochs.set_rows([])
                    self.plots.clear()
                self._add_epoch(event)
            case TrialEnded():
                end = "given up early" if event.pruned else "finished"
                self.say(f"Trial {event.number} {end}: validation AUC {event.auc:.3f}")
            case Noted(sentence):
                self.say(sentence)
            case FilmLeftOut(path, reason, sentence):
                self.say(f"Left out: {visible_name(path.name)} ({reason}). {sentence}")

    def _add_epoch(self, epoch: EpochEnded) -> None:
        self.plots.add(epoch)
        kept = "★" if epoch.is_best else ""
        self._epochs.append(
            (epoch.epoch, epoch.training_loss, epoch.training_accuracy, epoch.validation_loss,
             epoch.validation_accuracy, epoch.validation_auc, epoch.validation_sensitivity,
             epoch.validation_specificity, f"{epoch.learning_rate:.2g}", round(epoch.seconds), epoch.films_per_second,
             kept)
        )  # fmt: skip
        self.say(f"Epoch {epoch.epoch}: validation loss {epoch.validation_loss:.3f}, AUC {epoch.validation_auc:.3f}")

    def say(self, text: str) -> None:
        """Add a line to the log."""
        self.log.appendPlainText(text)
