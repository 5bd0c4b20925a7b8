"""Turn a survey into findings: severity, sentence, advice, films and one-click fixes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from core.datasets.dataset import Dataset, Film, make_exclusion
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.events import Finding, FindingKind, Shortcut
from core.datasets.format_findings import find_colours_and_borders, find_mixed_formats, paths_of
from core.datasets.intake_findings import (
    NOT_READ,
    find_list_notes,
    find_not_frontal,
    find_shared_patient,
    find_spellings,
    find_unlabelled,
    find_unnamed_finding,
)
from core.datasets.preparation import SplitChoice, Step
from core.datasets.shortcut_probe import NOTED_SHORTCUT
from core.datasets.survey import Survey
from core.jobs.events import Severity
from core.system.errors import Reason
from core.system.language import tr, tr_count

FEW_FILMS: Final = 50
IMBALANCE: Final = 3
TINY_VALIDATION: Final = 50  # films; the published set has 16, on which one film moves accuracy by 6 %
STRONG_SHORTCUT: Final = 0.75  # lower bound of the AUC
SPLIT_RANK: Final = {Split.TEST: 2, Split.VALIDATION: 1, Split.TRAINING: 0, None: 0}


def collect_findings(
    survey: Survey,
    dataset: Dataset,
    left_out: Sequence[FilmLeftOut],
    shortcuts: Sequence[Shortcut],
    refused: Mapping[Path, Reason],
    no_split: str,
) -> tuple[Finding, ...]:
    """Return all findings about the corrected dataset, the most severe first.

    refused: films that screening would refuse, with the reason. no_split: why the dataset cannot be
    split, "" if it can.
    """
    film_of = {film.path: film for film in dataset.films}
    copies = [[film_of[path] for path in group if path in film_of] for group in survey.copies]
    exact = [[film_of[path] for path in group if path in film_of] for group in survey.exact]
    findings = [
        *find_unnamed_finding(dataset),
        *_find_leaks(dataset, copies),
        *_find_label_conflicts(dataset, copies),
        *_find_unreadable(dataset, [film for film in left_out if film.reason not in NOT_READ]),
        *find_not_frontal(dataset, refused, survey.inverted),
        *find_shared_patient(dataset, survey.shares_patient),
        *_find_harmless_copies(dataset, copies, exact),
        *_find_inverted(dataset, survey),
        *_find_shortcut(shortcuts),
        *_find_tiny_validation(dataset),
        *_find_no_split(no_split),
        *_find_imbalance(dataset),
        *find_mixed_formats(dataset, survey),
        *find_colours_and_borders(dataset, survey),
        *find_spellings(dataset),
        *find_unlabelled(dataset, left_out),
        *find_list_notes(dataset),
    ]
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: -order.index(finding.severity)))


def _find_leaks(dataset: Dataset, copies: Sequence[Sequence[Film]]) -> list[Finding]:
    """Find patients and copies that are in more than one given split."""
    by_patient: dict[str, list[Film]] = defaultdict(list)
    for film in dataset.films:
        by_patient[film.patient].append(film)
    findings = []
    for kind, groups in ((FindingKind.PATIENT_LEAK, list(by_patient.values())), (FindingKind.COPY_LEAK, copies)):
        leaking = [group for group in groups if len({film.split for film in group}) > 1]
        if not leaking:
            continue
        films = [film for group in leaking for film in group]
        in_test = sum(film.split is Split.TEST for film in films)
        sentence = _format_leak(kind, len(leaking), len(films), in_test)
        advice = tr(
            "Exclude from training and validation what is also in the test split, or make new splits by patient."
        )
        fixes = _leak_fixes(dataset, leaking)
        findings.append(Finding(kind, Severity.BLOCKING, sentence, advice, paths_of(films), fixes))
    return findings


def _format_leak(kind: FindingKind, groups: int, films: int, in_test: int) -> str:
    """Format the sentence of a leak. groups: number of patients, or of groups of copies."""
    if kind is FindingKind.PATIENT_LEAK:
        return tr_count(
            "{count} patient is in more than one split ({films} films, {in_test} of them in the test split): "
            "the test figures would be too good.",
            "{count} patients are in more than one split ({films} films, {in_test} of them in the test split): "
            "the test figures would be too good.",
            groups,
            films=films,
            in_test=in_test,
        )
    return tr_count(
        "Copies of {count} film are in more than one split ({films} files, {in_test} of them in the test split): "
        "the test figures would be too good.",
        "Copies of {count} films are in more than one split ({films} files, {in_test} of them in the test split): "
        "the test figures would be too good.",
        groups,
        films=films,
        in_test=in_test,
    )


def _leak_fixes(dataset: Dataset, leaking: Sequence[Sequence[Film]]) -> tuple[Step, ...]:
    """Return two fixes: exclude leaking films from training and validation, or make new splits.

    Excluding leaves the test split as it is; it is only offered if at least half the films of each
    class and split remain.
    """
    dropped = []
    for group in leaking:
        highest = max(SPLIT_RANK[film.split] for film in group)
        dropped += [film for film in group if SPLIT_RANK[film.split] < highest]
    before = Counter((film.label, film.split) for film in dataset.films)
    lost = Counter((film.label, film.split) for film in dropped)
    new_splits = Step(tr("Make new splits by patient"), splits=SplitChoice.NEW)
    if any(2 * lost[key] > before[key] for key in lost):
        return (new_splits,)
    label = tr_count("Exclude {count} leaking film", "Exclude {count} leaking films", len(dropped))
    return (make_exclusion(dataset, paths_of(dropped), label), new_splits)


def _find_label_conflicts(dataset: Dataset, copies: Sequence[Sequence[Film]]) -> list[Finding]:
    """Find copies of one film in different classes."""
    groups = [group for group in copies if len({film.label for film in group}) > 1]
    if not groups:
        return []
    films = [film for group in groups for film in group]
    sentence = tr_count(
        "{count} film is in more than one class ({files} files): at least one label is wrong.",
        "{count} films are in more than one class ({files} files): some labels are wrong.",
        len(groups),
        files=len(films),
    )
    advice = tr("Look at them, then correct the wrong labels or exclude them.")
    label = tr_count("Exclude {count} contradicting film", "Exclude {count} contradicting films", len(films))
    fixes = (make_exclusion(dataset, paths_of(films), label),)
    return [Finding(FindingKind.LABEL_CONFLICT, Severity.BLOCKING, sentence, advice, paths_of(films), fixes)]


def _find_unreadable(dataset: Dataset, left_out: Sequence[FilmLeftOut]) -> list[Finding]:
    if not left_out:
        return []
    files = tuple(film.path for film in left_out)
    sentence = tr_count(
        "{count} file cannot be read and is not used.", "{count} files cannot be read and are not used.", len(files)
    )
    advice = tr("See the reasons under Unreadable, and export these films again if you need them.")
    label = tr_count("Exclude {count} unreadable file", "Exclude {count} unreadable files", len(files))
    fix = make_exclusion(dataset, files, label)
    return [Finding(FindingKind.UNREADABLE, Severity.WARNING, sentence, advice, files, (fix,))]


def _find_harmless_copies(
    dataset: Dataset, copies: Sequence[Sequence[Film]], exact: Sequence[Sequence[Film]]
) -> list[Finding]:
    """Find copies with the same label and split: they only count one film twice."""

    def is_harmless(group: Sequence[Film]) -> bool:
        return len(group) > 1 and len({(film.label, film.split) for film in group}) == 1

    identical = [group for group in exact if is_harmless(group)]
    extra = {film.path for group in identical for film in group[1:]}
    near = []
    for group in copies:
        remaining = [film for film in group if film.path not in extra]
        if is_harmless(group) and len(remaining) > 1:
            near.append(remaining)
    findings = []
    for kind, groups in ((FindingKind.EXACT_COPIES, identical), (FindingKind.NEAR_COPIES, near)):
        if groups:
            films = [film for group in groups for film in group]
            surplus = [film for group in groups for film in group[1:]]
            label = tr_count("Exclude {count} surplus copy", "Exclude {count} surplus copies", len(surplus))
            fix = make_exclusion(dataset, paths_of(surplus), label)
            sentence = _format_copies(kind, len(groups), len(films))
            advice = tr("Exclude the surplus; splits made by the program never separate copies.")
            findings.append(Finding(kind, Severity.WARNING, sentence, advice, paths_of(films), (fix,)))
    return findings


def _format_copies(kind: FindingKind, groups: int, films: int) -> str:
    if kind is FindingKind.EXACT_COPIES:
        return tr_count(
            "{count} film is stored more than once ({films} identical files).",
            "{count} films are stored more than once ({films} files in groups of identical ones).",
            groups,
            films=films,
        )
    return tr_count(
        "{count} film occurs more than once in another size, compression, brightness, crop or mirroring "
        "({films} files).",
        "{count} films occur more than once in another size, compression, brightness, crop or mirroring "
        "({films} files).",
        groups,
        films=films,
    )


def _find_inverted(dataset: Dataset, survey: Survey) -> list[Finding]:
    films = [film for film in dataset.films if film.path in survey.inverted]
    if not films:
        return []
    sentence = tr_count(
        "{count} film seems to be inverted: dense tissue is dark.",
        "{count} films seem to be inverted: dense tissue is dark.",
        len(films),
    )
    advice = tr("Export them again with dense tissue white, or exclude them.")
    label = tr_count("Exclude {count} inverted film", "Exclude {count} inverted films", len(films))
    fixes = (make_exclusion(dataset, paths_of(films), label),)
    return [Finding(FindingKind.INVERTED, Severity.WARNING, sentence, advice, paths_of(films), fixes)]


def _find_shortcut(shortcuts: Sequence[Shortcut]) -> list[Finding]:
    """Report the best shortcut if the lower bound of its AUC reaches NOTED_SHORTCUT."""
    best = max(shortcuts, key=lambda shortcut: shortcut.auc.low, default=None)
    if best is None or best.auc.low < NOTED_SHORTCUT:
        return []
    if best.auc.low >= STRONG_SHORTCUT:
        severity = Severity.WARNING
        advice = tr(
            "Export both classes in the same way from the same devices; until then the figures hold for this "
            "dataset only."
        )
    else:
        severity = Severity.INFORMATION
        advice = tr("Check the figures on films from another source.")
    return [Finding(FindingKind.SHORTCUT, severity, best.sentence, advice)]


def _find_tiny_validation(dataset: Dataset) -> list[Finding]:
    """Find a validation split too small to choose a model with."""
    validation, training = dataset.of_split(Split.VALIDATION), dataset.of_split(Split.TRAINING)
    if not 0 < len(validation) < TINY_VALIDATION or len(training) <= 4 * len(validation):
        return []
    sentence = tr_count(
        "The validation split has only {count} film: one film changes its accuracy by {percent:.0f} %.",
        "The validation split has only {count} films: one film changes its accuracy by {percent:.0f} %.",
        len(validation),
        percent=100 / len(validation),
    )
    fix = Step(tr("Make a new validation split by patient"), splits=SplitChoice.NEW_VALIDATION)
    advice = tr("Make a new validation split: 15 % of the films that are not in the test split.")
    return [Finding(FindingKind.TINY_VALIDATION, Severity.WARNING, sentence, advice, paths_of(validation), (fix,))]


def _find_no_split(no_split: str) -> list[Finding]:
    """Find classes too small to split."""
    if not no_split:
        return []
    advice = tr("Add films of more patients, or correct how file names show the patient in the import settings.")
    return [Finding(FindingKind.NO_SPLIT, Severity.BLOCKING, no_split, advice)]


def _find_imbalance(dataset: Dataset) -> list[Finding]:
    """Find classes with few films, and classes of very unequal size."""
    counts = {name: sum(film.label == label for film in dataset.films) for label, name in enumerate(dataset.classes)}
    findings = []
    for name, count in counts.items():
        if count < FEW_FILMS:
            sentence = tr_count("{name} has only {count} film.", "{name} has only {count} films.", count, name=name)
            advice = tr("Add films of this class: with fewer than {few} its figures are uncertain.", few=FEW_FILMS)
            findings.append(Finding(FindingKind.FEW_FILMS, Severity.WARNING, sentence, advice))
    if max(counts.values()) > IMBALANCE * max(1, min(counts.values())):
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        sentence = tr("The classes differ much in size: {listed}.", listed=listed)
        advice = tr("Train with fast or best, which weight the classes, and do not judge by accuracy alone.")
        findings.append(Finding(FindingKind.IMBALANCE, Severity.INFORMATION, sentence, advice))
    return findings
