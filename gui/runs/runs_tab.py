"""The Runs tab: list, compare, rename and continue trainings."""

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QVBoxLayout, QWidget

from core.metrics.figure_labels import format_interval
from core.metrics.intervals import Figure
from core.recipes.recipe_labels import recipe_title
from core.runs.run_comparison import Comparison
from core.runs.run_list import Run, runs_folder
from core.runs.run_listing import RunListing, read_listing
from core.system.language import format_day, format_number, marked, tr, tr_count
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from gui.jobs.background import Background
from gui.jobs.evaluation_jobs import export_onnx_job
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.run_jobs import compare_runs_job, delete_run_job, export_model_job, rename_run_job
from gui.jobs.worker import JobError
from gui.runs.run_plots import RunPlots
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.curve_plot import CURVE_STYLES
from gui.widgets.named_widgets import make_buttons, make_flow, make_paragraph
from gui.widgets.tables import RowsTable, make_table_view

HEADINGS = (
    marked("Name"),
    marked("Started"),
    marked("State"),
    marked("Recipe"),
    marked("Data"),
    marked("Epochs"),
    marked("Test accuracy"),
    marked("Test AUC"),
    marked("Test set used"),
    marked("Minutes"),
    marked("Note"),
)
CHOICE = marked("Figure or differing setting")
EMPTY = marked(
    "This list shows the trainings on this computer. Select one to see its curves, or two to four to compare them."
)


class RunsTab(QWidget):
    """Starts jobs on runs; passes a run to continue or a model to use to the session.

    Signal: listed(RunListing), when it shows one.
    """

    listed = Signal(object)

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._listing = RunListing(())
        self._runs: tuple[Run, ...] = ()
        self._to_compare: Path | None = None  # folder of a run to compare once it is listed
        self._reader = Background("runs", self, only_last=True)
        self._table = RowsTable([tr(heading) for heading in HEADINGS])
        self._choices = RowsTable([tr(CHOICE)])
        self.plots = RunPlots()
        self._build()
        work.state_changed.connect(self._update_buttons)
        self._reader.failed.connect(self._on_unreadable)
        session.runs_changed.connect(self.refresh)
        session.comparison_wanted.connect(self._on_comparison_wanted)
        self._update_buttons()

    def _build(self) -> None:
        self.view = make_table_view(self._table, "runs", tr("Runs"))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.buttons = make_buttons(
            (tr("Compare"), "compare", self._on_compare),
            (tr("Rename…"), "rename", self._on_rename),
            (tr("Note…"), "note", self._on_note),
            (tr("Continue from this run"), "continue_from", self._on_continue),
            (tr("Use model"), "use_model", self._on_use),
            (tr("Export model…"), "export_model", self._on_export),
            (tr("Export as ONNX…"), "export_onnx", self._on_export_onnx),
            (tr("Move to trash…"), "delete", self._on_delete),
        )
        row = make_flow(self.buttons.values())
        self.sentence = make_paragraph(tr(EMPTY), "comparison", tr("Comparison"))
        lower = QSplitter()
        lower.addWidget(self.plots)
        lower.addWidget(make_table_view(self._choices, "differences", tr("Differences")))
        lower.setSizes([800, 400])
        layout = QVBoxLayout(self)
        layout.addWidget(self.view, 2)
        layout.addLayout(row)
        layout.addWidget(self.sentence)
        layout.addWidget(lower, 3)

    @Slot()
    def refresh(self) -> None:
        """Read the list beside whatever job runs, once more if it is being read."""
        self._reader.run(partial(read_listing, runs_folder()), self.show_runs)

    def stop_background_work(self) -> None:
        """Stop reading the list, for good."""
        self._reader.close()

    def show_runs(self, listing: RunListing) -> None:
        """Show a list; if it differs from the one before, what was selected stays selected."""
        if listing != self._listing:
            self._listing = listing
            self._replace_runs(listing)
        self.listed.emit(listing)
        if self._to_compare is not None:
            self._compare_with_earlier(self._to_compare)

    def _show_change(self, listing: RunListing) -> None:
        self.show_runs(listing)
        self.refresh()  # what is being read may be the list before the change

    def _replace_runs(self, listing: RunListing) -> None:
        selected = {run.folder for run in self._selected_runs()}
        self._runs = listing.runs
        self._table.set_rows([_format_cells(run) for run in listing.runs])
        self.plots.show_runs(())
        self._choices.set_rows([])
        names = ", ".join(escape_name(path.name) for path in listing.unreadable)
        sentences = [tr(EMPTY)]
        if names:
            sentences.append(tr("Damaged or written by a newer version, and left unchanged: {names}.", names=names))
        self.sentence.setText(" ".join(sentences))
        self._select(selected)
        self._update_buttons()

    def _select(self, folders: Collection[Path]) -> None:
        """Select the runs in these folders."""
        selection = self.view.selectionModel()
        selection.clearSelection()
        for row, run in enumerate(self._runs):
            if run.folder in folders:
                flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
                selection.select(self._table.index(row, 0), flags)

    @Slot(object)
    def _on_comparison_wanted(self, folder: Path) -> None:
        self._to_compare = folder
        self.refresh()

    @Slot(object)
    def _on_unreadable(self, error: JobError) -> None:
        self.sentence.setText(error.sentence)

    def _compare_with_earlier(self, folder: Path) -> None:
        """Select the run in `folder` and the finished ones before it on the same data, and compare them."""
        self._to_compare = None
        wanted = next((run for run in self._runs if run.folder == folder), None)
        if wanted is None:
            return
        earlier = _find_earlier(self._runs, wanted)
        self._select({folder, *earlier[: len(CURVE_STYLES) - 1]})
        if self.buttons["compare"].isEnabled():
            self._on_compare()
        elif not earlier:
            self.sentence.setText(tr("There is no earlier finished training on the same data to compare with."))

    def show_comparison(self, comparison: Comparison) -> None:
        """Show which runs are better, their figures, and the recipe choices that differ."""
        self.sentence.setText("\n".join([*(pair.sentence for pair in comparison.pairs), tr(NOTICE)]))
        names = [escape_name(run.card.name) for run in comparison.runs]
        self._choices.set_rows(comparison.table, [tr(CHOICE), *names])

    def _selected_runs(self) -> list[Run]:
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        return [self._runs[row] for row in rows if row < len(self._runs)]

    @Slot()
    def _on_selection_changed(self) -> None:
        self.plots.show_runs(self._selected_runs()[: len(CURVE_STYLES)])
        self._update_buttons()

    @Slot()
    def _update_buttons(self) -> None:
        is_idle = self._work.state is JobState.IDLE
        selected = self._selected_runs()
        run = selected[0] if len(selected) == 1 else None
        are_comparable = 2 <= len(selected) <= len(CURVE_STYLES) and all(each.metrics for each in selected)
        has_model = run is not None and bool(run.model)
        self.buttons["compare"].setEnabled(is_idle and are_comparable)
        for name in ("rename", "note", "delete"):
            self.buttons[name].setEnabled(is_idle and run is not None)
        self.buttons["continue_from"].setEnabled(is_idle and run is not None and (run.is_resumable or has_model))
        for name in ("use_model", "export_model", "export_onnx"):
            self.buttons[name].setEnabled(is_idle and has_model)

    @Slot()
    def _on_compare(self) -> None:
        oldest_first = self._selected_runs()[::-1]
        self._work.start(compare_runs_job(oldest_first), self.show_comparison, tr("Comparing trainings"))

    @Slot()
    def _on_rename(self) -> None:
        (run,) = self._selected_runs()
        if (name := messages.ask_text(self, tr("Name of this training"), run.card.name)) is not None:
            self._work.start(rename_run_job(run, name, run.card.note), self._show_change, tr("Renaming a training"))

    @Slot()
    def _on_note(self) -> None:
        (run,) = self._selected_runs()
        if (note := messages.ask_text(self, tr("Note"), run.card.note)) is not None:
            self._work.start(rename_run_job(run, run.card.name, note), self._show_change, tr("Writing a note"))

    @Slot()
    def _on_continue(self) -> None:
        self._session.continue_from(self._selected_runs()[0])

    @Slot()
    def _on_use(self) -> None:
        (run,) = self._selected_runs()
        self._session.use_model(run.model)
        self.sentence.setText(tr("Films are now read with the model of {name}.", name=escape_name(run.card.name)))

    @Slot()
    def _on_export(self) -> None:
        (run,) = self._selected_runs()
        if path := messages.choose_new_file(
            self, tr("Export model"), f"{run.folder.name}.safetensors", tr("Models (*.safetensors)")
        ):
            self._work.start(export_model_job(run, path), self._show_written, tr("Exporting a model"))

    @Slot()
    def _on_export_onnx(self) -> None:
        (run,) = self._selected_runs()
        if path := messages.choose_onnx_file(self, run.folder):
            self._work.start(export_onnx_job(run.model, path), self._show_written, tr("Exporting a model"))

    def _show_written(self, path: Path) -> None:
        self.sentence.setText(tr("Written: {path}", path=escape_name(str(path))))

    @Slot()
    def _on_delete(self) -> None:
        (run,) = self._selected_runs()
        if messages.ask_delete(self, run.card.name):
            self._work.start(delete_run_job(run), self._show_change, tr("Moving a training to the trash"))


def _find_earlier(runs: Sequence[Run], wanted: Run) -> list[Path]:
    """Return the folders of finished runs on the same data before `wanted`, the latest first. runs: newest first."""
    data, before = wanted.card.data_fingerprint, runs[runs.index(wanted) + 1 :]
    return [run.folder for run in before if run.metrics and run.card.data_fingerprint == data]


def _format_cells(run: Run) -> tuple[str | int | float | None, ...]:
    """Format the row of a run, one cell per heading."""
    minutes = sum(epoch.seconds for epoch in run.epochs) / 60
    return (
        escape_name(run.card.name), _format_start(run.card.started), _format_state(run),
        f"{recipe_title(run.recipe.name)} {run.recipe.fingerprint}", run.card.data_fingerprint, len(run.epochs),
        _format_metric(run.metrics, "accuracy"), _format_metric(run.metrics, "roc_auc", "macro_auc"),
        tr_count("{count} time", "{count} times", run.uses) if run.uses else "",
        format_number(minutes, ".1f"), run.card.note,
    )  # fmt: skip


def _format_start(started: str) -> str:
    """Format a time in ISO 8601 as day, hour and minute."""
    return f"{format_day(started[:10])} {started[11:16]}"


def _format_state(run: Run) -> str:
    """Name how far a run has got."""
    if run.metrics:
        return tr("finished")
    return tr("interrupted") if run.is_resumable and run.epochs else tr("no epoch finished")


def _format_metric(metrics: dict[str, Any] | None, *names: str) -> str:
    """Format the first of these figures that metrics.json has, with its interval; empty if none."""
    for name in names:
        if metrics and metrics.get(name):
            return format_interval(Figure(**metrics[name]), 3)
    return ""
