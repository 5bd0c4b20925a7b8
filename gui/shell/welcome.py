"""The welcome dialog: what the program is, a check of the model, colours, language, first steps."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.models.events import SelfTestResult
from core.system.language import Language, current_language, marked, tr
from core.system.product import NOTICE
from gui.jobs.jobs import JobState
from gui.jobs.worker import JobError
from gui.state.settings import Theme
from gui.widgets.icon import program_icon

ABOUT = marked(
    "PneumoScreen estimates how likely each chest film shows pneumonia, with a heat map of "
    "the regions the estimate is based on. It can also be trained on your own films. Your "
    "films stay on this computer and are never changed."
)
LIMITS = marked(
    "The bundled model was trained on films of few hospitals, most of them of two: test it on "
    "films of your own (Evaluate, acceptance test) before you rely on it."
)
ICON_PX = 72
NARROWEST_PX = 560
THEMES = {
    Theme.DARK: marked("Dark, for reading rooms"),
    Theme.LIGHT: marked("Light"),
    Theme.SYSTEM: marked("Follow the system"),
}


def _make_label(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class Welcome(QDialog):
    """Shown at the first start.

    Signals: theme_chosen(Theme), language_chosen(Language); demo_wanted(), folder_wanted() when it
    is closed by the button of that name.
    """

    theme_chosen = Signal(object)
    language_chosen = Signal(object)
    demo_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Welcome to PneumoScreen"))
        self.themes = QComboBox()
        for choice, text in THEMES.items():
            self.themes.addItem(tr(text), choice)
        self.themes.setCurrentIndex(list(THEMES).index(theme))
        self.themes.currentIndexChanged.connect(self._on_theme_chosen)
        self.languages = QComboBox()
        for language in Language:
            self.languages.addItem(language.own_name, language)
        self.languages.setCurrentIndex(list(Language).index(current_language()))
        self.languages.currentIndexChanged.connect(self._on_language_chosen)
        self.check = _make_label(tr("Checking the bundled model…"))
        self.check.setProperty("role", "quiet")
        self.demo = QPushButton(tr("Try the demo"))
        self.demo.setToolTip(tr("Dataset, training and worklist in a few minutes, with synthetic films only"))
        self.folder = QPushButton(tr("Screen a folder of films…"))
        self.begin = QPushButton(tr("Look around first"))
        self.demo.clicked.connect(self._on_demo)
        self.folder.clicked.connect(self._on_folder)
        self.begin.clicked.connect(self.accept)
        self._lay_out()
        self.show_state(JobState.RUNNING)

    def _lay_out(self) -> None:
        icon = QLabel()
        icon.setPixmap(program_icon(ICON_PX))
        texts = QVBoxLayout()
        texts.addWidget(_make_label(tr(ABOUT)))
        texts.addWidget(_make_label(f"{tr(NOTICE)} {tr(LIMITS)}"))
        top = QHBoxLayout()
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(texts, 1)
        form = QFormLayout()
        form.addRow(tr("Colours"), self.themes)
        form.addRow(tr("Language"), self.languages)
        buttons = QHBoxLayout()
        for button in (self.demo, self.folder, self.begin):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addLayout(top)
        layout.addLayout(form)
        layout.addWidget(self.check)
        layout.addLayout(buttons)
        width = max(NARROWEST_PX, self.sizeHint().width())
        self.setMinimumSize(width, layout.heightForWidth(width))  # Qt underestimates the height of wrapped text

    @Slot(object)
    def show_state(self, state: JobState) -> None:
        """Enable what starts jobs: one runs at a time, and the check of the model is one."""
        for widget in (self.languages, self.demo, self.folder):
            widget.setEnabled(state is JobState.IDLE)

    def show_check(self, outcome: object) -> None:
        """Show how the check of the model ended: its SelfTestResult or JobError."""
        match outcome:
            case SelfTestResult(model=model, seconds=seconds):
                self.check.setText(tr("{model} works correctly ({seconds:.1f} s).", model=model, seconds=seconds))
            case JobError(sentence=sentence):
                self.check.setText(sentence)

    @Slot(int)
    def _on_theme_chosen(self, index: int) -> None:
        self.theme_chosen.emit(list(THEMES)[index])

    @Slot(int)
    def _on_language_chosen(self, index: int) -> None:
        self.language_chosen.emit(list(Language)[index])

    @Slot()
    def _on_demo(self) -> None:
        self.accept()
        self.demo_wanted.emit()

    @Slot()
    def _on_folder(self) -> None:
        self.accept()
        self.folder_wanted.emit()
