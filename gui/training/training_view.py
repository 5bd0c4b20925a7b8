"""The progress of a training: status, progress bar, curves, table of epochs, log."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QSplitter, QVBoxLayout, QWidget

from core.datasets.entries import FilmLeftOut
from core.jobs.events import Noted, Progressed
from core.runs.epoch_log import EpochEnded
from core.system.errors import format_reason
from core.system.language import format_number, marked, tr
from core.system.safe_text import escape_name
from core.training.events import BatchEnded, TrainingStarted, TrialEnded
from core.training.time_estimate import format_time_left
from gui.widgets.curve_plot import TrainingPlots
from gui.widgets.named_widgets import name_widget
from gui.widgets.tables import RowsTable, make_table_view

LOWER_PX: Final = 220
HEADINGS: Final = (
    marked("Epoch"), marked("Loss"), marked("Accuracy"), marked("Val. loss"), marked("Val. accuracy"),
    marked("Val. AUC"), marked("Sensitivity"), marked("Specificity"), marked("Rate"), marked("Seconds"),
    marked("Films/s"), marked("Kept"),
)  # fmt: skip


class TrainingView(QWidget):
    """Shows the events of trainings, searches and the rate finder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = QLabel(tr("Open a dataset first."), textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.status.setObjectName("status")
        self.progress = name_widget(QProgressBar(), "progress", tr("Progress of the training"))
        self.plots = TrainingPlots()
        self._epochs = RowsTable([tr(heading) for heading in HEADINGS])
        table = make_table_view(self._epochs, "epochs", tr("Epochs"))
        self.log = name_widget(QPlainTextEdit(readOnly=True), "log", tr("Log"))
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        lower = QSplitter()
        lower.addWidget(table)
        lower.addWidget(self.log)
        lower.setSizes([540, 360])
        lower.setMinimumHeight(LOWER_PX)
        column = QVBoxLayout(self)
        column.addWidget(self.status)
        column.addWidget(self.progress)
        column.addWidget(self.plots, 3)
        column.addWidget(lower, 2)

    def clear(self) -> None:
        """Remove curves, epochs and log of an earlier training."""
        self._epochs.set_rows([])
        self.plots.clear()
        self.log.clear()

    def show_event(self, event: object, is_running: bool) -> None:
        """Show one event.

        is_running: False while the job is paused or stopping; the status line then stays as it is.
        """
        match event:
            case Progressed(stage, done, total):
                self.status.setText(f"{tr(stage)}…")
                self.progress.setRange(0, total or 0)
                self.progress.setValue(done)
            case TrainingStarted():
                self.append_log(_format_start(event))
            case BatchEnded():
                if is_running:
                    self.status.setText(_format_progress(event))
                self.progress.setRange(0, event.epochs * event.batches)
                self.progress.setValue((event.epoch - 1) * event.batches + event.batch)
            case EpochEnded():
                if event.epoch == 1:
                    self._epochs.set_rows([])
                    self.plots.clear()
                self._add_epoch(event)
            case TrialEnded():
                self.append_log(_format_trial(event))
            case Noted(sentence):
                self.append_log(sentence)
            case FilmLeftOut(path, reason, sentence):
                line = tr(
                    "Left out: {name} ({reason}). {sentence}",
                    name=escape_name(path.name),
                    reason=format_reason(reason),
                    sentence=sentence,
                )
                self.append_log(line)

    def _add_epoch(self, epoch: EpochEnded) -> None:
        self.plots.add(epoch)
        kept = "★" if epoch.is_best else ""
        self._epochs.append(
            (epoch.epoch, epoch.training_loss, epoch.training_accuracy, epoch.validation_loss,
             epoch.validation_accuracy, epoch.validation_auc, epoch.validation_sensitivity,
             epoch.validation_specificity, format_number(epoch.learning_rate, ".2g"), round(epoch.seconds),
             epoch.films_per_second, kept)
        )  # fmt: skip
        self.append_log(
            tr(
                "Epoch {epoch}: validation loss {loss:.3f}, AUC {auc:.3f}",
                epoch=epoch.epoch,
                loss=epoch.validation_loss,
                auc=epoch.validation_auc,
            )
        )

    def append_log(self, text: str) -> None:
        """Append a line to the log."""
        self.log.appendPlainText(text)


def _format_start(event: TrainingStarted) -> str:
    """Return the numbers of films of a training, and its device."""
    return tr(
        "{training} training, {validation} validation, {test} test films; {device}",
        training=event.training_films,
        validation=event.validation_films,
        test=event.test_films,
        device=event.device,
    )


def _format_progress(event: BatchEnded) -> str:
    """Return epoch, loss, speed and time left."""
    return tr(
        "Epoch {epoch} of {epochs} · loss {loss:.3f} · {speed:.0f} films/s · {left}",
        epoch=event.epoch,
        epochs=event.epochs,
        loss=event.loss,
        speed=event.films_per_second,
        left=format_time_left(event),
    )


def _format_trial(event: TrialEnded) -> str:
    """Return how a trial of a search ended."""
    if event.pruned:
        return tr("Trial {number} stopped early: validation AUC {auc:.3f}", number=event.number, auc=event.auc)
    return tr("Trial {number} finished: validation AUC {auc:.3f}", number=event.number, auc=event.auc)
