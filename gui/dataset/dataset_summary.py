"""Sentences on the open dataset and on the progress of reading it."""

from pathlib import Path

from core.datasets.events import AuditResult
from core.jobs.events import Progressed
from core.system.language import tr, tr_count
from core.system.safe_text import escape_name


def format_summary(source: Path, result: AuditResult, is_demo: bool) -> str:
    """Return how many films and patients an audited dataset has, and what was not read."""
    dataset = result.dataset
    contents = tr(
        "{source}: {films} films of {patients} patients, {unreadable} unreadable.",
        source=escape_name(str(source)),
        films=len(dataset.films),
        patients=dataset.count_patients(),
        unreadable=len(result.left_out),
    )
    sentences = [tr("Synthetic films, not patients."), contents] if is_demo else [contents]
    if dataset.system_files:
        sentences.append(
            tr_count(
                "{count} file of the operating system was not read.",
                "{count} files of the operating system were not read.",
                dataset.system_files,
            )
        )
    if any(not film.split for film in dataset.films):
        sentences.append(tr("Missing splits are assigned by patient."))
    return " ".join(sentences)


def format_progress(event: Progressed) -> str:
    """Return the stage with the films done and the time left, as far as they are known."""
    stage = tr(event.stage)
    if not event.total:
        return tr("{stage}…", stage=stage)
    if not event.seconds_left:
        return tr("{stage}… {done} of {total}", stage=stage, done=event.done, total=event.total)
    return tr(
        "{stage}… {done} of {total}, {seconds:.0f} s left",
        stage=stage,
        done=event.done,
        total=event.total,
        seconds=event.seconds_left,
    )
