"""The main window: tabs with the menus, job strip, welcome dialog, failures of jobs, closing."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from core.system.language import Language, current_language, tr
from core.system.safe_text import escape_name
from gui.jobs.evaluation_jobs import self_test_job
from gui.jobs.jobs import Jobs, JobState, ignore
from gui.jobs.own_jobs import OwnJobs
from gui.jobs.worker import JobError
from gui.shell.drop_overlay import DropOverlay
from gui.shell.full_screen import FullScreen
from gui.shell.garbage_collection import GarbageCollector
from gui.shell.help_menu import HelpMenu
from gui.shell.job_strip import JobStrip
from gui.shell.main_tabs import MainTabs
from gui.shell.model_memory import ModelMemory
from gui.shell.view_menu import ViewMenu
from gui.shell.welcome import Welcome
from gui.shell.window_place import USUAL, remember_window
from gui.state.session import Room, Session
from gui.state.settings import Mouse, Theme, load_settings, save_settings
from gui.widgets import messages
from gui.widgets.theme import apply_theme, theme_colours


class MainWindow(QMainWindow):
    """The one window. Signal: new_window_wanted(), to change the language."""

    new_window_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("PneumoScreen: for research and education, not a diagnosis"))
        self.resize(USUAL)
        self.jobs, self.session = Jobs(self), Session(self)
        self.is_ended = False  # by the system
        self._pending_path: Path | None = None  # to open after the welcome dialog
        self.welcome: Welcome | None = None
        self._model_check = OwnJobs(self.jobs, ignore)
        self.tabs = MainTabs(self.session, self.jobs)
        self.dataset_tab = self.tabs.dataset
        self.training_tab = self.tabs.training
        self.classify_tab = self.tabs.classify
        self.runs_tab = self.tabs.runs
        self.evaluate_tab = self.tabs.evaluate
        self._build_menus()
        self.strip = JobStrip(self.jobs)  # after the tabs: they disable their buttons before Stop may take the focus
        self._lay_out()
        self.full_screen = FullScreen(self, (self.tabs.tabBar(), self.tabs.menus, self.strip))
        self.full_screen.changed.connect(self.classify_tab.full_view.show)
        self.classify_tab.full_view.wanted.connect(self.full_screen.set)
        self._drops = DropOverlay(self, self.tabs.explain_drop)
        self._drops.dropped.connect(self._on_dropped)
        self.jobs.ended.connect(GarbageCollector(self).collect_all)
        self.jobs.ended.connect(self._on_job_ended)
        self.set_theme(load_settings().theme)
        self._model_memory = ModelMemory(self.session)
        self.training_tab.interrupted.shown.connect(self.strip.show_offer)
        self.strip.offer_taken.connect(partial(self.session.go_to, Room.TRAINING))

    def _build_menus(self) -> None:
        self.view_menu = ViewMenu(self)
        self.view_menu.theme_chosen.connect(self._choose_theme)
        self.view_menu.language_chosen.connect(self._choose_language)
        self.view_menu.mouse_chosen.connect(self._choose_mouse)
        self.view_menu.full_screen_wanted.connect(self.tabs.toggle_full_screen)
        self.view_menu.keys_wanted.connect(self.tabs.show_keys)
        self.view_menu.show_mouse(load_settings().mouse)
        self.classify_tab.room.pane.set_mouse(load_settings().mouse)
        help_menu = HelpMenu(self)
        help_menu.welcome_wanted.connect(self.show_welcome)
        for menu in (self.view_menu, help_menu):
            self.tabs.menus.addMenu(menu)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.strip)
        self.setCentralWidget(content)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme to the whole window."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        self.tabs.set_colours(theme_colours(theme))
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
            self.strip.show_message(tr("The language changes at the next start."))
        elif self.welcome is not None or messages.ask_new_window(self):
            self.new_window_wanted.emit()

    @Slot(object)
    def _choose_mouse(self, mouse: Mouse) -> None:
        save_settings(replace(load_settings(), mouse=mouse))
        self.classify_tab.room.pane.set_mouse(mouse)

    def open_path(self, path: Path) -> None:
        """Screen a folder or read a film, after the welcome dialog."""
        if self.welcome is None:
            self._pending_path = None
            self.tabs.setCurrentWidget(self.classify_tab)
            self.classify_tab.open(path)
        else:
            self._pending_path = path
            self.strip.show_message(tr("{name} will be opened after the welcome.", name=escape_name(path.name)))

    @Slot(object)
    def _on_dropped(self, path: Path) -> None:
        if not self.tabs.take_drop(path):
            self.open_path(path)

    @Slot()
    def show_welcome(self) -> None:
        """Open the welcome dialog, and check the bundled model unless a job is running."""
        if self.welcome is not None:
            return
        self.welcome = Welcome(load_settings().theme, self)
        self.welcome.theme_chosen.connect(self._choose_theme)
        self.welcome.language_chosen.connect(self._choose_language)
        self.welcome.demo_wanted.connect(self.dataset_tab.start_demo)
        self.welcome.folder_wanted.connect(self._on_folder_wanted)
        self.welcome.finished.connect(self._on_welcomed)
        self.jobs.state_changed.connect(self.welcome.show_state)
        self.welcome.open()
        if self.jobs.state is JobState.IDLE:
            self._model_check.start(self_test_job(), ignore, tr("Checking the bundled model"))
        elif not self._model_check.is_running:
            self.welcome.check.setText(tr("Another job is running, so the model is not checked now."))

    @Slot(int)
    def _on_welcomed(self, _result: int) -> None:
        save_settings(replace(load_settings(), welcomed=True))
        self.welcome = None
        self._close_or_continue()

    @Slot()
    def _on_folder_wanted(self) -> None:
        self.tabs.setCurrentWidget(self.classify_tab)
        self.classify_tab.toolbar.open_menu.folder.trigger()

    def come_to_front(self) -> None:
        """Raise the window, restoring it if minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive)
        self.raise_()
        self.activateWindow()

    @Slot()
    def end(self) -> None:
        """Cancel the job, save and close without asking; exit at once on a second call."""
        if self.is_ended:
            QApplication.exit()
        self.is_ended = True
        while (dialog := QApplication.activeModalWidget()) and dialog.close():
            pass
        self.jobs.close()
        self._close_or_continue()

    @Slot(object)
    def _on_job_ended(self, outcome: object) -> None:
        is_check = self._model_check.take_end()
        if is_check and self.welcome is not None:  # it may have been closed and opened again since the check began
            self.welcome.show_check(outcome)
        elif isinstance(outcome, JobError) and not self.jobs.is_closed:
            messages.show_error(self, outcome)
        self._close_or_continue()

    def _close_or_continue(self) -> None:
        if self.jobs.is_closed:
            if self.jobs.state is JobState.IDLE:
                self.close()
            return
        if self._pending_path is not None:
            self.open_path(self._pending_path)
        self.tabs.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        was_idle = self.jobs.state is JobState.IDLE
        if not was_idle and not self.jobs.is_closed and messages.ask_stop_and_close(self):
            self.jobs.close()
        if self.jobs.state is JobState.IDLE and (was_idle or self.jobs.is_closed):  # the job may have ended meanwhile
            remember_window(self, self.tabs.current_name())
            self.tabs.close_viewers()
            event.accept()
        else:
            event.ignore()
