"""Tabs, menu, status line, closing. Decides nothing about films."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget, QWidget

from core.datasets.events import AuditResult, Finding
from core.datasets.intake import IntakePreview
from core.evaluation.evaluation import AcceptanceResult, Evaluation
from core.models.events import SelfTestResult
from core.runs.run_comparison import Comparison
from core.screening.events import FilmReading, ScreeningResult
from core.system.language import Language, current_language, tr
from core.system.safe_text import escape_name
from core.training.events import RateCurve, SearchResult, TrainingResult
from gui.classify.classify_tab import ClassifyTab
from gui.dataset.dataset_tab import DatasetTab
from gui.evaluate.evaluate_tab import EvaluateTab
from gui.jobs.evaluation_jobs import ModelShown, Saved
from gui.jobs.jobs import Jobs, JobState, self_test_job
from gui.jobs.run_jobs import RunsListed
from gui.jobs.screening_jobs import Exported, LabelsMade, Overridden, WorklistOpened
from gui.jobs.worker import JobError
from gui.runs.runs_tab import RunsTab
from gui.shell.garbage_collection import CollectOnThisThread
from gui.shell.help_menu import HelpMenu
from gui.shell.view_menu import ViewMenu
from gui.shell.welcome import Welcome
from gui.state.session import Session
from gui.state.settings import Theme, load_settings, save_settings
from gui.training.training_tab import TrainingTab
from gui.widgets import messages
from gui.widgets.theme import apply_theme, theme_colours


class MainWindow(QMainWindow):
    """The one window.

    Signals: job_shown(result or JobError), after the end of a job is on the screen; new_window_wanted(), to speak the
    language that was chosen.
    """

    job_shown = Signal(object)
    new_window_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("PneumoScreen: for research and education, not a diagnosis"))
        self.resize(1280, 820)
        self.jobs, self.session = Jobs(self), Session(self)
        self._closing = self.is_ended = False
        self._asked_for: Path | None = None
        self.welcome: Welcome | None = None
        self.tabs = QTabWidget(documentMode=True)
        self.dataset_tab = DatasetTab(self.session, self.jobs)
        self.training_tab = TrainingTab(self.session, self.jobs)
        self.classify_tab = ClassifyTab(self.session, self.jobs)
        self.runs_tab = RunsTab(self.session, self.jobs)
        self.evaluate_tab = EvaluateTab(self.session, self.jobs)
        for tab, name in (
            (self.dataset_tab, tr("Dataset")),
            (self.training_tab, tr("Training")),
            (self.runs_tab, tr("Runs")),
            (self.evaluate_tab, tr("Evaluate")),
            (self.classify_tab, tr("Classify")),
        ):
            self.tabs.addTab(tab, name)
        self.setCentralWidget(self.tabs)
        self._build_menu()
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.session.continuation_wanted.connect(self._on_continuation_wanted)
        self.jobs.succeeded.connect(self._on_succeeded)
        self.jobs.failed.connect(self._on_failed)
        self.jobs.state_changed.connect(self._on_state_changed)
        self.job_shown.connect(CollectOnThisThread(self).collect_everything)
        self.set_theme(load_settings().theme)
        self._on_state_changed(JobState.IDLE)

    def _build_menu(self) -> None:
        self.view_menu = ViewMenu(self)
        self.view_menu.theme_chosen.connect(self._choose_theme)
        self.view_menu.language_chosen.connect(self._choose_language)
        self.menuBar().addMenu(self.view_menu)
        help_menu = HelpMenu(self)
        help_menu.welcome_wanted.connect(self.show_welcome)
        self.menuBar().addMenu(help_menu)

    def set_theme(self, theme: Theme) -> None:
        """Repaint everything in `theme`."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        for part in (
            self.training_tab.view.plots,
            self.runs_tab.plots,
            self.evaluate_tab,
            self.classify_tab.worklist.table,
        ):
            part.set_colours(theme_colours(theme))
        self.view_menu.show_theme(theme)

    @Slot(object)
    def _choose_theme(self, theme: Theme) -> None:
        save_settings(replace(load_settings(), theme=theme))
        self.set_theme(theme)

    @Slot(object)
    def _choose_language(self, language: Language) -> None:
        save_settings(replace(load_settings(), language=language))
        if language is current_language():
            return
        if self.jobs.state is not JobState.IDLE:
            self.statusBar().showMessage(tr("The next start speaks the other language."))
        elif self.welcome is not None or messages.ask_new_window(self):
            self.new_window_wanted.emit()

    def open_path(self, path: Path) -> None:
        """Screen a folder or read a film, after the present work if there is some."""
        if self.jobs.state is JobState.IDLE and self.welcome is None:
            self._asked_for = None
            self.tabs.setCurrentWidget(self.classify_tab)
            self.classify_tab.open(path)
        else:
            self._asked_for = path
            self.statusBar().showMessage(
                tr("{name} is opened when the present work has ended.", name=escape_name(path.name))
            )

    @Slot()
    def show_welcome(self) -> None:
        """Say what this is and check the bundled model, unless work is going on."""
        if self.welcome is not None:
            return
        self.welcome = Welcome(load_settings().theme, self)
        self.welcome.theme_chosen.connect(self._choose_theme)
        self.welcome.language_chosen.connect(self._choose_language)
        self.welcome.demo_wanted.connect(self.dataset_tab.start_demo)
        self.welcome.folder_wanted.connect(self._on_folder_wanted)
        self.welcome.finished.connect(self._on_welcomed)
        self.welcome.open()
        if self.jobs.state is JobState.IDLE:
            self.jobs.start(self_test_job(), self.welcome.show_event)
        else:
            self.welcome.check.setText(tr("Other work is running, so the model is not checked now."))

    @Slot(int)
    def _on_welcomed(self, _result: int) -> None:
        save_settings(replace(load_settings(), welcomed=True))
        self.welcome = None
        self._close_or_go_on()

    @Slot()
    def _on_folder_wanted(self) -> None:
        self.tabs.setCurrentWidget(self.classify_tab)
        self.classify_tab.choose_folder()

    def come_to_front(self) -> None:
        """Show the window above others, also when it was minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive)
        self.raise_()
        self.activateWindow()

    @Slot(int)
    def _on_tab_changed(self, _index: int) -> None:
        tab = self.tabs.currentWidget()
        if tab is self.runs_tab or tab is self.evaluate_tab:
            tab.refresh()

    @Slot(object)
    def _on_continuation_wanted(self, _run: object) -> None:
        self.tabs.setCurrentWidget(self.training_tab)

    @Slot()
    def end(self) -> None:
        """Stop work, save and close without a question, because the system wants it; a second time at once."""
        if self.is_ended:
            QApplication.exit()
        self._closing = self.is_ended = True
        while (dialog := QApplication.activeModalWidget()) and dialog.close():
            pass
        self.jobs.cancel()
        self._close_or_go_on()

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        if not self._closing:
            self._show(result)
        self.job_shown.emit(result)
        self._close_or_go_on()

    def _show(self, result: object) -> None:
        match result:
            case AuditResult():
                self.dataset_tab.show_audit(result)
            case SelfTestResult() if self.welcome is not None:
                words = tr(
                    "{model} answers as it should ({seconds:.1f} s).", model=result.model, seconds=result.seconds
                )
                self.welcome.show_check(words)
            case Finding():
                self.dataset_tab.show_doubts(result)
            case IntakePreview():
                self.dataset_tab.show_look(result)
            case RateCurve():
                self.training_tab.show_curve(result)
            case SearchResult():
                self.training_tab.show_search(result)
            case TrainingResult():
                self.training_tab.show_result(result)
            case RunsListed():
                self.runs_tab.show_runs(result)
            case ModelShown():
                self.evaluate_tab.show_model(result)
            case AcceptanceResult():
                self.evaluate_tab.show_acceptance(result)
            case Evaluation():
                self.evaluate_tab.show_evaluation(result)
            case Saved():
                self.evaluate_tab.show_saved(result)
            case Comparison():
                self.runs_tab.show_comparison(result)
            case ScreeningResult():
                self.classify_tab.show_screening(result)
            case WorklistOpened():
                self.classify_tab.show_opened(result)
            case Overridden():
                self.classify_tab.show_overridden(result)
            case Exported():
                self.classify_tab.show_exported(result)
            case LabelsMade():
                self.tabs.setCurrentWidget(self.dataset_tab)
                self.dataset_tab.open(result.path)
            case FilmReading():
                self.classify_tab.show_reading(result)

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        if self.welcome is not None:
            self.welcome.show_check(error.sentence)
        elif not self._closing:
            messages.show_error(self, error)
        self.job_shown.emit(error)
        self._close_or_go_on()

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        words = {
            JobState.IDLE: tr("Ready. Nothing leaves this computer."),
            JobState.RUNNING: tr("Working…"),
            JobState.PAUSED: tr("Paused."),
            JobState.STOPPING: tr("Stopping after this batch…"),
        }
        self.statusBar().showMessage(words[state])

    def _close_or_go_on(self) -> None:
        if not self._closing:
            self.classify_tab.go_on()
            if self._asked_for is not None and self.jobs.state is JobState.IDLE:
                self.open_path(self._asked_for)
        elif self.jobs.state is JobState.IDLE:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.jobs.state is JobState.IDLE:
            self.dataset_tab.close_thumbnails()
            self.classify_tab.close_thumbnails()
            self.evaluate_tab.close_viewer()
            self.training_tab.preview_window.close()
            event.accept()
            return
        event.ignore()
        if not self._closing and messages.ask_stop_and_close(self):
            self._closing = True
            self.jobs.cancel()
