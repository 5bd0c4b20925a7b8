"""Every message box and file dialog. Tests replace these functions."""

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from core.system.attributions import ATTRIBUTIONS
from core.system.language import marked, tr
from core.system.product import NOTICE, format_build, read_build
from core.system.safe_text import escape_name, escape_unprintable
from gui.jobs.worker import JobError
from gui.state.settings import FolderKind, load_folder, save_folder
from gui.widgets.icon import program_icon

FAULT = marked("An error occurred inside the program. Finished work is saved, and you can continue.")
ENDED_EARLY = marked(
    "PneumoScreen ended unexpectedly last time. Finished work is saved; interrupted work can be resumed."
)
OFFLINE = marked(
    "Nothing leaves this computer: the program makes no network connection. The only "
    "exception is the download of ImageNet weights, if it is explicitly requested for a "
    "training."
)
FILMS_OF_OTHERS = marked("The bundled model was made and measured with films of others; the details name them.")
ABOUT_ICON_PX = 64
LISTS = marked("Label lists (*.csv *.tsv *.xlsx)")


def show_error(parent: QWidget, error: JobError) -> None:
    """Show an error; "Show Details" has the traceback, if the program itself is at fault."""
    box = QMessageBox(QMessageBox.Icon.Warning, "PneumoScreen", "", QMessageBox.StandardButton.Ok, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(escape_unprintable(error.sentence))
    if error.traceback:
        box.setDetailedText(error.traceback)
    box.exec()


def show_notice(parent: QWidget, sentence: str) -> None:
    """Show a sentence that a person should know, without waiting for an answer."""
    box = QMessageBox(QMessageBox.Icon.Information, "PneumoScreen", "", QMessageBox.StandardButton.Ok, parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(escape_unprintable(sentence))
    box.open()


def show_fault(parent: QWidget, words: str, report: str) -> None:
    """Report an internal error and offer its report, which names no file and no patient."""
    box = QMessageBox(QMessageBox.Icon.Warning, "PneumoScreen", words, QMessageBox.StandardButton.Close, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(
        tr("The report says where in the program the error occurred. It names no file and no patient.")
    )
    box.setDetailedText(report)
    copy = box.addButton(tr("Copy the report"), QMessageBox.ButtonRole.ActionRole)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
    box.exec()


def show_already_open(owner: str) -> None:
    """Say that the program is already open on `owner` but does not respond."""
    words = tr(
        "PneumoScreen is already open on {computer}, but does not respond. Close it there, then start it again.",
        computer=owner,
    )
    box = QMessageBox(QMessageBox.Icon.Warning, "PneumoScreen", words)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()


def show_about(parent: QWidget) -> None:
    """Show the version, the notice and the licence; "Show Details" has the attributions of films."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, tr("About PneumoScreen"), format_build(read_build()), parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIconPixmap(program_icon(ABOUT_ICON_PX))
    licence = tr("The program itself is under the MIT licence.")
    box.setInformativeText("\n\n".join((tr(NOTICE), tr(OFFLINE), licence, tr(FILMS_OF_OTHERS))))
    box.setDetailedText("\n\n".join(ATTRIBUTIONS))
    box.exec()


def ask_stop_and_close(parent: QWidget) -> bool:
    """Ask whether to stop the running job and close."""
    text = tr("A job is still running. Stop it after the current batch, save, and close?")
    buttons = QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No
    answer = QMessageBox.question(parent, "PneumoScreen", text, buttons, QMessageBox.StandardButton.No)
    return answer is QMessageBox.StandardButton.Yes


def ask_stop(parent: QWidget, name: str) -> bool:
    """Ask whether to stop this job; the answer that stops nothing is the one that Enter gives.

    name: of the job, as the user knows it.
    """
    box = QMessageBox(QMessageBox.Icon.Question, "PneumoScreen", "", parent=parent)
    stop = box.addButton(tr("Stop"), QMessageBox.ButtonRole.AcceptRole)
    carry_on = box.addButton(tr("Continue"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(carry_on)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr("Stop this job? {name}", name=escape_unprintable(name)))
    box.setInformativeText(tr("It stops after the current batch; what is finished is kept."))
    box.exec()
    return box.clickedButton() is stop


def ask_new_window(parent: QWidget) -> bool:
    """Ask, in the current language, whether to reopen the window in the one just chosen."""
    text = tr(
        "The window must be reopened to change the language. What is open in it will be closed; "
        "results, runs and decisions are saved. Reopen it now? Otherwise the language changes at "
        "the next start."
    )
    return QMessageBox.question(parent, "PneumoScreen", text) is QMessageBox.StandardButton.Yes


def ask_delete(parent: QWidget, name: str) -> bool:
    """Ask whether to move this run to the trash."""
    box = QMessageBox(QMessageBox.Icon.Question, "PneumoScreen", "", parent=parent)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr("Move {name} with its model to the trash?", name=escape_name(name)))
    return box.exec() == QMessageBox.StandardButton.Yes


def ask_text(parent: QWidget, title: str, before: str) -> str | None:
    """Ask for one line of text; None if cancelled."""
    text, ok = QInputDialog.getText(parent, "PneumoScreen", title, text=before)
    return text if ok else None


def ask_hours(parent: QWidget, title: str, before: float) -> float | None:
    """Ask for a time in hours, 0.05 to 1000; None if cancelled."""
    hours, ok = QInputDialog.getDouble(parent, "PneumoScreen", title, before, 0.05, 1000, 2)
    return hours if ok else None


def ask_replace(parent: QWidget, name: str) -> bool:
    """Ask whether to replace a file that exists."""
    box = QMessageBox(QMessageBox.Icon.Question, "PneumoScreen", "", parent=parent)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    box.setDefaultButton(QMessageBox.StandardButton.No)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr("{name} exists already. Replace it?", name=escape_name(name)))
    return box.exec() == QMessageBox.StandardButton.Yes


def choose_folder(parent: QWidget, title: str, kind: FolderKind = FolderKind.FILMS) -> Path | None:
    """Ask for an existing folder, starting in the one chosen last for this; None if cancelled."""
    name = QFileDialog.getExistingDirectory(parent, title, str(load_folder(kind) or ""))
    if not name:
        return None
    save_folder(kind, Path(name))
    return Path(name)


def choose_file(
    parent: QWidget, title: str, kinds: str, folder: Path | None = None, kind: FolderKind = FolderKind.FILMS
) -> Path | None:
    """Ask for an existing file; None if cancelled.

    kinds: Qt's name filter. folder: where to start, by default the folder chosen last for `kind`.
    """
    start = folder or load_folder(kind)
    name, _ = QFileDialog.getOpenFileName(parent, title, str(start or ""), kinds)
    if not name:
        return None
    if folder is None:
        save_folder(kind, Path(name).parent)
    return Path(name)


def choose_new_file(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Ask where to save a file, proposing `name` in the folder of the last export; None if cancelled.

    kinds: Qt's name filter. A name without a suffix of the chosen kind gets its first one. A file
    that exists is only returned if the user wants it replaced.
    """
    proposal = str((load_folder(FolderKind.EXPORTS) or Path()) / name)
    while True:
        chosen, kind = QFileDialog.getSaveFileName(parent, title, proposal, kinds)
        if not chosen:
            return None
        path = _add_suffix(Path(chosen), kind or kinds)
        # the dialog has asked about the name as it was typed
        if path == Path(chosen) or not path.exists() or ask_replace(parent, path.name):
            save_folder(FolderKind.EXPORTS, path.parent)
            return path
        proposal = str(path)


def _add_suffix(path: Path, kind: str) -> Path:
    """Return the path with the first suffix of a filter such as "Excel (*.xlsx *.xls)", unless it has one of them."""
    suffixes = re.findall(r"\*(\.\w+)", kind)
    if not suffixes or path.name.lower().endswith(tuple(suffix.lower() for suffix in suffixes)):
        return path
    return path.with_name(path.name + suffixes[0])


def choose_onnx_file(parent: QWidget, model: Path) -> Path | None:
    """Ask where to save a model as an ONNX file, named like `model`; None if cancelled."""
    return choose_new_file(parent, tr("Export as ONNX"), f"{model.stem}.onnx", "ONNX (*.onnx)")
