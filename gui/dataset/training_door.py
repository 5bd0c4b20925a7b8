"""The end of the Dataset tab: a button that leads to training on the open films, or why it cannot."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.datasets.audit import find_blocking
from core.system.language import marked, tr, tr_count
from gui.state.session import Room, Session
from gui.widgets.named_widgets import make_button, make_paragraph

UNOPENED = marked("Open a dataset to train on it.")
UNNAMED = marked("Say which class is the finding, then these films can be trained on.")


class TrainingDoor(QWidget):
    """Leads to the Training tab if the session's dataset can be trained on; otherwise says why not."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.sentence = make_paragraph("", "train_these_reason", tr("What these films can be used for"))
        self.button = make_button(tr("Train on these films"), "train_these", self._on_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        session.dataset_changed.connect(self._update)
        self._update()

    @Slot()
    def _update(self) -> None:
        self.button.setEnabled(self._session.audit is not None and not self._session.is_blocked)
        self.sentence.setText(_explain(self._session))

    @Slot()
    def _on_clicked(self) -> None:
        self._session.go_to(Room.TRAINING)


def _explain(session: Session) -> str:
    """Say what must be done before a training, or on how many films it would be."""
    audit = session.audit
    if audit is None:
        return tr(UNOPENED)
    if not audit.dataset.is_finding_certain:
        return tr(UNNAMED)
    if session.is_blocked:
        blocking = find_blocking(audit)
        return tr_count(
            "Resolve or accept this finding first: {titles}.",
            "Resolve or accept these findings first: {titles}.",
            len(blocking),
            titles=", ".join(tr(finding.kind) for finding in blocking),
        )
    return tr_count(
        "{count} film is ready for training.", "{count} films are ready for training.", len(audit.dataset.films)
    )
