"""The strip at the bottom of the window: what runs, how far it is, Pause and Stop."""

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QToolButton, QWidget

from core.system.language import marked, tr
from gui.jobs.jobs import Jobs, JobState
from gui.shell.job_progress import JobProgress, follow
from gui.widgets import messages
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.named_widgets import name_widget

STRIP_PX: Final = 26
BAR_PX: Final = (140, 4)  # width, height
READY: Final = marked("Ready. Nothing leaves this computer.")


class JobStrip(QWidget):
    """Shows the one job, and stops it. It never takes the focus by itself.

    Qt moves the focus on when a button that has it is disabled, and a Space that was meant for that
    button must not reach Stop.
    Signal: offer_taken(), when the button beside an offer is clicked.
    """

    offer_taken = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._progress = JobProgress()
        self._jobs_begun = 0
        self.setObjectName("job_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # for the line above it
        self.setFixedHeight(STRIP_PX)
        self.sentence = name_widget(ElidedLabel(), "job", tr("What runs"))
        self.bar = name_widget(QProgressBar(textVisible=False), "job_progress", tr("How far the job is"))
        self.bar.setFixedSize(*BAR_PX)
        self.far = name_widget(ElidedLabel(), "job_far", tr("How far the job is"))
        self.far.setProperty("role", "quiet")
        self.offer = self._make_button(tr("Show"), "offer", self.offer_taken.emit)
        self.pause = self._make_button(tr("Pause"), "pause_job", self._on_pause)
        self.stop = self._make_button(tr("Stop"), "stop_job", self._on_stop)
        self._lay_out()
        jobs.state_changed.connect(self._on_state_changed)
        jobs.event_arrived.connect(self._on_event)
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]
        self._offered = ""
        self._on_state_changed(jobs.state)

    def _make_button(self, text: str, name: str, slot: object) -> QToolButton:
        button = name_widget(QToolButton(autoRaise=True), name, text)
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 1, 6, 1)
        row.setSpacing(8)
        for widget in (self.sentence, self.offer, self.bar, self.far):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self.pause)
        row.addWidget(self.stop)

    def show_message(self, sentence: str) -> None:
        """Show a sentence until a job begins or ends."""
        self.sentence.setText(sentence)

    @Slot(str)
    def show_offer(self, sentence: str) -> None:
        """Show a sentence with a button while no job runs, as for work that was interrupted; "" for none."""
        self.offer.setAccessibleName(f"{sentence} {self.offer.text()}")
        self._offered = sentence
        self._on_state_changed(self._jobs.state)

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        is_idle = state is JobState.IDLE
        if is_idle:
            self._progress = JobProgress()
        elif not self.stop.isVisibleTo(self):
            self._jobs_begun += 1
        name = self._jobs.name or tr("Working…")
        sentences = {
            JobState.IDLE: self._offered or tr(READY),
            JobState.RUNNING: name,
            JobState.PAUSED: tr("Paused: {name}", name=name),
            JobState.STOPPING: tr("Stopping after this batch…"),
        }
        self.sentence.setText(sentences[state])
        self.sentence.setProperty("role", "quiet" if is_idle else "")
        self.sentence.style().polish(self.sentence)
        self.offer.setVisible(is_idle and bool(self._offered))
        for widget in (self.bar, self.far, self.stop):
            widget.setVisible(not is_idle)
        self.stop.setEnabled(state in {JobState.RUNNING, JobState.PAUSED})
        self.pause.setText(tr("Resume") if state is JobState.PAUSED else tr("Pause"))
        self.pause.setAccessibleName(self.pause.text())
        self._show_progress()
        if (row := self.layout()) is not None:
            row.activate()  # at once: what a job found may take a moment to be shown

    @Slot(object)
    def _on_event(self, event: object) -> None:
        self._progress = follow(self._progress, event)
        self._show_progress()

    def _show_progress(self) -> None:
        state = self._jobs.state
        self.far.setText("" if state is JobState.STOPPING else self._progress.words)
        self.bar.setRange(0, max(1, self._progress.total))
        self.bar.setValue(self._progress.done)
        self.pause.setVisible(state is not JobState.IDLE and self._progress.can_pause)
        self.pause.setEnabled(state in {JobState.RUNNING, JobState.PAUSED})

    @Slot()
    def _on_pause(self) -> None:
        self._jobs.set_paused(self._jobs.state is JobState.RUNNING)

    @Slot()
    def _on_stop(self) -> None:
        asked_about = self._jobs_begun
        if self._progress.is_long and not messages.ask_stop(self.window(), self.sentence.text()):
            return
        if asked_about == self._jobs_begun:  # the job may have ended, and another begun, under the question
            self._jobs.cancel()

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Give up a focus that only came here because its owner was disabled or hidden."""
        if now in {self.pause, self.stop} and before is not None and not (before.isEnabled() and before.isVisible()):
            now.clearFocus()
