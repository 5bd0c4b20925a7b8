"""Remember which model films are read with, until the next start."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from gui.state.session import Session
from gui.state.settings import load_settings, save_settings


class ModelMemory(QObject):
    """Gives the session the model of last time, if its file is still there, and stores its changes."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        model = load_settings().model
        if model is not None and model.is_file():
            session.use_model(model)
        session.model_changed.connect(self._on_model_changed)

    @Slot(object)
    def _on_model_changed(self, model: Path | None) -> None:
        save_settings(replace(load_settings(), model=model))
