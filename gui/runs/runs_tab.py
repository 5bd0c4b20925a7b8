"""The trainings so far: listed, compared, named, continued. Reads no file itself."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QVBoxLayout, QWidget

from core.metrics.intervals import Figure
from core.recipes.recipe_labels import choice_title, choice_value, recipe_title
from core.runs.run_comparison import Comparison
from core.runs.run_list import Run
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.run_jobs import (
    RunsListed,
    compare_runs_job,
    delete_run_job,
    export_model_job,
    list_runs_job,
    rename_run_job,
)
from gui.jobs.worker import Job
from gui.runs.run_plots import RunPlots
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.curve_plot import LOOKS
from gui.widgets.figure_list import format_figure_line
from gui.widgets.named_widgets import buttons, paragraph, row_of
from gui.widgets.tables import RowsTable, configure_view

HEADINGS = (
    marked("Name"),
    marked("Started"),
    marked("State"),
    marked("Recipe"),
    marked("Data"),
    marked("Epochs"),
    marked("Test accuracy"),
    marked("Test AUC"),
    marked("Test seen"),
    marked("Minutes"),
    marked("Note"),
)
CHOICE = marked("Figure, or choice that differs")
EMPTY = marked("Trainings of this computer are listed here. Choose one to see its curves, two to four to compare them.")


class RunsTab(QWidget):
    """Starts jobs on runs; what is to be continued or used goes into the session."""

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._runs: tuple[Run, ...] = ()
        self._table = RowsTable([tr(heading) for heading in HEADINGS])
        self._choices = RowsTable([tr(CHOICE)])
        self.plots = RunPlots()
        self._build()
        work.state_changed.connect(self._update_buttons)
        self._update_buttons()

    def _build(self) -> None:
        self.view = configure_view(self._table, "runs", tr("Runs"))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.buttons = buttons(
            (tr("Compare"), "compare", self._on_compare),
            (tr("Rename…"), "rename", self._on_rename),
            (tr("Note…"), "note", self._on_note),
            (tr("Continue from it"), "continue_from", self._on_continue),
            (tr("Use for films"), "use_model", self._on_use),
            (tr("Export model…"), "export_model", self._on_export),
            (tr("Move to trash…"), "delete", self._on_delete),
        )
        row = row_of(self.buttons.values())
        self.sentence = paragraph(tr(EMPTY), "comparison", tr("Comparison"))
        lower = QSplitter()
        lower.addWidget(self.plots)
        lower.addWidget(configure_view(self._choices, "differences", tr("Differences")))
        lower.setSizes([800, 400])
        layout = QVBoxLayout(self)
        layout.addWidget(self.view, 2)
        layout.addLayout(row)
        layout.addWidget(self.sentence)
        layout.addWidget(lower, 3)

    def refresh(self) -> None:
        """Read the list again, where no other work is going on."""
        if self._work.state is JobState.IDLE:
            self._work.start(list_runs_job(), self.show_event)

    def show_event(self, _event: object) -> None:
        """Listing is too quick to be worth a word."""

    def show_runs(self, listed: RunsListed) -> None:
        """Replace the list."""
        self._runs = listed.runs
        self._table.set_rows([_cells(run) for run in listed.runs])
        self.plots.show_runs(())
        self._choices.set_rows([])
        names = ", ".join(escape_name(path.name) for path in listed.unreadable)
        sentences = [tr(EMPTY)]
        if names:
            sentences.append(tr("Damaged, or made by a newer version, and left as they are: {names}.", names=names))
        self.sentence.setText(" ".join(sentences))
        self._update_buttons()

    def show_comparison(self, seen: Comparison) -> None:
        """Show which runs are better than others, their figures, and what they did otherwise."""
        self.sentence.setText("\n".join([*(pair.sentence for pair in seen.pairs), tr(NOTICE)]))
        figures = [(tr("Test accuracy, n = {films}", films=seen.films), *map(_told, seen.accuracy))]
        if any(seen.auc):
            figures.append((tr("Test AUC, n = {films}", films=seen.films), *map(_told, seen.auc)))
        names = [escape_name(run.card.name) for run in seen.runs]
        choices = [(choice_title(key), *map(choice_value, values)) for key, *values in seen.choices]
        self._choices.set_rows([*figures, *choices], [tr(CHOICE), *names])

    def _chosen(self) -> list[Run]:
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        return [self._runs[row] for row in rows if row < len(self._runs)]

    @Slot()
    def _on_selection_changed(self) -> None:
        self.plots.show_runs(self._chosen()[: len(LOOKS)])
        self._update_buttons()

    @Slot()
    def _update_buttons(self) -> None:
        idle, chosen = self._work.state is JobState.IDLE, self._chosen()
        one = chosen[0] if len(chosen) == 1 else None
        self.buttons["compare"].setEnabled(
            idle and 2 <= len(chosen) <= len(LOOKS) and all(run.metrics for run in chosen)
        )
        for name in ("rename", "note", "delete"):
            self.buttons[name].setEnabled(idle and one is not None)
        self.buttons["continue_from"].setEnabled(idle and one is not None and (one.is_resumable or bool(one.model)))
        for name in ("use_model", "export_model"):
            self.buttons[name].setEnabled(idle and one is not None and bool(one.model))

    def _begin(self, job: Job) -> None:
        if self._work.state is JobState.IDLE:
            self._work.start(job, self.show_event)

    @Slot()
    def _on_compare(self) -> None:
        self._begin(compare_runs_job(self._chosen()[::-1]))  # the earliest first

    @Slot()
    def _on_rename(self) -> None:
        (run,) = self._chosen()
        if (name := messages.ask_text(self, tr("Name of this training"), run.card.name)) is not None:
            self._begin(rename_run_job(run, name, run.card.note))

    @Slot()
    def _on_note(self) -> None:
        (run,) = self._chosen()
        if (note := messages.ask_text(self, tr("Note"), run.card.note)) is not None:
            self._begin(rename_run_job(run, run.card.name, note))

    @Slot()
    def _on_continue(self) -> None:
        self._session.continue_from(self._chosen()[0])

    @Slot()
    def _on_use(self) -> None:
        self._session.use_model(self._chosen()[0].model)

    @Slot()
    def _on_export(self) -> None:
        (run,) = self._chosen()
        if path := messages.choose_new_file(
            self, tr("Export model"), f"{run.folder.name}.safetensors", tr("Models (*.safetensors)")
        ):
            self._begin(export_model_job(run, path))

    @Slot()
    def _on_delete(self) -> None:
        (run,) = self._chosen()
        if messages.ask_delete(self, run.card.name):
            self._begin(delete_run_job(run))


def _cells(run: Run) -> tuple[str | int | float | None, ...]:
    minutes = sum(epoch.seconds for epoch in run.epochs) / 60
    return (
        escape_name(run.card.name), run.card.started[:16].replace("T", " "), _state(run),
        f"{recipe_title(run.recipe.name)} {run.recipe.fingerprint}", run.card.data_fingerprint, len(run.epochs),
        _figure(run.metrics, "accuracy"), _figure(run.metrics, "roc_auc", "macro_auc"),
        tr_count("{count} time", "{count} times", run.looks) if run.looks else "", f"{minutes:.1f}", run.card.note,
    )  # fmt: skip


def _state(run: Run) -> str:
    """How far a run has come, in a word or three."""
    if run.metrics:
        return tr("finished")
    return tr("interrupted") if run.is_resumable and run.epochs else tr("no epoch finished")


def _told(figure: Figure | None) -> str:
    """A figure with its interval."""
    return format_figure_line(figure) if figure else ""


def _figure(metrics: dict[str, Any] | None, *names: str) -> str:
    """A figure of metrics.json with its interval."""
    found = next((metrics[name] for name in names if metrics and metrics.get(name)), None)
    return _told(Figure(**found) if found else None)
