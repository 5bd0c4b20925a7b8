"""Findings on how a dataset was read: its finding, class names, patients, and what is no frontal film."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.datasets.class_names import describe_spellings
from core.datasets.dataset import Dataset, make_exclusion
from core.datasets.entries import FilmLeftOut
from core.datasets.events import Finding, FindingKind
from core.datasets.preparation import make_finding_step
from core.jobs.events import Severity
from core.system.errors import Reason, format_reason
from core.system.language import tr, tr_count

NOT_READ = frozenset({Reason.NO_LABEL, Reason.LABELS_DIFFER})  # reasons of files that were not opened


def find_unnamed_finding(dataset: Dataset) -> list[Finding]:
    """Find two classes of which nobody said which one is the finding, and whose names do not tell it."""
    if dataset.finding is None or dataset.is_finding_certain:
        return []
    first, second = dataset.classes
    sentence = tr("The names {first} and {second} do not tell which class is the finding.", first=first, second=second)
    fixes = tuple(make_finding_step(name) for name in (second, first))
    advice = tr("Say which one it is: sensitivity, probability and the order of the worklist depend on it.")
    return [Finding(FindingKind.FINDING_UNKNOWN, Severity.BLOCKING, sentence, advice, fixes=fixes)]


def find_spellings(dataset: Dataset) -> list[Finding]:
    """Find classes whose names are spelled in several ways, which were read as one class."""
    findings = []
    for spellings in dataset.spellings:
        shown = describe_spellings(spellings)
        sentence = tr("{spellings} were read as one class, {name}.", spellings=shown, name=spellings[0])
        advice = tr("Rename the folders or labels if they are different classes.")
        findings.append(Finding(FindingKind.SPELLINGS, Severity.INFORMATION, sentence, advice))
    return findings


def find_not_frontal(dataset: Dataset, refused: Mapping[Path, Reason], inverted: frozenset[Path]) -> list[Finding]:
    """Find films that screening would refuse. inverted: films that are reported as such elsewhere."""
    files = tuple(
        film.path
        for film in dataset.films
        if film.path in refused and not (refused[film.path] is Reason.INVERTED and film.path in inverted)
    )
    if not files:
        return []
    counts = Counter(refused[path] for path in files)
    listed = ", ".join(f"{format_reason(reason)} {count}" for reason, count in counts.most_common())
    sentence = tr_count(
        "{count} film would be refused in screening: {listed}.",
        "{count} films would be refused in screening: {listed}.",
        len(files),
        listed=listed,
    )
    advice = tr("Look at them, and leave out what is no frontal chest film.")
    label = tr_count("Leave out {count} film", "Leave out {count} films", len(files))
    fixes = (make_exclusion(dataset, files, label),)
    return [Finding(FindingKind.NOT_FRONTAL, Severity.WARNING, sentence, advice, files, fixes)]


def find_shared_patient(dataset: Dataset, shares_patient: bool) -> list[Finding]:
    """Find a DICOM PatientID, such as ANONYMOUS, that stands for more films than one patient has."""
    if not shares_patient:
        return []
    sentence = tr(
        "One DICOM PatientID stands for many films, so patients were taken from the study or the file name "
        "({patients} patients).",
        patients=dataset.count_patients(),
    )
    advice = tr("If a patient has several studies, say in the import settings how file names show the patient.")
    return [Finding(FindingKind.SHARED_PATIENT, Severity.WARNING, sentence, advice)]


def find_unlabelled(dataset: Dataset, left_out: Sequence[FilmLeftOut]) -> list[Finding]:
    """Find files and rows without a class, or with several."""
    files = [film for film in left_out if film.reason in NOT_READ]
    if not files:
        return []
    sentence = tr_count(
        "{count} file or row has no usable label and is not used.",
        "{count} files or rows have no usable label and are not used.",
        len(files),
    )
    advice = tr("See the reasons under Unreadable, and label what you need.")
    paths = tuple(film.path for film in files)
    label = tr_count("Leave out {count} file", "Leave out {count} files", len(files))
    fix = make_exclusion(dataset, paths, label)
    return [Finding(FindingKind.UNLABELLED, Severity.INFORMATION, sentence, advice, paths, (fix,))]


def find_list_notes(dataset: Dataset) -> list[Finding]:
    """Report how the films of a label list were found."""
    advice = tr("Look at a few films, whether they have the label of the list.")
    return [Finding(FindingKind.LIST_NOTES, Severity.INFORMATION, note, advice) for note in dataset.notes]
