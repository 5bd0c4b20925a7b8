"""The progress of a training: status, progress bar, curves, table of epochs, log."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QSplitter, QVBoxLayout, QWidget

from core.datasets.entries import FilmLeftOut
from core.jobs.events import Noted, Progressed
from core.recipes.recipe import Recipe
from core.recipes.recipe_labels import format_epoch, format_epochs
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
UNOPENED: Final = marked("Open a dataset first.")
HEADINGS: Final = (
    marked("Epoch"), marked("Loss"), marked("Accuracy"), marked("Val. loss"), marked("Val. accuracy"),
    marked("Val. AUC"), marked("Sensitivity"), marked("Specificity"), marked("Rate"), marked("Seconds"),
    marked("Films/s"), marked("Kept"),
)  # fmt: skip


class TrainingView(QWidget):
    """Shows the events of trainings, searches and the rate finder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe: Recipe | None = None  # of the training that is shown
        self.status = QLabel(tr(UNOPENED), textFormat=Qt.TextFormat.PlainText, wordWrap=True)
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
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.status)
        column.addWidget(self.progress)
        column.addWidget(self.plots, 3)
        column.addWidget(lower, 2)

    def clear(self) -> None:
        """Remove curves, epochs and log of an earlier training."""
        self._recipe = None
        self._epochs.set_rows([])
        self.plots.clear()
        self.log.clear()

    def show_idle(self, sentence: str) -> None:
        """Show that no job runs. sentence: what can be done."""
        self.status.setText(sentence)
        self.progress.setRange(0, 1)
        self.progress.setValue(0)

    def show_epochs(self, epochs: Sequence[EpochEnded], recipe: Recipe) -> None:
        """Show the epochs that a training finished before it was interrupted."""
        self._show_recipe(recipe)
        self._epochs.set_rows([])
        self.plots.clear()
        for epoch in epochs:
            self._add_epoch(epoch)

    def _show_recipe(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self.plots.show_recipe(recipe)

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
                self.append_log(format_epochs(event.recipe))
                self._show_recipe(event.recipe)
            case BatchEnded():
                if is_running:
                    self.status.setText(_format_progress(event, self._recipe))
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


def _format_progress(event: BatchEnded, recipe: Recipe | None) -> str:
    """Return epoch, in all and in its part of the training, loss, speed and time left."""
    part = format_epoch(recipe, event.epoch) if recipe else ""
    progress = tr(
        "Epoch {epoch} of {epochs} · loss {loss:.3f} · {speed:.0f} films/s · {left}",
        epoch=event.epoch,
        epochs=event.epochs,
        loss=event.loss,
        speed=event.films_per_second,
        left=format_time_left(event),
    )
    return f"{part[:1].upper()}{part[1:]} · {progress}" if part else progress


def _format_trial(event: TrialEnded) -> str:
    """Return how a trial of a search ended."""
    if event.pruned:
        return tr("Trial {number} stopped early: validation AUC {auc:.3f}", number=event.number, auc=event.auc)
    return tr("Trial {number} finished: validation AUC {auc:.3f}", number=event.number, auc=event.auc)
