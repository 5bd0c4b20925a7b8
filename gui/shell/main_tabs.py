"""The tabs of the main window."""

from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QMenuBar, QTabWidget, QWidget

from core.system.language import tr
from gui.classify.classify_tab import ClassifyTab
from gui.dataset.dataset_tab import DatasetTab
from gui.evaluate.evaluate_tab import EvaluateTab
from gui.jobs.jobs import Jobs, JobState
from gui.runs.runs_tab import RunsTab
from gui.state.session import Room, Session
from gui.training.training_tab import TrainingTab
from gui.widgets.named_widgets import name_widget
from gui.widgets.scrolling import make_scrollable
from gui.widgets.theme import Colours


class MainTabs(QTabWidget):
    """The Dataset, Training, Runs, Evaluate and Classify tabs.

    menus: the window's menus, at the right of the tabs. All tabs but Classify scroll if the window is
    too small for them.
    """

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent, documentMode=True)
        self.tabBar().setAccessibleName(tr("Parts of the program"))
        self.menus = name_widget(QMenuBar(), "menus", tr("Menus"))
        self.menus.setNativeMenuBar(False)  # it would have no tab bar to stand beside
        self.setCornerWidget(self.menus)
        self._jobs = jobs
        self.dataset = DatasetTab(session, jobs)
        self.training = TrainingTab(session, jobs)
        self.classify = ClassifyTab(session, jobs)
        self.runs = RunsTab(session, jobs)
        self.evaluate = EvaluateTab(session, jobs)
        self._is_evaluate_outdated = False
        for tab, name, title in (
            (self.dataset, "dataset", tr("Dataset")),
            (self.training, "training", tr("Training")),
            (self.runs, "runs", tr("Runs")),
            (self.evaluate, "evaluate", tr("Evaluate")),
            (self.classify, "classify", tr("Classify")),
        ):
            tab.setObjectName(f"{name}_tab")
            self.addTab(tab, title)
            if tab is not self.classify:
                make_scrollable(tab)
        self.currentChanged.connect(self._on_current_changed)
        session.continuation_wanted.connect(self._on_continuation_wanted)
        session.room_wanted.connect(self._on_room_wanted)
        self.runs.listed.connect(self.training.show_runs)
        QTimer.singleShot(0, self.runs, self.runs.refresh)  # once the window is there

    def refresh(self) -> None:
        """Reload the Evaluate tab if it was shown since, and no job runs."""
        is_shown = self.currentWidget() is self.evaluate
        if is_shown and self._is_evaluate_outdated and self._jobs.state is JobState.IDLE:
            self._is_evaluate_outdated = False
            self.evaluate.refresh()

    def current_name(self) -> str:
        """Return the object name of the tab shown."""
        return self.currentWidget().objectName()

    def show_named(self, name: str) -> None:
        """Show the tab of this object name, if there is one."""
        if (tab := self.findChild(QWidget, name)) is not None and self.indexOf(tab) >= 0:
            self.setCurrentWidget(tab)

    def explain_drop(self) -> str:
        """Return what a file or folder dropped on the tab shown is used for; "" if it cannot be now."""
        if self.currentWidget() not in {self.dataset, self.training}:
            return tr("Drop a film or a folder of films")
        return tr("Drop a dataset: a folder or a label list") if self._jobs.state is JobState.IDLE else ""

    def take_drop(self, path: Path) -> bool:
        """Open what was dropped as a dataset if the tab shown is for datasets; returns whether it is."""
        if self.currentWidget() not in {self.dataset, self.training}:
            return False
        self.setCurrentWidget(self.dataset)
        self.dataset.open(path)
        return True

    @Slot()
    def toggle_full_screen(self) -> None:
        """Show the films on the whole screen, or end that."""
        self.setCurrentWidget(self.classify)
        self.classify.full_view.toggle()

    @Slot()
    def show_keys(self) -> None:
        """Show the keys of the reading room."""
        self.setCurrentWidget(self.classify)
        self.classify.show_keys()

    def set_colours(self, colours: Colours) -> None:
        for part in (self.training.view.plots, self.runs.plots, self.evaluate, self.classify.room.strip):
            part.set_colours(colours)

    def close_viewers(self) -> None:
        """Close the windows of the tabs and stop reading films in the background."""
        self.dataset.stop_background_work()
        self.runs.stop_background_work()
        self.classify.stop_background_work()
        self.evaluate.close_viewer()
        self.training.tools.preview_window.close()

    @Slot(int)
    def _on_current_changed(self, _index: int) -> None:
        tab = self.currentWidget()
        if tab is self.runs:
            self.runs.refresh()
        elif tab is self.evaluate:
            self._is_evaluate_outdated = True
            self.refresh()

    @Slot(object)
    def _on_room_wanted(self, room: Room) -> None:
        rooms = {
            Room.DATASET: self.dataset,
            Room.TRAINING: self.training,
            Room.RUNS: self.runs,
            Room.EVALUATE: self.evaluate,
            Room.CLASSIFY: self.classify,
        }
        self.setCurrentWidget(rooms[room])

    @Slot(object)
    def _on_continuation_wanted(self, _run: object) -> None:
        self.setCurrentWidget(self.training)
